"""What alembic runs: the versions in order, inside the transaction that robot.ledger.migrate has begun."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
