"""A night of any size in the books, told by rows alone: one dossier in twenty refused, one in thirty held, the rest accepted."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, update

from robot.ledger import tables
from robot.ledger.item import NewItem
from robot.ledger.queue_tables import items, night_items, nights
from tests.doubles.reported import BEGUN, HOSTILE, KEYS, TURNED, faults

if TYPE_CHECKING:
    from tests.doubles.reported import Reported

SAID = {"vi": f"Cổng báo: {HOSTILE}", "en": f"The portal says: {TURNED}"}
LASTS_S = 3.0
FIRST = 10_000  # numbers of dossiers and effects: no other of the same books has one of these


def night(reported: Reported, number: int, begun: datetime = BEGUN) -> int:
    """A night of `number` dossiers, and its own number."""
    ledger = reported.ledger
    made = ledger.nights.begin(None)
    dossiers = [_dossier(made, n, begun) for n in range(number)]
    with ledger.store.writing() as books:
        for table in (tables.runs, tables.steps, tables.effects, tables.signatures, items, night_items):
            rows = [row for dossier in dossiers for row in dossier.get(table.name, ())]
            if rows:
                books.execute(insert(table), rows)
    ledger.nights.end(made, {})
    ended = begun + timedelta(seconds=4.0 * (number // len(KEYS)) + 12)
    with ledger.store.writing() as books:
        books.execute(update(nights).where(nights.c.id == made).values(begun=begun, ended=ended))
    return made


def left(reported: Reported) -> int:
    """A night that began nothing: --until came, two organisations' sessions had ended, and more was due than --limit allows."""
    ledger = reported.ledger
    made = ledger.nights.begin(BEGUN)
    new = [
        NewItem(key, f"TZ0103A/600/10/2026/{n:02}", "/x", f"{HOSTILE} {n}.xml", f"{n:064}", 9) for n, key in enumerate(KEYS, 1)
    ]
    ledger.nights.plan(made, [ledger.queue.plan(one).id for one in new])
    put_off = {
        KEYS[1]: {"error": "CaptchaRefused", "run": None, "said": SAID},
        KEYS[2]: {"error": "PersonAwaited", "run": None, "said": None},
    }
    ledger.nights.end(made, {"stopped": "until", "put_off": put_off, "limit": len(KEYS), "beyond_limit": 12})
    return made


def _dossier(night: int, n: int, begun: datetime) -> dict[str, list[dict[str, Any]]]:
    """The rows of one dossier, by table."""
    state = "refused" if n % 20 == 7 else "held" if n % 30 == 11 else "done"
    organisation, run, number = KEYS[n % len(KEYS)], f"20261122-{n:06d}-abcde", f"{n:05d}/2026/07906"
    at = begun + timedelta(seconds=4.0 * (n // len(KEYS)) + n % len(KEYS))
    ended = at + timedelta(seconds=LASTS_S)
    key = f"TZ01{n % 97:02d}A/600/11/2026/{n % 99 + 1:02}#{n}"
    item = {
        "id": FIRST + n,
        "organisation": organisation,
        "key": key,
        "file": f"/outbox/{n}.xml",
        "name": {1: HOSTILE, 2: TURNED}.get(n, f"BHXHDienTu-{n:04d}.xml"),
        "sha256": f"{n:064x}",
        "size": 1000,
        "source": "outbox",
        "priority": 0,
        "state": state,
        "fence": 1,
        "effect": FIRST + n if state == "done" else None,
        "looks": 0,
        "said": None if state == "done" else SAID,
        "faults": {name: faults(name)[:1] for name in ("vi", "en")} if state == "refused" else None,
        "added": begun,
        "changed": ended,
    }
    ran = {
        "id": run,
        "flow": "submit",
        "organisation": organisation,
        "parameters": {},
        "evidence": "/nowhere",
        "outcome": "done",
        "started": at,
        "ended": ended,
        "machine": "desk",
        "process": 1,
        "process_started": 0.0,
        "night": night,
    }
    steps = [
        {"run": run, "name": name, "outcome": "done", "started": at, "ended": at + timedelta(seconds=seconds)}
        for name, seconds in (("log in", 1.0), (HOSTILE, LASTS_S))
    ]
    rows: dict[str, list[dict[str, Any]]] = {
        "items": [item],
        "runs": [ran],
        "steps": steps,
        "night_items": [{"night": night, "item": FIRST + n, "run": run, "seconds": LASTS_S}],
    }
    if state == "done":
        receipt = {"kind": "dossier", "number": number, "at": ""}
        effect = {"id": FIRST + n, "run": run, "organisation": organisation, "kind": "submission", "key": key, "attempt": 1}
        rows["effects"] = [{**effect, "state": "confirmed", "detail": {}, "receipt": receipt, "intended": at, "settled": ended}]
        rows["signatures"] = [{"run": run, "at": at, "signer": "vendor", "origin": "https://gddt.baohiemxahoi.gov.vn"}]
    return rows
