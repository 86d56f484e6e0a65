"""A response says how many of its objects were rejected: a listing with such objects never counts as complete."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """One new column; what earlier sweeps rejected is not known."""
    op.add_column("responses", sa.Column("rejected", sa.Integer, nullable=False, server_default=sa.text("0")))
