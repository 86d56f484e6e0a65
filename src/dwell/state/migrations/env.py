"""Alembic's entry: migrations run on the connection that `state.migrate` hands over, in its transaction."""

from __future__ import annotations

from alembic import context

from dwell.state.columns import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # SQLite can, with BEGIN IMMEDIATE: a killed migration leaves the old tables
)
context.run_migrations()
