"""Why a dossier was moved, in each language of people; follows 0006."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the column; older rows have their English alone."""
    op.add_column("moves", sa.Column("said", sa.JSON))
