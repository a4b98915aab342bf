"""The queue: dossiers on their way, nights, workers, waits; effects proved absent; questions about items; follows 0003."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

STATES = "'planned', 'claimed', 'prepared', 'signed', 'intent', 'unknown', 'accepted', 'done', 'refused', 'held', 'cancelled'"
ENDED = "state NOT IN ('done', 'refused', 'cancelled')"
STANDING = "state IN ('intent', 'confirmed')"
EFFECT_STATES = "state IN ('intent', 'confirmed', 'refused', 'superseded', 'absent')"
WHOSE = "run IS NOT NULL OR item IS NOT NULL"
WRITTEN_ANSWERS = (
    "answer IS NULL OR (state = 'answered' AND (kind IN ('captcha', 'held', 'consent')"
    " OR (kind = 'activation' AND answer IN ('again', 'stop'))))"
)


def upgrade() -> None:
    """Make the new tables, and give effects and questions what they need."""
    _nights()
    _items()
    if op.get_bind().dialect.name == "sqlite":
        _effects_again()
        _questions_again()
    else:
        _effects_and_questions_altered()
    _workers()


def _time(name: str, *, needed: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=not needed)


def _nights() -> None:
    op.create_table(
        "nights",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("machine", sa.Text, nullable=False),
        sa.Column("process", sa.Integer, nullable=False),
        sa.Column("process_started", sa.Float, nullable=False),
        _time("begun", needed=True),
        _time("ended"),
        _time("until"),
        sa.Column("outcome", sa.String(20)),
        sa.Column("facts", sa.JSON),
        sa.CheckConstraint("(ended IS NULL) = (outcome IS NULL)", name="nights_ended"),
    )
    running = sa.text("ended IS NULL")
    op.create_index("nights_one", "nights", ["machine"], unique=True, sqlite_where=running, postgresql_where=running)
    # In plain SQL, since SQLite takes a reference with a new column only in one statement.
    op.execute("ALTER TABLE runs ADD COLUMN night INTEGER CONSTRAINT runs_night REFERENCES nights (id)")
    op.execute("ALTER TABLE runs ADD COLUMN session VARCHAR(32) CONSTRAINT runs_session REFERENCES runs (id)")
    op.create_index("ix_runs_night", "runs", ["night"])
    op.create_index("ix_runs_session", "runs", ["session"])


def _items() -> None:
    op.create_table(
        "items",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("organisation", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("source", sa.String(20), nullable=False),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("amends", sa.Integer, sa.ForeignKey("items.id", name="items_amends")),
        sa.Column("run", sa.String(32), sa.ForeignKey("runs.id", name="items_run"), index=True),
        sa.Column("fence", sa.Integer, nullable=False),
        _time("lease"),
        sa.Column("effect", sa.Integer, sa.ForeignKey("effects.id", name="items_effect"), index=True),
        sa.Column("looks", sa.Integer, nullable=False),
        _time("looked"),
        _time("not_before"),
        sa.Column("said", sa.JSON),
        sa.Column("faults", sa.JSON),
        _time("added", needed=True),
        _time("changed", needed=True),
        sa.CheckConstraint(f"state IN ({STATES})", name="items_state"),
        sa.CheckConstraint("source IN ('outbox', 'queue', 'run')", name="items_source"),
        sa.CheckConstraint("(run IS NULL) = (lease IS NULL)", name="items_lease"),
        sa.CheckConstraint("state NOT IN ('claimed', 'prepared', 'signed', 'intent') OR run IS NOT NULL", name="items_owned"),
        sa.CheckConstraint(
            "state NOT IN ('planned', 'held', 'accepted', 'done', 'refused', 'cancelled') OR run IS NULL", name="items_free"
        ),
        sa.CheckConstraint("state NOT IN ('intent', 'unknown', 'accepted', 'done') OR effect IS NOT NULL", name="items_sent"),
        sa.CheckConstraint("state NOT IN ('held', 'refused') OR said IS NOT NULL", name="items_said"),
    )
    op.create_index("items_due", "items", ["state", "organisation", "priority", "id"])
    still = sa.text(ENDED)
    op.create_index("items_open", "items", ["key"], unique=True, sqlite_where=still, postgresql_where=still)
    op.create_table(
        "moves",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("item", sa.Integer, sa.ForeignKey("items.id", name="moves_item"), nullable=False, index=True),
        _time("at", needed=True),
        sa.Column("before", sa.String(20)),
        sa.Column("after", sa.String(20), nullable=False),
        sa.Column("run", sa.String(32), sa.ForeignKey("runs.id", name="moves_run"), index=True),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("why", sa.Text),
        sa.CheckConstraint(f"after IN ({STATES})", name="moves_after"),
    )
    op.create_table(
        "night_items",
        sa.Column("night", sa.Integer, sa.ForeignKey("nights.id", name="night_items_night"), primary_key=True),
        sa.Column("item", sa.Integer, sa.ForeignKey("items.id", name="night_items_item"), primary_key=True),
        sa.Column("result", sa.String(20)),
        sa.Column("run", sa.String(32), sa.ForeignKey("runs.id", name="night_items_run")),
        sa.Column("seconds", sa.Float),
        sa.CheckConstraint(
            "result IS NULL OR result IN ('accepted', 'refused', 'held', 'not_started')", name="night_items_result"
        ),
    )


def _workers() -> None:
    op.create_table(
        "workers",
        sa.Column("identity", sa.Text, primary_key=True),
        sa.Column("machine", sa.Text, nullable=False),
        sa.Column("process", sa.Integer, nullable=False),
        sa.Column("process_started", sa.Float, nullable=False),
        sa.Column("tokens", sa.JSON, nullable=False),
        _time("started", needed=True),
        _time("beat", needed=True),
        _time("ended"),
    )
    op.create_table(
        "waits",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("run", sa.String(32), sa.ForeignKey("runs.id", name="waits_run"), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        _time("begun", needed=True),
        _time("again", needed=True),
        _time("expires"),
        _time("ended"),
        sa.Column("taken_up", sa.String(32), sa.ForeignKey("runs.id", name="waits_taken_up")),
        sa.CheckConstraint("kind IN ('mail', 'person', 'time')", name="waits_kind"),
        sa.CheckConstraint("taken_up IS NULL OR ended IS NOT NULL", name="waits_taken"),
        sa.UniqueConstraint("run", name="waits_once"),
    )
    op.create_index("waits_again", "waits", ["ended", "again"])
    # What older runs waited for is not known: a person starts them, as before.
    op.execute(
        "INSERT INTO waits (run, kind, begun, again, ended) "
        "SELECT id, 'time', ended, ended, ended FROM runs WHERE outcome = 'waiting'"
    )


def _effects_and_questions_altered() -> None:
    op.add_column("effects", sa.Column("proofs", sa.JSON))
    op.drop_constraint("effects_state", "effects", type_="check")
    op.create_check_constraint("effects_state", "effects", EFFECT_STATES)
    for column in (
        sa.Column("item", sa.Integer, sa.ForeignKey("items.id", name="questions_item")),
        sa.Column("organisation", sa.Text),
        sa.Column("said", sa.JSON),
        sa.Column("choices", sa.JSON),
        _time("expires"),
        sa.Column("answer", sa.Text),
    ):
        op.add_column("questions", column)
    op.create_index("ix_questions_item", "questions", ["item"])
    op.alter_column("questions", "run", nullable=True)
    op.create_check_constraint("questions_whose", "questions", WHOSE)
    op.create_check_constraint("questions_open_answers", "questions", WRITTEN_ANSWERS)


def _effects_again() -> None:
    """SQLite changes no rule of a table: a table with the new rules takes the rows and the name."""
    columns = ("id", "run", "organisation", "kind", "key", "attempt", "state", "detail", "receipt", "said", "intended", "settled")
    op.create_table(
        "effects_new",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("run", sa.String(32), sa.ForeignKey("runs.id", name="effects_run"), nullable=False),
        sa.Column("organisation", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("detail", sa.JSON, nullable=False),
        sa.Column("receipt", sa.JSON),
        sa.Column("proofs", sa.JSON),
        sa.Column("said", sa.Text),
        _time("intended", needed=True),
        _time("settled"),
        sa.CheckConstraint(EFFECT_STATES, name="effects_state"),
        sa.CheckConstraint("attempt >= 1", name="effects_attempt"),
        sa.CheckConstraint("(state = 'intent') = (settled IS NULL)", name="effects_settled"),
        sa.CheckConstraint("state <> 'confirmed' OR receipt IS NOT NULL", name="effects_receipt"),
        sa.CheckConstraint("state <> 'refused' OR said IS NOT NULL", name="effects_said"),
        sa.UniqueConstraint("kind", "key", "attempt", name="effects_once"),
    )
    _take_over("effects", columns)
    op.create_index("ix_effects_run", "effects", ["run"])
    op.create_index("effects_organisation", "effects", ["kind", "organisation"])
    op.create_index("effects_standing", "effects", ["kind", "key"], unique=True, sqlite_where=sa.text(STANDING))


def _questions_again() -> None:
    columns = ("id", "run", "kind", "picture", "state", "asked", "settled")
    op.create_table(
        "questions_new",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("run", sa.String(32), sa.ForeignKey("runs.id", name="questions_run")),
        sa.Column("item", sa.Integer, sa.ForeignKey("items.id", name="questions_item")),
        sa.Column("organisation", sa.Text),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("picture", sa.Text, nullable=False),
        sa.Column("said", sa.JSON),
        sa.Column("choices", sa.JSON),
        sa.Column("state", sa.String(20), nullable=False),
        _time("asked", needed=True),
        _time("expires"),
        _time("settled"),
        sa.Column("answer", sa.Text),
        sa.CheckConstraint("state IN ('open', 'answered', 'expired')", name="questions_state"),
        sa.CheckConstraint("(state = 'open') = (settled IS NULL)", name="questions_settled"),
        sa.CheckConstraint(WHOSE, name="questions_whose"),
        sa.CheckConstraint(WRITTEN_ANSWERS, name="questions_open_answers"),
    )
    _take_over("questions", columns)
    op.create_index("ix_questions_run", "questions", ["run"])
    op.create_index("ix_questions_item", "questions", ["item"])


def _take_over(name: str, columns: tuple[str, ...]) -> None:
    listed = ", ".join(f'"{column}"' for column in columns)
    op.execute(f"INSERT INTO {name}_new ({listed}) SELECT {listed} FROM {name}")  # noqa: S608 - names from this file
    op.drop_table(name)
    op.rename_table(f"{name}_new", name)
