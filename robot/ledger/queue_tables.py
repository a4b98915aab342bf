"""Tables of the queue: dossiers on their way, each step of that way, nights, workers, and what waits for something."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Float, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, text

from robot.ledger.item import ENDED, OWNED, SOURCES, STATES
from robot.ledger.tables import FACTS, UtcTime, books, one_of

WAIT_KINDS = ("mail", "person", "time")
RESULTS = ("accepted", "refused", "held", "not_started")


def _listed(names: tuple[str, ...]) -> str:
    return "(" + ", ".join(f"'{name}'" for name in names) + ")"


items = Table(
    "items",
    books,
    Column("id", Integer, primary_key=True),
    Column("organisation", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("source", String(20), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("amends", ForeignKey("items.id", name="items_amends")),
    # Who has it, until when; the fence grows with every claim, so that a claim that was lost is known by its number.
    Column("run", ForeignKey("runs.id", name="items_run"), index=True),
    Column("fence", Integer, nullable=False),
    Column("lease", UtcTime),
    Column("effect", ForeignKey("effects.id", name="items_effect"), index=True),
    Column("looks", Integer, nullable=False),
    Column("looked", UtcTime),
    Column("not_before", UtcTime),
    Column("said", FACTS),
    Column("faults", FACTS),
    Column("added", UtcTime, nullable=False),
    Column("changed", UtcTime, nullable=False),
    one_of("state", STATES, "items_state"),
    one_of("source", SOURCES, "items_source"),
    CheckConstraint("(run IS NULL) = (lease IS NULL)", name="items_lease"),
    CheckConstraint(f"state NOT IN {_listed(OWNED)} OR run IS NOT NULL", name="items_owned"),
    CheckConstraint(
        "state NOT IN ('planned', 'held', 'accepted', 'done', 'refused', 'cancelled') OR run IS NULL", name="items_free"
    ),
    CheckConstraint("state NOT IN ('intent', 'unknown', 'accepted', 'done') OR effect IS NOT NULL", name="items_sent"),
    CheckConstraint("state NOT IN ('held', 'refused') OR said IS NOT NULL", name="items_said"),
    Index("items_due", "state", "organisation", "priority", "id"),
    Index("items_key", "key"),
    Index("items_file", "file"),
)

# One matter is on its way once.
Index(
    "items_open",
    items.c.key,
    unique=True,
    sqlite_where=text(f"state NOT IN {_listed(ENDED)}"),
    postgresql_where=text(f"state NOT IN {_listed(ENDED)}"),
)

moves = Table(
    "moves",
    books,
    Column("id", Integer, primary_key=True),
    Column("item", ForeignKey("items.id", name="moves_item"), nullable=False, index=True),
    Column("at", UtcTime, nullable=False),
    Column("before", String(20)),
    Column("after", String(20), nullable=False),
    Column("run", ForeignKey("runs.id", name="moves_run"), index=True),
    Column("fence", Integer, nullable=False),
    Column("why", Text),
    Column("said", FACTS),
    one_of("after", STATES, "moves_after"),
)

nights = Table(
    "nights",
    books,
    Column("id", Integer, primary_key=True),
    Column("machine", Text, nullable=False),
    Column("process", Integer, nullable=False),
    Column("process_started", Float, nullable=False),
    Column("begun", UtcTime, nullable=False),
    Column("ended", UtcTime),
    Column("until", UtcTime),
    Column("outcome", String(20)),
    Column("facts", FACTS),
    CheckConstraint("(ended IS NULL) = (outcome IS NULL)", name="nights_ended"),
)

# A machine has one night at a time.
Index(
    "nights_one",
    nights.c.machine,
    unique=True,
    sqlite_where=text("ended IS NULL"),
    postgresql_where=text("ended IS NULL"),
)

# What a night had planned, and what became of it: the four results balance against the plan.
night_items = Table(
    "night_items",
    books,
    Column("night", ForeignKey("nights.id", name="night_items_night"), primary_key=True),
    Column("item", ForeignKey("items.id", name="night_items_item"), primary_key=True),
    Column("result", String(20)),
    Column("run", ForeignKey("runs.id", name="night_items_run")),
    Column("seconds", Float),
    CheckConstraint(f"result IS NULL OR result IN {_listed(RESULTS)}", name="night_items_result"),
)

workers = Table(
    "workers",
    books,
    Column("identity", Text, primary_key=True),
    Column("machine", Text, nullable=False),
    Column("process", Integer, nullable=False),
    Column("process_started", Float, nullable=False),
    Column("tokens", FACTS, nullable=False),
    Column("started", UtcTime, nullable=False),
    Column("beat", UtcTime, nullable=False),
    Column("ended", UtcTime),
)

# A run that ended because it waits; `again` is when it is worth looking, `expires` when nobody need look any more.
waits = Table(
    "waits",
    books,
    Column("id", Integer, primary_key=True),
    Column("run", ForeignKey("runs.id", name="waits_run"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("begun", UtcTime, nullable=False),
    Column("again", UtcTime, nullable=False),
    Column("expires", UtcTime),
    Column("ended", UtcTime),
    Column("taken_up", ForeignKey("runs.id", name="waits_taken_up")),
    one_of("kind", WAIT_KINDS, "waits_kind"),
    CheckConstraint("taken_up IS NULL OR ended IS NOT NULL", name="waits_taken"),
    UniqueConstraint("run", name="waits_once"),
    Index("waits_again", "ended", "again"),
)
