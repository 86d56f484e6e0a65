"""The units to which the counters of tracked snapshots were rounded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """A column that is null for exact counters."""
    op.add_column("tracked_snapshots", sa.Column("units", sa.Text))
