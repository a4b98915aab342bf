"""`vss-robot signatures` and `vss-robot tokens clear`: what was signed, and letting a stopped token be logged in to again."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from robot.cli.opening import open_office
from robot.cli.terminal import print_json
from robot.clock import shown
from robot.errors import UsageError
from robot.texts import Text

if TYPE_CHECKING:
    from pathlib import Path


def list_signatures(settings: Path | None, run: str, *, as_json: bool) -> None:
    """A line a signature."""
    with open_office(settings) as office:
        newest = office.ledger.runs(1) if run == "last" else []
        found = office.ledger.signatures((newest[0] if newest else office.ledger.run(run)).id)
        if as_json:
            print_json([asdict(signature) for signature in found])
            return
        if not found:
            sys.stderr.write(Text("labels.no_signatures").say(office.settings.language) + "\n")
        for signature in found:
            facts = (signature.signer, signature.origin, signature.certificate, signature.algorithm, signature.digest)
            sys.stdout.write("  ".join([shown(signature.at), *(fact or "-" for fact in facts)]) + "\n")


def clear_token(settings: Path | None, serial: str) -> None:
    """Let the token be logged in to again.

    Raises:
        NameUnknown: the robot has never logged in to it.
        UsageError: an agent has it just now.
    """
    from robot.signing.agent import Held, OsLock
    from robot.signing.agent.lock import token_lock

    with open_office(settings) as office:
        try:
            lock = OsLock.acquire(token_lock(serial))
        except Held as held:
            raise UsageError("token_in_use", serial=serial, pid=held.pid or "?") from held
        try:
            before = office.ledger.clear_token(serial)
        finally:
            lock.release()
        if before.state == "clear":
            said = Text("labels.token_not_stopped", {"serial": serial})
        else:
            said = Text("labels.token_cleared", {"serial": serial, "said": before.said or "-"})
        sys.stderr.write(said.say(office.settings.language) + "\n")
