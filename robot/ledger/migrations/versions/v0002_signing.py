"""Signing: signatures, log-ins to tokens, and which token a run has; follows 0001."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

RUNNING = "outcome = 'running' AND token IS NOT NULL"
KNOWN = "signer = 'vendor' OR (token IS NOT NULL AND certificate IS NOT NULL AND algorithm IS NOT NULL AND digest IS NOT NULL)"


def upgrade() -> None:
    """Make the two tables, and give runs what they need to be told of signing."""
    for name, kind in (("token", sa.String(64)), ("signing", sa.JSON), ("alarms", sa.JSON)):
        op.add_column("runs", sa.Column(name, kind))
    op.create_index(
        "runs_token", "runs", ["token"], unique=True, sqlite_where=sa.text(RUNNING), postgresql_where=sa.text(RUNNING)
    )
    op.create_table(
        "signatures",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("run", sa.String(32), sa.ForeignKey("runs.id", name="signatures_run"), nullable=False, index=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signer", sa.String(20), nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("token", sa.String(64)),
        sa.Column("certificate", sa.String(64)),
        sa.Column("algorithm", sa.Text),
        sa.Column("digest", sa.Text),
        sa.CheckConstraint("signer IN ('vendor', 'pkcs11')", name="signatures_signer"),
        sa.CheckConstraint(KNOWN, name="signatures_known"),
    )
    op.create_table(
        "tokens",
        sa.Column("serial", sa.String(64), primary_key=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("run", sa.String(32), sa.ForeignKey("runs.id", name="tokens_run")),
        sa.Column("begun", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled", sa.DateTime(timezone=True)),
        sa.Column("said", sa.Text),
        sa.Column("cleared", sa.DateTime(timezone=True)),
        sa.CheckConstraint("state IN ('clear', 'pending', 'stopped')", name="tokens_state"),
        sa.CheckConstraint("(state = 'pending') = (settled IS NULL)", name="tokens_settled"),
        sa.CheckConstraint("state <> 'stopped' OR said IS NOT NULL", name="tokens_said"),
    )
