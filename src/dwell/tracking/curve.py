"""The curve of one tracked video: its slots in order, each with its counters and growth, or the reason of its gap."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Any

from dwell.metrics.growth_note import MIN_HOURS
from dwell.results import Result
from dwell.tracking.objects import Gap, Snapshot, VideoDetail

if TYPE_CHECKING:
    import altair

_COUNTERS = ("views", "likes", "comments", "shares", "saves")
_GROWTH = ("views_per_hour", "views_per_hour_low", "views_per_hour_high", "hours")
COLUMNS = ("slot", "at", *_COUNTERS, *_GROWTH, "gap", "provider")


@dataclass(frozen=True, slots=True)
class Growth:
    """Views gained since an earlier snapshot.

    Attributes:
        views_per_hour: How fast; None where rounding explains the change.
        views_per_hour_low: The least that it may be: a rounded counter may be off by less than its unit.
        views_per_hour_high: The most that it may be.
        hours: Hours between the two.
    """

    views_per_hour: float | None
    views_per_hour_low: float
    views_per_hour_high: float
    hours: float


def find_growth(snapshots: Sequence[Snapshot], least_s: float) -> dict[int, Growth]:
    """Growth by slot: since the newest snapshot that is at least a slot and an hour older, where both have views.

    Over a shorter time a change shows when the platform updates its counters, not how fast they grow. A slot without
    such a snapshot has no growth.

    Args:
        snapshots: Of one video.
        least_s: Seconds between two slots.
    """
    counted = ((one, int(one.views)) for one in snapshots if one.views is not None)
    known = sorted((one.snapshot_time, one.slot, views, _unit(one)) for one, views in counted)
    times = [at for at, *_ in known]
    least = max(timedelta(seconds=least_s), timedelta(hours=MIN_HOURS))
    found = {}
    for at, slot, views, unit in known:
        before = bisect_right(times, at - least) - 1
        if before >= 0:
            hours = (at - times[before]) / timedelta(hours=1)
            gained, off = views - known[before][2], max(unit, known[before][3])
            rate = None if off and abs(gained) <= off else gained / hours
            found[slot] = Growth(rate, (gained - off) / hours, (gained + off) / hours, hours)
    return found


def make_curve(video: VideoDetail) -> Result:
    """One row per slot that is over: a snapshot with its growth, or a gap with its reason; the video in `meta`."""
    snapshots = sorted(video.snapshots, key=lambda one: one.slot)
    slot_s = _seconds_per_slot(snapshots, video.interval_s)
    growth = find_growth(snapshots, slot_s)
    rows = [_snapshot_row(one, growth.get(one.slot)) for one in snapshots]
    rows += [_gap_row(one, _gap_time(one, snapshots, slot_s)) for one in video.gaps]
    rows.sort(key=lambda row: row[0])
    reasons = Counter(gap.reason for gap in video.gaps)
    times = [one.snapshot_time for one in snapshots]
    meta: dict[str, Any] = {
        "id": video.id,
        "video_link": video.video_link,
        "creator": video.current_metadata.creator,
        "title": video.current_metadata.title,
        "status": video.status,
        "reason": video.reason,
        "is_deleted": video.is_deleted,
        "interval_s": video.interval_s,
        "slot_s": slot_s,
        "slots": video.slots,
        "snapshots": len(snapshots),
        "gaps": dict(reasons.most_common()),
        "days_remaining": video.days_remaining,
        "metadata": video.metadata,
        "created_at": video.created_at,
        "ended_at": video.ended_at,
        "first_observed_at": min(times, default=None),
        "last_observed_at": max(times, default=None),
        "views_rounded_to": max(map(_unit, snapshots), default=0) or None,
        "sources": [name for name, _ in Counter(one.provider for one in snapshots).most_common()],
    }
    return Result(COLUMNS, rows, meta, {"at": "instant"})


def draw_curve(curve: Result) -> altair.TopLevelMixin:
    """The chart of a curve, with the account, the time and the source that it shows."""
    from dwell import charts
    from dwell.charts.context import add_context, context_line

    meta: Mapping[str, Any] = curve.meta
    creator = meta["creator"]
    drawn = charts.views_per_hour(curve, meta)
    subject = f"@{creator}" if creator else "an unknown account"
    return add_context(
        drawn, context_line(subject, meta["first_observed_at"], meta["last_observed_at"], meta["sources"])
    )


def _snapshot_row(one: Snapshot, growth: Growth | None) -> tuple[Any, ...]:
    counters = (getattr(one, name) for name in _COUNTERS)
    numbers = (None if text is None else int(text) for text in counters)
    rate = [None if growth is None else getattr(growth, name) for name in _GROWTH]
    return (one.slot, one.snapshot_time, *numbers, *rate, None, one.provider)


def _gap_row(gap: Gap, at: datetime) -> tuple[Any, ...]:
    return (gap.slot, at, *(None for _ in (*_COUNTERS, *_GROWTH)), gap.reason, None)


def _unit(snapshot: Snapshot) -> int:
    """By how much its views may be off; 0 where they are exact."""
    return (snapshot.rounded_to or {}).get("views", 0)


def _seconds_per_slot(snapshots: Sequence[Snapshot], interval_s: float) -> float:
    """Seconds between two slots by the clock of the snapshots, which runs faster in a simulation."""
    steps = [
        (after.snapshot_time - before.snapshot_time).total_seconds() / (after.slot - before.slot)
        for before, after in pairwise(snapshots)
        if after.slot > before.slot > 0  # slot 0 lies anywhere from half an interval to one and a half before slot 1
    ]
    found = median(steps) if steps else interval_s
    return found if found > 2 * interval_s else interval_s


def _gap_time(gap: Gap, snapshots: Sequence[Snapshot], slot_s: float) -> datetime:
    """When a slot without a snapshot was due, by the clock of the snapshots beside it."""
    before = next((one for one in reversed(snapshots) if one.slot < gap.slot), None)
    after = next((one for one in snapshots if one.slot > gap.slot), None)
    is_later = before is None or gap.slot_time > before.snapshot_time
    is_earlier = after is None or gap.slot_time < after.snapshot_time
    if is_later and is_earlier:
        return gap.slot_time
    if before is not None and after is not None:
        share = (gap.slot - before.slot) / (after.slot - before.slot)
        return before.snapshot_time + share * (after.snapshot_time - before.snapshot_time)
    if before is not None:
        return before.snapshot_time + timedelta(seconds=slot_s * (gap.slot - before.slot))
    if after is not None:
        return after.snapshot_time - timedelta(seconds=slot_s * (after.slot - gap.slot))
    return gap.slot_time
