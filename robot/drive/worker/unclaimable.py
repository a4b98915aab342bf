"""Dossiers that no machine can take just now, and why."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from robot.clock import shown
from robot.texts import Text

if TYPE_CHECKING:
    from robot.drive.office import Office


def unclaimable(office: Office) -> dict[str, Text]:
    """The reason by organisation, for each that has dossiers waiting and whose token no living worker has."""
    workers, silence_s = office.ledger.workers.workers(), office.settings.worker.silence_s
    having = [(key, one) for one in sorted(workers, key=lambda one: one.beat) for keys in one.tokens.values() for key in keys]
    here = {key for key, one in having if one.alive(silence_s)}
    last = dict(having)
    found = office.ledger.queue.items(states=("planned", "unknown"))
    waiting = Counter(item.organisation for item in found if item.run is None and item.organisation not in here)
    said: dict[str, Text] = {}
    for key, number in sorted(waiting.items()):
        facts = {"organisation": key, "number": number}
        if key in last:
            facts |= {"worker": last[key].identity, "machine": last[key].machine, "beat": shown(last[key].beat)}
        said[key] = Text("labels.token_silent" if key in last else "labels.token_nowhere", facts)
    return said
