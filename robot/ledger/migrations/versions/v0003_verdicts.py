"""Verdicts: what the portal's mails say about dossiers that it had taken; follows 0002."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

OUTCOMES = "'valid', 'invalid', 'not_understood', 'unmatched', 'contradicts'"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "verdicts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("organisation", sa.Text, nullable=False),
        sa.Column("letter", sa.Text, nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("effect", sa.Integer, sa.ForeignKey("effects.id", name="verdicts_effect")),
        sa.Column("number", sa.Text),
        sa.Column("head", sa.JSON, nullable=False),
        sa.Column("faults", sa.JSON, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("booked", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(f"outcome IN ({OUTCOMES})", name="verdicts_outcome"),
        sa.CheckConstraint("outcome NOT IN ('valid', 'invalid', 'contradicts') OR effect IS NOT NULL", name="verdicts_matched"),
        sa.UniqueConstraint("organisation", "letter", name="verdicts_once"),
    )
    op.create_index("ix_verdicts_effect", "verdicts", ["effect"])
