"""What a recording's placeholders and times stand for in one replay: made-up values, and moments as far from now as they were."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from robot.clock import VIETNAM
from robot.recording.binding_times import Times
from robot.recording.made_up import made_up_values
from robot.recording.placeholders import PLACEHOLDER, Register, fill

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from robot.recording.model import Recording

_ALIKE: Final = re.compile(r"[A-Za-z0-9_-]{16,}")  # a number used once: so long, and nobody's word
_MADE_ANEW: Final = ("{TOKEN:hash", "{TOKEN:nonce")  # what page and signer make once for each message
_ROOM: Final = timedelta(hours=1)  # no replay lets so much time pass on its page
_KEPT_BACK: Final = "{SECRET:"


class Binding:
    """One recording as it is played at one moment."""

    def __init__(self, recording: Recording, folder: Path, begun: datetime) -> None:
        here = begun.astimezone(VIETNAM)
        self.today = here.date()
        """The day of the whole replay, in Vietnam."""
        self.page_begins = min(here, here.replace(hour=23, minute=59, second=59) - _ROOM)
        """What the page's clock begins with: the replay's begin, or so long before midnight that its day ends on that day."""
        self.values = made_up_values(recording.placeholders, folder, self.today)
        self._register = Register.of(self.values, self.today)
        self._times = Times(recording.recorded, begun)
        self._met: dict[str, str] = {}

    def fill(self, text: str) -> str:
        """Recorded text as it is said in this replay."""
        filled = fill(self._times.moved(text), self.values)
        for recorded, now in self._met.items():
            filled = filled.replace(recorded, now)
        return filled

    def fill_data(self, data: Any) -> Any:
        """The same for each text in what JSON holds."""
        if isinstance(data, str):
            return self.fill(data)
        if isinstance(data, dict):
            return {self.fill(name): self.fill_data(value) for name, value in data.items()}
        return [self.fill_data(value) for value in data] if isinstance(data, list | tuple) else data

    def hide(self, text: str) -> str:
        """A text of this replay with placeholders again, as a recording has it."""
        return self._register.hide(text)

    def same(self, recorded: str, now: str) -> bool:
        """Whether a value sent now is the recorded one: the same, or a time, or made up by the page anew, which is then bound."""
        if self.fill(recorded) == now:
            return True
        if recorded.startswith(_MADE_ANEW) and len(now) == len(self.values.get(recorded, "")):
            self.values[recorded] = now
            return True
        if PLACEHOLDER.search(recorded):
            return False
        if self._times.both(recorded, now):
            return True
        once = all(_ALIKE.fullmatch(value) and re.search("[0-9]", value) for value in (recorded, now))
        if once and len(recorded) == len(now) and recorded not in self._met:
            self._met[recorded] = now
            return True
        return False

    def shown(self, recorded: str, now: str) -> str:
        """What was sent now, as a report may show it beside what was recorded: nothing of a secret but its length."""
        hidden = self.hide(now)
        return f"‹{len(now)} chars›" if hidden == now and _KEPT_BACK in recorded else hidden
