"""What every page works with: the office, what was last seen of tokens and chains, the commands, and what they said."""

from __future__ import annotations

import itertools
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from loguru import logger

from robot.errors import RobotError
from robot.serve.looked import Doctor, Tokens

if TYPE_CHECKING:
    from robot.drive.office import Office
    from robot.serve.commands import Commands

TIDY_S: Final = 10.0
SAYINGS: Final = 50


@dataclass(frozen=True)
class Saying:
    """What was said of something done, shown on the page that follows."""

    good: bool
    said: str


class Served:
    """One office behind the page. The books' own functions read; the commands do."""

    def __init__(self, office: Office, commands: Commands) -> None:
        self.office = office
        self.settings = office.settings
        self.ledger = office.ledger
        self.speaks = office.settings.language
        self.commands = commands
        self.tokens = Tokens(commands, office.settings.serve.tokens_s)
        self.doctor = Doctor(commands)
        self._sayings: OrderedDict[int, Saying] = OrderedDict()
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._tidied = -TIDY_S

    def tidy(self) -> None:
        """Runs whose process has gone, and questions that nobody waits for, are settled, as the commands that list them do."""
        now = time.monotonic()
        with self._lock:
            if now - self._tidied < TIDY_S:
                return
            self._tidied = now
        try:
            self.ledger.reap()
            self.ledger.lapse()
        except RobotError as wrong:  # another writer has the books: the next page tries again, this one only reads
            logger.bind(action="serve.tidy").warning(str(wrong))

    def heard(self, saying: Saying) -> int:
        """Keep what was said; the number under which the next page finds it."""
        with self._lock:
            number = next(self._numbers)
            self._sayings[number] = saying
            while len(self._sayings) > SAYINGS:
                self._sayings.popitem(last=False)
        return number

    def saying(self, number: str) -> Saying | None:
        """What was said under this number, as an address has it."""
        with self._lock:
            return self._sayings.get(int(number)) if number.isascii() and number.isdigit() else None

    def close(self) -> None:
        """End what the page has started."""
        self.commands.close()
