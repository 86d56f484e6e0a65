"""A schedule may be a cron expression, in `every`: an older dwell would search for its weekday forever."""

from __future__ import annotations

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """No table changes; the number tells an older dwell to refuse the database."""
