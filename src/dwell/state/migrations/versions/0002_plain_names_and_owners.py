"""Tables get plain names, rows an owner of any kind, sweeps a lease, and the database the id of its data folder."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_RENAMED_TABLES = {
    "pacing": "rate_limits",
    "calls": "ledger",
    "answers": "responses",
    "targets": "sweep_targets",
    "runs": "schedule_runs",
}
_RENAMED_COLUMNS = {
    "rate_limits": {"held_until": "paused_until"},
    "ledger": {"call_id": "request_id", "sweep_id": "owner_id"},
    "responses": {"answer_id": "response_id", "call_id": "request_id", "sweep_id": "owner_id"},
    "sweeps": {"request": "spec"},
    "schedules": {"request": "spec"},
    "schedule_runs": {"lease_until": "leased_until"},
}
_RENAMED_INDEXES = {
    "calls_by_sweep": ("ledger_by_owner", "ledger", "owner_id"),
    "calls_by_time": ("ledger_by_time", "ledger", "sent_at"),
    "answers_by_target": ("responses_by_owner", "responses", "owner_id, position"),
    "answers_waiting": ("responses_pending", "responses", "parsed_by"),
}


def upgrade() -> None:
    """Only renames and added columns: no kept response is copied."""
    for old, new in _RENAMED_TABLES.items():
        op.rename_table(old, new)
    for table, renamed in _RENAMED_COLUMNS.items():
        for old, new in renamed.items():
            op.execute(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}")
    for old, (new, indexed, columns) in _RENAMED_INDEXES.items():
        op.execute(f"DROP INDEX {old}")
        where = " WHERE parsed_by IS NULL" if new == "responses_pending" else ""
        op.execute(f"CREATE INDEX {new} ON {indexed} ({columns}){where}")
    for table in ("ledger", "responses"):
        op.add_column(table, sa.Column("owner_kind", sa.Text, nullable=False, server_default=sa.text("'sweep'")))
    op.add_column("sweeps", sa.Column("holder", sa.Text))
    op.add_column("sweeps", sa.Column("leased_until", sa.Integer))
    op.execute("CREATE TABLE identity (folder_id TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID")
