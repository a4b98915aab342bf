"""What must hold in the books at any time, looked at row by row: `vss-robot ledger check` proves it after a night or a crash.

The schema refuses most of what must not be; here is what no schema can say: that the moves of an item lead to where it is, that
items, effects, proofs, signatures, questions and nights agree, and that nothing is with a run that is no more.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from robot.ledger import owner, tables
from robot.ledger.item import OWNED, SUBMISSION
from robot.ledger.queue_tables import items, moves, night_items, nights, waits
from robot.ledger.sending import KINDS_NEEDED, REPLACES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from robot.ledger.store import Store

# Where a move may lead from each state, by the protocol, the queue, a verdict or a person.
WAYS: Mapping[str | None, frozenset[str]] = {
    None: frozenset({"planned", "unknown"}),
    "planned": frozenset({"planned", "claimed", "held", "cancelled"}),
    "claimed": frozenset({"prepared", "planned", "refused", "held"}),
    "prepared": frozenset({"signed", "planned", "refused", "held"}),
    "signed": frozenset({"intent", "planned", "refused", "held"}),
    "intent": frozenset({"accepted", "refused", "planned", "unknown"}),
    "unknown": frozenset({"unknown", "planned", "accepted", "held"}),
    "held": frozenset({"planned", "unknown", "cancelled"}),
    "accepted": frozenset({"done", "refused"}),
    "done": frozenset({"refused"}),
    "refused": frozenset({"planned"}),
    "cancelled": frozenset({"planned"}),
}
# What the effect of an item's sending may be while the item is in a state; where a state is not named, there is none to speak of.
SENDINGS = {
    "intent": {"intent"},
    "unknown": {"intent"},
    "held": {"intent"},
    # Given up by a person; the same file, come again, takes the sending up where it was left.
    "cancelled": {"intent", "confirmed", "superseded", "refused", "absent"},
    "accepted": {"confirmed", "superseded"},
    "done": {"confirmed", "superseded"},
    "refused": {"refused"},
}

Row = dict[str, Any]


@dataclass(frozen=True)
class Breach:
    """A rule (a key of the catalogue's [breaches]) that does not hold, of what, and what stands there instead."""

    rule: str
    what: str
    found: str


@dataclass(frozen=True)
class Checked:
    """How many rows of each kind were looked at, and what was wrong among them."""

    rows: Mapping[str, int]
    breaches: tuple[Breach, ...]


def check(store: Store) -> Checked:
    """Look at all rows as they are at one moment."""
    looked_at = (tables.runs, tables.effects, tables.questions, tables.signatures, items, moves, nights, night_items, waits)
    with store.reading(steady=True) as books:
        rows = {table.name: [dict(row) for row in books.execute(select(table)).mappings()] for table in looked_at}
    found = tuple(breach for rule in RULES for breach in rule(rows))
    return Checked({name: len(each) for name, each in rows.items()}, found)


def _moves(rows: dict[str, list[Row]]) -> Iterator[Breach]:
    way: dict[int, list[Row]] = defaultdict(list)
    for move in sorted(rows[moves.name], key=lambda row: int(row["id"])):
        way[move["item"]].append(move)
    for item in rows[items.name]:
        state: str | None = None
        for move in way[item["id"]]:
            if move["before"] != state or move["after"] not in WAYS[state]:
                yield Breach("moves", f"item {item['id']}", f"{state or '-'}: {move['before'] or '-'} -> {move['after']}")
            state = move["after"]
        if state != item["state"] or (way[item["id"]] and way[item["id"]][-1]["fence"] != item["fence"]):
            yield Breach("moves", f"item {item['id']}", f"{item['state']}, {state or '-'}")


def _sendings(rows: dict[str, list[Row]]) -> Iterator[Breach]:
    effects = {row["id"]: row for row in rows[tables.effects.name]}
    for item in rows[items.name]:
        sent = effects.get(item["effect"])
        if sent is None:
            continue
        if (sent["kind"], sent["key"]) != (SUBMISSION, item["key"]) or sent["state"] not in SENDINGS.get(item["state"], set()):
            yield Breach("sending", f"item {item['id']}", f"{item['state']}, {sent['kind']} {sent['key']} {sent['state']}")
    known = {item["effect"] for item in rows[items.name]}
    queued = {item["key"] for item in rows[items.name]}
    for effect in effects.values():
        if effect["state"] == "intent" and effect["kind"] == SUBMISSION and effect["key"] in queued and effect["id"] not in known:
            yield Breach("lost_intent", f"effect {effect['id']}", effect["key"])


def _proofs(rows: dict[str, list[Row]]) -> Iterator[Breach]:
    """Of submissions that went the way of the queue; before it, one proof was all that was kept."""
    of_items = {item["effect"] for item in rows[items.name]}
    for effect in rows[tables.effects.name]:
        taken = effect["state"] in {"confirmed", "superseded"} and effect["receipt"] is not None
        if effect["kind"] != SUBMISSION or not taken or (effect["id"] not in of_items and effect["proofs"] is None):
            continue
        proofs, number = effect["proofs"] or [], effect["receipt"].get("number")
        if len({proof["kind"] for proof in proofs}) < KINDS_NEEDED or any(proof["number"] != number for proof in proofs):
            shown = ", ".join(f"{proof['kind']} {proof['number']}" for proof in proofs)
            yield Breach("proofs", f"effect {effect['id']}", f"{number}: {shown or '-'}")


def _once(rows: dict[str, list[Row]]) -> Iterator[Breach]:
    """What the portal took once is taken again only where a verdict refused it or an amendment says that it replaces it."""
    numbers: Counter[str] = Counter()
    attempts: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for effect in sorted(rows[tables.effects.name], key=lambda row: int(row["attempt"])):
        attempts[effect["kind"], effect["key"]].append(effect)
        if effect["kind"] == SUBMISSION and effect["receipt"] is not None:
            numbers[str(effect["receipt"].get("number"))] += 1
    for number, times in numbers.items():
        if times > 1:
            yield Breach("number_twice", number, str(times))
    for (kind, key), tried in attempts.items():
        if [effect["attempt"] for effect in tried] != list(range(1, len(tried) + 1)):
            yield Breach("attempts", f"{kind} {key}", ", ".join(str(effect["attempt"]) for effect in tried))
        replaced = {effect["detail"].get(REPLACES) for effect in tried}
        for effect in tried:
            if kind == SUBMISSION and effect["state"] == "superseded" and str(effect["id"]) not in replaced:
                yield Breach("taken_twice", f"effect {effect['id']}", key)


def _owners(rows: dict[str, list[Row]]) -> Iterator[Breach]:
    runs = {row["id"]: row for row in rows[tables.runs.name]}
    for run in runs.values():
        if run["outcome"] == "running" and owner.gone(run["machine"], run["process"], run["process_started"]):
            yield Breach("owner", f"run {run['id']}", f"process {run['process']}")
    for item in rows[items.name]:
        if item["run"] is not None and runs[item["run"]]["outcome"] != "running":
            yield Breach("owner", f"item {item['id']}", f"{item['state']}, run {item['run']}")
        if item["state"] in OWNED and item["run"] is None:
            yield Breach("owner", f"item {item['id']}", item["state"])


def _questions(rows: dict[str, list[Row]]) -> Iterator[Breach]:
    asked = Counter(row["item"] for row in rows[tables.questions.name] if row["kind"] == "held" and row["state"] == "open")
    for item in rows[items.name]:
        if asked[item["id"]] != (1 if item["state"] == "held" else 0):
            yield Breach("question", f"item {item['id']}", f"{item['state']}, {asked[item['id']]}")


def _signatures(rows: dict[str, list[Row]]) -> Iterator[Breach]:
    """More signatures than intents, and nobody told: the alarm of the run's end is that telling."""
    made = Counter(row["run"] for row in rows[tables.signatures.name])
    meant = Counter(row["run"] for row in rows[tables.effects.name])
    for run in rows[tables.runs.name]:
        surplus = run["outcome"] != "running" and made[run["id"]] > meant[run["id"]]
        if surplus and not run["alarms"]:
            yield Breach("signatures", f"run {run['id']}", f"{made[run['id']]} > {meant[run['id']]}")


def _nights(rows: dict[str, list[Row]]) -> Iterator[Breach]:
    results: dict[int, list[str | None]] = defaultdict(list)
    for row in rows[night_items.name]:
        results[row["night"]].append(row["result"])
    for night in rows[nights.name]:
        if night["ended"] is None:
            if owner.gone(night["machine"], night["process"], night["process_started"]):
                yield Breach("owner", f"night {night['id']}", f"process {night['process']}")
        elif None in results[night["id"]]:
            yield Breach("night", f"night {night['id']}", f"{results[night['id']].count(None)} / {len(results[night['id']])}")


def _waits(rows: dict[str, list[Row]]) -> Iterator[Breach]:
    """A run that ended as waiting has its row, and whoever went on is a later run of the same flow and organisation."""
    runs, rows_of = {row["id"]: row for row in rows[tables.runs.name]}, {row["run"]: row for row in rows[waits.name]}
    for number, run in runs.items():
        if (run["outcome"] == "waiting") != (number in rows_of):
            yield Breach("wait", f"run {number}", str(run["outcome"]))
    for number, wait in rows_of.items():
        taker = runs.get(wait["taken_up"])
        same = taker is None or all(taker[name] == runs[number][name] for name in ("flow", "organisation"))
        if not same:
            yield Breach("wait", f"run {number}", f"{wait['taken_up']}")


RULES: tuple[Callable[[dict[str, list[Row]]], Iterator[Breach]], ...] = (
    _moves,
    _sendings,
    _proofs,
    _once,
    _owners,
    _questions,
    _signatures,
    _nights,
    _waits,
)
