"""The first books: runs, steps, effects, questions.

A version never changes once it is released, so the tables are written out here and not taken from robot.ledger.tables.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

OUTCOMES = (
    "'running', 'done', 'refused', 'chain_broken', 'form_absent', 'portal_unavailable', "
    "'unknown', 'waiting', 'cancelled', 'failed', 'abandoned', 'usage'"
)
STANDING = "state IN ('intent', 'confirmed')"


def _moment(name: str, *, needed: bool) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=not needed)


def _run(table: str) -> sa.Column[object]:
    return sa.Column("run", sa.String(32), sa.ForeignKey("runs.id", name=f"{table}_run"), nullable=False, index=True)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def upgrade() -> None:
    """Make the four tables."""
    op.create_table(
        "runs",
        sa.Column("id", sa.String(32), primary_key=True),
        _text("flow"),
        _text("organisation"),
        sa.Column("parameters", sa.JSON, nullable=False),
        _text("evidence"),
        sa.Column("outcome", sa.String(20), nullable=False),
        _moment("started", needed=True),
        _moment("ended", needed=False),
        sa.Column("receipt", sa.JSON),
        sa.Column("finding", sa.JSON),
        _text("machine"),
        sa.Column("process", sa.Integer, nullable=False),
        sa.Column("process_started", sa.Float, nullable=False),
        sa.CheckConstraint(f"outcome IN ({OUTCOMES})", name="runs_outcome"),
        sa.CheckConstraint("(outcome = 'running') = (ended IS NULL)", name="runs_ended"),
    )
    op.create_index("runs_started", "runs", ["started"])
    op.create_table(
        "steps",
        sa.Column("id", sa.Integer, primary_key=True),
        _run("steps"),
        _text("name"),
        sa.Column("outcome", sa.String(20), nullable=False),
        _moment("started", needed=True),
        _moment("ended", needed=False),
        sa.CheckConstraint(f"outcome IN ({OUTCOMES})", name="steps_outcome"),
        sa.CheckConstraint("(outcome = 'running') = (ended IS NULL)", name="steps_ended"),
    )
    op.create_table(
        "effects",
        sa.Column("id", sa.Integer, primary_key=True),
        _run("effects"),
        _text("organisation"),
        _text("kind"),
        _text("key"),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("detail", sa.JSON, nullable=False),
        sa.Column("receipt", sa.JSON),
        sa.Column("said", sa.Text),
        _moment("intended", needed=True),
        _moment("settled", needed=False),
        sa.CheckConstraint("state IN ('intent', 'confirmed', 'refused', 'superseded')", name="effects_state"),
        sa.CheckConstraint("attempt >= 1", name="effects_attempt"),
        sa.CheckConstraint("(state = 'intent') = (settled IS NULL)", name="effects_settled"),
        sa.CheckConstraint("state <> 'confirmed' OR receipt IS NOT NULL", name="effects_receipt"),
        sa.CheckConstraint("state <> 'refused' OR said IS NOT NULL", name="effects_said"),
        sa.UniqueConstraint("kind", "key", "attempt", name="effects_once"),
    )
    op.create_index("effects_organisation", "effects", ["kind", "organisation"])
    op.create_index(
        "effects_standing",
        "effects",
        ["kind", "key"],
        unique=True,
        sqlite_where=sa.text(STANDING),
        postgresql_where=sa.text(STANDING),
    )
    op.create_table(
        "questions",
        sa.Column("id", sa.Integer, primary_key=True),
        _run("questions"),
        _text("kind"),
        _text("picture"),
        sa.Column("state", sa.String(20), nullable=False),
        _moment("asked", needed=True),
        _moment("settled", needed=False),
        sa.CheckConstraint("state IN ('open', 'answered', 'expired')", name="questions_state"),
        sa.CheckConstraint("(state = 'open') = (settled IS NULL)", name="questions_settled"),
    )
