"""What Alembic runs: on the connection that the store opened, never on one of its own."""

from alembic import context

from overglass_cloud.jobs.tables import Base

context.configure(
    connection=context.config.attributes["connection"], target_metadata=Base.metadata, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
