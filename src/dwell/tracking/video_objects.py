"""Rows of the state database as the objects that the service answers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from dwell.clock import from_micros
from dwell.records.tracking import GapReason
from dwell.state.tracked_videos import ACTIVE, TrackedVideo
from dwell.tracking import objects, slots


def to_tracked(video: TrackedVideo, duplicate_of: str | None, now: datetime) -> objects.TrackedVideo:
    """The answer to a request to track a video."""
    return objects.TrackedVideo(
        id=video.video_id,
        job_id=video.job_id,
        video_link=video.video_link,
        platform=video.platform,
        status=video.status,
        monitoring_duration_days=video.duration_days,
        days_remaining=_days_remaining(video, now),
        estimated_cost=_cost(video),
        created_at=video.created_at,
        metadata=None if video.client_metadata is None else dict(video.client_metadata),
        duplicate_of=duplicate_of,
    )


def to_video(video: TrackedVideo, now: datetime) -> objects.Video:
    """A video without its snapshots."""
    return objects.Video(**_fields(video, now))


def to_detail(
    video: TrackedVideo, snapshots: Sequence[Any], gaps: Sequence[tuple[int, GapReason]], now: datetime
) -> objects.VideoDetail:
    """A video with its snapshots and gaps."""
    return objects.VideoDetail(
        **_fields(video, now),
        snapshots=[to_snapshot(row) for row in snapshots],
        gaps=[objects.Gap(slot=slot, slot_time=video.slot_at(slot), reason=reason) for slot, reason in gaps],
    )


def to_snapshot(row: Any) -> objects.Snapshot:
    """A snapshot from a row of `state.tracked_videos`; counters become decimal text."""
    slot, snapshot_id, micros, views, likes, comments, shares, saves, provider, units = row
    return objects.Snapshot(
        id=snapshot_id,
        snapshot_id=snapshot_id,
        slot=slot,
        snapshot_time=from_micros(micros),
        views=None if views is None else str(views),
        likes=None if likes is None else str(likes),
        comments=None if comments is None else str(comments),
        shares=None if shares is None else str(shares),
        saves=None if saves is None else str(saves),
        provider=provider,
        rounded_to=None if units is None else json.loads(units),
    )


def _fields(video: TrackedVideo, now: datetime) -> dict[str, Any]:
    return {
        "id": video.video_id,
        "job_id": video.job_id,
        "video_link": video.video_link,
        "platform": video.platform,
        "status": video.status,
        "reason": video.reason,
        "is_deleted": video.is_deleted,
        "monitoring_started": video.created_at,
        "monitoring_duration_days": video.duration_days,
        "days_remaining": _days_remaining(video, now),
        "interval_s": video.interval_us / 1_000_000,
        "slots": video.slots,
        "snapshots_count": video.snapshots,
        "estimated_cost": _cost(video),
        "current_metadata": objects.VideoMetadata(
            title=video.caption,
            creator=video.handle or video.display_name,
            description=video.caption,
        ),
        "metadata": None if video.client_metadata is None else dict(video.client_metadata),
        "created_at": video.created_at,
        "ended_at": video.ended_at,
        "last_updated": video.last_snapshot_at,
    }


def _days_remaining(video: TrackedVideo, now: datetime) -> float:
    if video.status not in ACTIVE:
        return 0.0
    return slots.days_remaining(video.created_at, video.interval_us, video.duration_days, now)


def _cost(video: TrackedVideo) -> float:
    return dollars(video.price_micros * video.slots)


def dollars(micros: int) -> float:
    """Micro-dollars as US dollars."""
    return round(micros / 1_000_000, 6)
