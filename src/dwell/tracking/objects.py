"""What the tracking service answers: the objects of its API, the same for the server, the command line and the client.

Names and shapes are those of the API that it can stand in for (`video_link`, `snapshot_time`, counters as decimal
strings); what dwell adds is optional there. Instants are UTC, money is US dollars.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from dwell.records.tracking import GapReason, Status


class Snapshot(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The counters of a video at one time.

    Attributes:
        slot: Which hour of the job it meets, from 0.
        views: Decimal text, as large counters exceed what JavaScript's numbers hold; None where it is unknown.
        rounded_to: Counters that the provider rounded, with the unit: 1,000 for `120K`. None if all are exact; of
            snapshots of before layout 6 it is not known.
    """

    id: str
    snapshot_id: str
    slot: int
    snapshot_time: datetime
    views: str | None
    likes: str | None
    comments: str | None
    shares: str | None
    saves: str | None
    provider: str
    rounded_to: dict[str, int] | None = None


class Gap(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A slot that has no snapshot, and why."""

    slot: int
    slot_time: datetime
    reason: GapReason


class VideoMetadata(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the newest reading says of the video; None where it is unknown."""

    title: str | None = None
    creator: str | None = None
    description: str | None = None


class Video(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A tracked video.

    Attributes:
        reason: Why it ended: `expired`, `stopped`, `deleted`, `private` or `region`; None while it is tracked.
        slots: Snapshots that the job may have: 24 a day, whatever the interval.
        snapshots_count: Snapshots so far.
        estimated_cost: US dollars for all slots.
        metadata: What the client gave when it began.
    """

    id: str
    job_id: str
    video_link: str
    platform: str
    status: Status
    reason: str | None
    is_deleted: bool
    monitoring_started: datetime
    monitoring_duration_days: int
    days_remaining: float
    interval_s: float
    slots: int
    snapshots_count: int
    estimated_cost: float
    current_metadata: VideoMetadata
    metadata: dict[str, Any] | None
    created_at: datetime
    ended_at: datetime | None
    last_updated: datetime | None


class VideoDetail(Video, frozen=True, kw_only=True, gc=False):
    """A tracked video with all its snapshots, and the slots that have none."""

    snapshots: list[Snapshot]
    gaps: list[Gap]


class TrackedVideo(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The answer to a request to track a video.

    Attributes:
        duplicate_of: Id of an older job of the account that tracks the same video now.
    """

    id: str
    job_id: str
    video_link: str
    platform: str
    status: Status
    monitoring_duration_days: int
    days_remaining: float
    estimated_cost: float
    created_at: datetime
    metadata: dict[str, Any] | None = None
    duplicate_of: str | None = None


MAX_BULK = 500
"""Videos in one bulk request."""


class BulkItem(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What became of one link of a bulk request: a video, or the error that it would have had alone.

    Attributes:
        status: The HTTP status that it would have had.
    """

    video_link: str
    status: int
    video: TrackedVideo | None = None
    error: dict[str, Any] | None = None


class VideoList(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A page of videos, newest first.

    Attributes:
        total: Videos in this page.
        next_cursor: Give it as `cursor` for the next page; None on the last.
    """

    videos: list[Video]
    total: int
    limit: int
    next_cursor: str | None


class StoppedVideo(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The answer to a request to stop tracking."""

    success: bool
    id: str
    job_id: str
    video_link: str
    previous_status: Status
    new_status: Status


class PlanLimits(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a plan allows; None is no limit."""

    name: str
    requests_per_minute: int | None
    concurrent_videos: int | None


class Usage(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What an account has and uses.

    Attributes:
        billing: Whether snapshots are charged at all (`DWELL_BILLING`).
        estimated_snapshots_remaining: Snapshots that the balance pays for; None without billing.
        provider_credits_today: Credits of the provider that all polls spent today (UTC).
        provider_max_credits: The most that they may spend a day; None without a limit.
        provider: Who is asked; None where it isn't known: no key is set on this machine, and another one polls.
        served_share: Share of the due slots that the provider's rate limit can serve, 0 to 1; None where the provider
            isn't known.
        low_balance_usd: The event `balance.low` is sent when the balance falls below this; None for none.
    """

    balance_usd: float
    total_snapshots: int
    active_videos: int
    uncharged_usage_usd: float
    total_charged_usd: float
    estimated_snapshots_remaining: int | None
    cost_per_snapshot: float
    billing: bool
    plan: PlanLimits
    provider: str | None
    provider_credits_today: int
    provider_max_credits: int | None
    served_share: float | None
    low_balance_usd: float | None = None


class ApiKey(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A key of an account, without the key itself.

    Attributes:
        prefix: Its first characters.
        scopes: `read`, `track`, `admin`.
    """

    id: str
    account_id: str
    name: str
    prefix: str
    scopes: list[str]
    plan: PlanLimits
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class NewApiKey(ApiKey, frozen=True, kw_only=True, gc=False):
    """A key that was just made: the only time that it is shown.

    Attributes:
        key: The key.
    """

    key: str


class KeyList(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The keys of an account, oldest first, also those that have expired or were revoked.

    Attributes:
        total: Keys in this answer.
    """

    keys: list[ApiKey]
    total: int
