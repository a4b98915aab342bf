"""Waiting for the portal's verdict on what a run has sent; the receipt stands whether it comes or not."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from loguru import logger

from robot.errors import MailUnavailable, Refused
from robot.flow.verdicts import said_of
from robot.texts import Text

if TYPE_CHECKING:
    from robot.flow.desk import Desk
    from robot.flow.verdicts import Verdicts
    from robot.ledger import Effect


def await_verdict(desk: Desk, verdicts: Verdicts, effect: Effect) -> None:
    """Look into the mailbox until the verdict on `effect` is in the books, or `timers.verdict_s` is over.

    Raises:
        Refused: `structure_refused`, with the first faults; all of them are in the books.
    """
    timers = desk.settings.timers
    deadline = time.monotonic() + timers.verdict_s
    number = str((effect.receipt or {}).get("number", ""))
    while True:
        try:
            booked = verdicts.fetch()
        except MailUnavailable as wrong:
            logger.bind(action="verdict.mail_unavailable").warning(str(wrong))
            booked = []
        for verdict in booked:
            desk.folder.note("mails", kind="verdict", used=verdict.effect == effect.id, outcome=verdict.outcome, **verdict.head)
        settled = desk.ledger.verdict_of(effect.id)
        if settled is not None:
            break
        if time.monotonic() > deadline:
            desk.progress.say(Text("labels.verdict_awaited", {"number": number}))
            return
        desk.cancel.wait(timers.mail_poll_s)
    if settled.outcome == "invalid":
        faults = [dict(fault) for fault in settled.faults[desk.settings.language]]
        raise Refused("structure_refused", number=number, count=len(faults), said=said_of(faults))
    desk.progress.say(Text("labels.verdict_valid", {"number": number}))
