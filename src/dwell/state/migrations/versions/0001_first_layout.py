"""The tables as commit e4160b3 made them, without Alembic. Nothing is done here: it is where migrations begin."""

from __future__ import annotations

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Those tables exist."""
