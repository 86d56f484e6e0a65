"""Jobs of the data folder, such as sealing, hold a lease; a schedule may be a cron expression, in `every`.

The expression changes no table, but an older dwell would search for its weekday forever, and must refuse the database.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """One new table."""
    op.create_table(
        "job_leases",
        sa.Column("job", sa.Text, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("leased_until", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("job", name="job_leases_pkey"),
        sqlite_with_rowid=False,
    )
