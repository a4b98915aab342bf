"""Messages to people by Apprise. A message that does not get through is logged, and keeps nothing from going on."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from loguru import logger

from robot.errors import VaultClosed
from robot.texts import Text

if TYPE_CHECKING:
    from pathlib import Path

    from robot.drive.office import Office
    from robot.ledger import Question
    from robot.ledger.item import Item
    from robot.settings.notices import NoticeKind


class Notices:
    """Whoever the settings name, each by an address in the vault, which is read when there is something to tell."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._speaks = office.settings.language

    def question(self, number: int) -> list[str]:
        """Tell of a question that a run waits for: what it is about, and the command that answers it, where one does."""
        asked: Question = self._office.ledger.question(number)
        kind = Text(f"question_kinds.{asked.kind}")
        fills = {"kind": kind, "organisation": asked.organisation or "-", "id": asked.id, "picture": asked.picture}
        # What a question about a dossier shows is that file, which holds what is nobody else's business.
        shown = asked.picture and asked.item is None
        picture = self._office.settings.home / asked.picture if shown else None
        body = "question"
        if asked.said:
            fills |= {
                "said": asked.said.get(self._speaks) or asked.said.get("en") or "-",
                "choices": ", ".join(asked.choices or ()),
            }
            body = "question_choices" if asked.choices else "question_said"
        return self.send("question", Text("notices.question_title", fills), Text(f"notices.{body}", fills), picture)

    def held(self, item: Item) -> list[str]:
        """Tell of a dossier that is held: why, and the answers that are taken."""
        asked = next((one for one in self._office.ledger.open_questions() if one.kind == "held" and one.item == item.id), None)
        said = item.said or {}
        fills = {
            "item": item.id,
            "organisation": item.organisation,
            "key": item.key,
            "why": said.get(self._speaks) or said.get("en") or "-",
            "id": asked.id if asked else "-",
            "choices": ", ".join(asked.choices or ()) if asked else "-",
        }
        return self.send("held", Text("notices.held_title", fills), Text("notices.held", fills))

    def held_by(self, run: str) -> None:
        """Tell of each dossier that a run has left held."""
        for asked in self._office.ledger.questions(run):
            if asked.kind == "held" and asked.state == "open" and asked.item is not None:
                self.held(self._office.ledger.queue.item(asked.item))

    def send(self, kind: NoticeKind, title: Text, body: Text | str, attached: Path | None = None) -> list[str]:
        """Send a message of a kind that the settings want told; returns the names of the addresses that did not take it."""
        if kind not in self._office.settings.notices.kinds:
            return []
        return self._told(kind, title, body, attached)

    def trial(self) -> list[str]:
        """Send a trial message; returns the names of the addresses that did not take it."""
        return self._told("trial", Text("notices.trial_title"), Text("notices.trial"), None)

    def _told(self, kind: str, title: Text, body: Text | str, attached: Path | None) -> list[str]:
        said = body if isinstance(body, str) else body.say(self._speaks)
        attach = str(attached) if attached is not None and attached.is_file() else None
        head = title.say(self._speaks)
        failed = [url for url in self._office.settings.notices.urls if not self._sent(url, head, said, attach)]
        for url in failed:
            logger.bind(action="notice", kind=kind, address=url).warning("a notice was not delivered")
        return failed

    def _sent(self, reference: str, title: str, body: str, attach: str | None) -> bool:
        import apprise  # noqa: PLC0415 - heavy, and needed only where somebody is to be told

        # Its own log names addresses with the passwords in them.
        own_log = logging.getLogger("apprise")
        own_log.handlers, own_log.propagate = [logging.NullHandler()], False
        try:
            address = self._office.vault.get(reference)
        except VaultClosed as closed:
            logger.bind(action="notice", address=reference).warning(str(closed))
            return False
        post: Any = apprise.Apprise()
        return bool(post.add(address)) and bool(post.notify(body=body, title=title, attach=attach))
