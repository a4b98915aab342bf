"""What stood in the books before a recorded run, written into the books of a replay: as long ago as it was then."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import insert

from robot.ledger import tables

if TYPE_CHECKING:
    from pathlib import Path

    from robot.ledger import Ledger
    from robot.recording.binding import Binding
    from robot.recording.model import Recording

REGISTRATION, ACTIVATION = "registration", "activation"
# An activation's key names the run and the attempt of its registration; in a replay these are others.
_OF_A_RUN: Final = re.compile(r"(?P<of>.+)/[0-9]{8}-[0-9]{6}-[a-z0-9]{5}/[0-9]+")
_OPEN: Final = "intent"
_REFUSED: Final = "refused"


def plant(ledger: Ledger, recording: Recording, binding: Binding, organisation: str, evidence: Path) -> str | None:
    """Write the recording's earlier effects as those of one run that has ended; the key of the newest activation among them."""
    if not recording.earlier:
        return None
    activation: str | None = None
    run = ledger.begin_run(recording.flow, organisation, {}, evidence)
    now = datetime.now(UTC)
    attempts: dict[tuple[str, str], int] = {}
    with ledger.store.writing() as books:
        for earlier in sorted(recording.earlier, key=lambda one: -one.before_s):
            key = binding.fill(earlier.key)
            if earlier.kind == ACTIVATION and (named := _OF_A_RUN.fullmatch(key)):
                key = f"{named['of']}/{run}/{attempts.get((REGISTRATION, named['of']), 1)}"
            activation = key if earlier.kind == ACTIVATION else activation
            attempts[earlier.kind, key] = attempts.get((earlier.kind, key), 0) + 1
            intended = now - timedelta(seconds=earlier.before_s)
            books.execute(
                insert(tables.effects).values(
                    run=run,
                    organisation=organisation,
                    kind=earlier.kind,
                    key=key,
                    attempt=attempts[earlier.kind, key],
                    state=earlier.state,
                    receipt=binding.fill_data(earlier.receipt),
                    detail=binding.fill_data(earlier.detail),
                    said="-" if earlier.state == _REFUSED else None,
                    intended=intended,
                    settled=None if earlier.state == _OPEN else intended,
                )
            )
    ledger.end_run(run, "done")
    return activation
