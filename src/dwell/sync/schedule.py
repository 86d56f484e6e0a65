"""The schedule that syncs connected accounts daily: `dwell run` and `dwell serve` do it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dwell.state import schedules
from dwell.state.schedules import Schedule
from dwell.sync.request import SPEC, SyncRequest

if TYPE_CHECKING:
    from dwell.state import StateDatabase

NAME = "sync-tiktok"
"""Name of the schedule of all connected accounts."""

AT = "06:00"
"""UTC: the days of TikTok end at midnight UTC, and their figures follow within hours."""


def schedule_daily(database: StateDatabase) -> None:
    """Makes the schedule of all connected accounts, unless there is one for syncs: what is not read daily is lost."""
    if any(SPEC in schedule.spec for schedule in schedules.list_all(database)):
        return
    schedules.save(database, Schedule(NAME, "day", AT, "UTC", SyncRequest().to_spec(), database.now()))
