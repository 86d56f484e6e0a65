"""Targets read so recently that another reading cannot show growth: the plan says so before anything is paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from dwell.live.job_spec import STEPS
from dwell.live.target import Target
from dwell.metrics.growth_note import MIN_HOURS
from dwell.state import StateDatabase, responses

TOO_RECENT = timedelta(hours=MIN_HOURS)
_SHOWN = 3


def find_recent(
    database: StateDatabase, provider: str, targets: Sequence[Target], *, now: datetime, job: str | None = None
) -> dict[Target, datetime]:
    """The targets whose posts were read less than an hour ago, with when that was.

    Args:
        database: Where responses are stored.
        provider: Only its responses.
        targets: What a job would read.
        now: The present.
        job: The job itself, where it is resumed: what it has read, it does not read again.
    """
    read = responses.list_reads(database, provider, since=now - TOO_RECENT, without=job)
    found = {target: read.get((STEPS[target.kind][1], target.name)) for target in targets}
    return {target: at for target, at in found.items() if at is not None}


def age_text(at: datetime, now: datetime) -> str:
    """When it was read, in words: `read 12 min ago`."""
    minutes = int((now - at).total_seconds() // 60)
    return f"read {minutes} min ago" if minutes >= 1 else "read less than a minute ago"


def recent_warnings(recent: Mapping[Target, datetime], now: datetime) -> tuple[str, ...]:
    """One sentence about all of them; none where there are none."""
    if not recent:
        return ()
    names = [f"{target} {age_text(at, now).removeprefix('read ')}" for target, at in recent.items()]
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    shown = ", ".join(names[:_SHOWN])
    return (f"Read less than an hour ago: {shown}{more}. Growth needs readings an hour or more apart.",)
