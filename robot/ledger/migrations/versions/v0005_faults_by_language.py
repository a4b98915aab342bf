"""Faults of queued dossiers by language, as their verdicts have them, where they were English alone; follows 0004."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_ITEMS = sa.table("items", sa.column("id", sa.Integer), sa.column("effect", sa.Integer), sa.column("faults", sa.JSON))
_VERDICTS = sa.table("verdicts", sa.column("effect", sa.Integer), sa.column("outcome", sa.String), sa.column("faults", sa.JSON))


def upgrade() -> None:
    """Rewrite the rows; the tables stay as they are."""
    books = op.get_bind()
    for row in books.execute(sa.select(_ITEMS).where(_ITEMS.c.faults.is_not(None))).all():
        if not isinstance(row.faults, list):
            continue
        judged = sa.select(_VERDICTS.c.faults).where(_VERDICTS.c.effect == row.effect, _VERDICTS.c.outcome == "invalid")
        both = books.execute(judged.limit(1)).scalar() or {"en": row.faults}
        books.execute(sa.update(_ITEMS).where(_ITEMS.c.id == row.id).values(faults=both if row.faults else sa.null()))
