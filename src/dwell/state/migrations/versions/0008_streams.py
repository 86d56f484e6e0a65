"""How far streams of connected accounts were read, and when requests of their keys went out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Two tables."""
    op.create_table(
        "stream_states",
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("stream", sa.Text, nullable=False),
        sa.Column("partition", sa.Text, nullable=False),
        sa.Column("cursor", sa.Text, nullable=False),
        sa.Column("updated_at", _BIG, nullable=False),
        sa.PrimaryKeyConstraint("provider", "account", "stream", "partition", name="stream_states_pkey"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rate_windows",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("sent", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="rate_windows_pkey"),
        sqlite_with_rowid=False,
    )
