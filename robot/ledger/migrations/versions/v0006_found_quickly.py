"""What every dossier asks of the books is found by an index, however long the books are; follows 0005."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the indexes."""
    op.create_index("runs_running", "runs", ["outcome"])
    op.create_index("items_key", "items", ["key"])
    op.create_index("items_file", "items", ["file"])
