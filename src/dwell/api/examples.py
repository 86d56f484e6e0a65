"""Examples for the documentation: they are objects of the service, so that they cannot go out of date."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from dwell.api.problems import key_required, method_not_allowed, too_large, too_slow, unknown_path
from dwell.api.snapshot_formats import SnapshotList, encode_snapshots
from dwell.errors import (
    AuthenticationError,
    CapacityError,
    ConflictError,
    IdempotencyError,
    InsufficientBalanceError,
    InvalidRequestError,
    NoDataError,
    PermissionDeniedError,
    ServiceUnavailableError,
    TooManyRequestsError,
    VideoLimitError,
    VideoNotFoundError,
    WebhookNotFoundError,
)
from dwell.tracking.objects import (
    MAX_BULK,
    ApiKey,
    BulkItem,
    Gap,
    KeyList,
    NewApiKey,
    PlanLimits,
    Snapshot,
    StoppedVideo,
    TrackedVideo,
    Usage,
    Video,
    VideoDetail,
    VideoList,
    VideoMetadata,
)
from dwell.tracking.problems import Problem, describe, describe_error, unexpected
from dwell.tracking.webhook_objects import (
    DeliveryAttempt,
    DeliveryLog,
    Replay,
    TestEvent,
    Webhook,
    WebhookList,
    WebhookWithSecret,
)
from dwell.tracking.webhooks import DISABLED_BY_OWNER

LINK = "https://www.tiktok.com/@user/video/7350810998023949599"
BAD_LINK = "https://www.tiktok.com/@user/video/123"
ID, JOB, KEY = "cm5abc123", "job_5abc123", "key_8d1f"
WEBHOOK_ID, EVENT_ID = "wh_5f0c6a9d1e2b3c4d5e6f7a8b", "evt_0bx5c2m9k3d1r7t2"
HOOK_URL = "https://your-app.com/webhooks/dwell"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
REQUEST_ID = "5f0c3e3a7d8b4a1f9c2e6b7a8d9e0f11"
AT = datetime(2026, 1, 29, 10, tzinfo=UTC)
RESET = int(AT.timestamp()) + 60
PRO = PlanLimits(name="pro", requests_per_minute=300, concurrent_videos=100)

SNAPSHOTS = [
    Snapshot(
        id=f"{ID}-{slot}",
        snapshot_id=f"{ID}-{slot}",
        slot=slot,
        snapshot_time=AT + timedelta(hours=slot),
        views=str(1_250_000 + 9_000 * slot),
        likes=str(185_000 + 900 * slot),
        comments=str(4_200 + 30 * slot),
        shares="12500",
        saves=None,
        provider="tikliveapi",
    )
    for slot in (0, 1)
]
_VIDEO: dict[str, Any] = {
    "id": ID,
    "job_id": JOB,
    "video_link": LINK,
    "platform": "tiktok",
    "status": "monitoring",
    "reason": None,
    "is_deleted": False,
    "monitoring_started": AT,
    "monitoring_duration_days": 7,
    "days_remaining": 6.9,
    "interval_s": 3600.0,
    "slots": 168,
    "snapshots_count": 2,
    "estimated_cost": 2.52,
    "current_metadata": VideoMetadata(title="Five minute pasta", creator="user"),
    "metadata": {"campaign": "spring"},
    "created_at": AT,
    "ended_at": None,
    "last_updated": AT + timedelta(hours=1),
}
VIDEO = Video(**_VIDEO)
DETAIL = VideoDetail(
    **_VIDEO, snapshots=SNAPSHOTS, gaps=[Gap(slot=2, slot_time=AT + timedelta(hours=2), reason="provider")]
)
TRACKED = TrackedVideo(
    id=ID,
    job_id=JOB,
    video_link=LINK,
    platform="tiktok",
    status="monitoring",
    monitoring_duration_days=7,
    days_remaining=7.0,
    estimated_cost=2.52,
    created_at=AT,
    metadata={"campaign": "spring"},
)
VIDEO_LIST = VideoList(videos=[VIDEO], total=1, limit=50, next_cursor=None)
SNAPSHOT_LIST = SnapshotList(id=ID, snapshots=SNAPSHOTS, total=len(SNAPSHOTS))
STOPPED = StoppedVideo(
    success=True, id=ID, job_id=JOB, video_link=LINK, previous_status="monitoring", new_status="completed"
)
USAGE = Usage(
    balance_usd=4.97,
    total_snapshots=2,
    active_videos=1,
    uncharged_usage_usd=0.0,
    total_charged_usd=0.03,
    estimated_snapshots_remaining=331,
    cost_per_snapshot=0.015,
    billing=True,
    plan=PRO,
    provider="tikliveapi",
    provider_credits_today=4,
    provider_max_credits=1_000,
    served_share=1.0,
    low_balance_usd=1.0,
)
_API_KEY: dict[str, Any] = {
    "id": KEY,
    "account_id": "acc_31c2",
    "name": "my app",
    "prefix": "dwell_8d1fQz",
    "scopes": ["read", "track"],
    "plan": PRO,
    "created_at": AT,
    "expires_at": None,
    "revoked_at": None,
}
API_KEY = ApiKey(**_API_KEY)
REVOKED_KEY = ApiKey(**_API_KEY | {"revoked_at": AT + timedelta(days=1)})
NEW_KEY = NewApiKey(**_API_KEY, key="dwell_8d1fQz(40 more characters)")
KEY_LIST = KeyList(keys=[API_KEY], total=1)
_WEBHOOK: dict[str, Any] = {
    "id": WEBHOOK_ID,
    "account_id": "acc_31c2",
    "url": HOOK_URL,
    "events": ["snapshot.created", "tracking.completed"],
    "status": "active",
    "disabled_reason": None,
    "disabled_at": None,
    "failures": 0,
    "failing_since": None,
    "rotating_until": None,
    "created_at": AT,
}
WEBHOOK = Webhook(**_WEBHOOK)
DISABLED_WEBHOOK = Webhook(
    **_WEBHOOK | {"status": "disabled", "disabled_reason": DISABLED_BY_OWNER, "disabled_at": AT + timedelta(hours=1)}
)
NEW_WEBHOOK = WebhookWithSecret(**_WEBHOOK, secret=SECRET)
ROTATED_WEBHOOK = WebhookWithSecret(**_WEBHOOK | {"rotating_until": AT + timedelta(days=1)}, secret=SECRET)
WEBHOOK_LIST = WebhookList(webhooks=[WEBHOOK], total=1)
TEST_EVENT = TestEvent(event_id=EVENT_ID)
REPLAY = Replay(deliveries=48)
DELIVERY_LOG = DeliveryLog(
    deliveries=[
        DeliveryAttempt(
            id=1_002, event_id=EVENT_ID, type="snapshot.created", attempt=2, attempted_at=AT + timedelta(seconds=6),
            duration_ms=84.2, delivered=True, status=204, error=None, next_attempt_at=None,
        ),
        DeliveryAttempt(
            id=1_001, event_id=EVENT_ID, type="snapshot.created", attempt=1, attempted_at=AT, duration_ms=15_000.0,
            delivered=False, status=None, error="no answer in time", next_attempt_at=AT + timedelta(seconds=6),
        ),
    ],
    total=2,
    limit=50,
    next_before=None,
)  # fmt: skip

TRACK_REQUEST = {"video_link": LINK, "duration_days": 7, "metadata": {"campaign": "spring"}}
WEBHOOK_REQUEST = {"events": ["snapshot.created", "tracking.completed"], "url": HOOK_URL, "secret": SECRET}
ROTATE_REQUEST = {"secret": SECRET}
REPLAY_REQUEST = {"since": "2026-01-29T10:00:00Z", "until": "2026-01-30T10:00:00Z"}
KEY_REQUEST = {"name": "my app", "scopes": ["read", "track"], "expires_at": None}
USAGE_CHANGE = {"low_balance_usd": 1.0}
BULK_REQUEST = {"videos": [TRACK_REQUEST, {"video_link": BAD_LINK, "duration_days": 7}]}

_BAD_ID = InvalidRequestError("The link has no valid id.", (("video_link", "The link has no valid id."),), "bad_id")
_BAD_DAYS = InvalidRequestError(
    "duration_days: Expected `int` <= 30.", (("duration_days", "Expected `int` <= 30."),)
)  # fmt: skip
_BAD_BULK = f"Give a list of 1 to {MAX_BULK} videos."
_NO_VIDEO = VideoNotFoundError("No video of this account has this id.")

BULK_ITEMS = [
    BulkItem(video_link=LINK, status=201, video=TRACKED),
    BulkItem(video_link=BAD_LINK, status=400, error=describe_error(_BAD_ID)[1]),
]


def _invalid(field: str, message: str, reason: str = "") -> Problem:
    return describe(InvalidRequestError(message, ((field, message),), reason))


PROBLEMS: dict[str, Problem] = {
    "invalid_webhook": _invalid("url", "The URL cannot be read: write https://host/path."),
    "invalid_secret": _invalid("secret", "The secret isn't valid: it must begin with whsec_.", "bad_secret"),
    "invalid_range": _invalid("since", "since must be before until, and not in the future."),
    "invalid_header": _invalid("Idempotency-Key", "This call does not support it: leave the header out."),
    "invalid_key": _invalid("expires_at", "The key would expire in the past."),
    "invalid_threshold": _invalid("low_balance_usd", "Expected `float` >= 0.0."),
    "invalid_request": describe(_BAD_DAYS),
    "invalid_link": describe(_BAD_ID),
    "invalid_videos": describe(InvalidRequestError(f"videos: {_BAD_BULK}", (("videos", _BAD_BULK),))),
    "invalid_query": describe(
        InvalidRequestError("limit: Input should be less than or equal to 100", (("limit", "At most 100."),))
    ),
    "key_required": key_required(),
    "authentication": describe(AuthenticationError("The API key is unknown, expired or revoked.")),
    "insufficient_balance": describe(
        InsufficientBalanceError("The balance is lower than what the video may cost: top it up.", 0.5, 2.52)
    ),
    "permission_denied": describe(PermissionDeniedError("The API key lacks the scope track: use a key that has it.")),
    "video_limit": describe(VideoLimitError("The plan tracks 10 videos at once: stop one first.", 10, 10)),
    "video_not_found": describe(_NO_VIDEO),
    "video_private": describe(VideoNotFoundError("The video does not exist, or is private.")),
    "webhook_not_found": describe(WebhookNotFoundError("Webhook not found")),
    "key_not_found": describe(NoDataError("No key of this account has this id.")),
    "not_found": unknown_path(),
    "method_not_allowed": method_not_allowed(),
    "capacity": describe(CapacityError("The provider's rate limit serves no more videos: stop one first.")),
    "webhook_disabled": describe(ConflictError("The webhook is disabled: enable it first.")),
    "conflict": describe(ConflictError("A request with this idempotency key is still running: wait for its answer.")),
    "request_timeout": too_slow(20),
    "body_too_large": too_large(65_536),
    "idempotency_key_reused": describe(
        IdempotencyError("The idempotency key was used for another request: use a new one.")
    ),
    "too_many_requests": describe(TooManyRequestsError("The plan allows 300 requests a minute.", 300, RESET)),
    "unavailable_now": describe(ServiceUnavailableError("The database cannot be reached: try again later.")),
    "internal": unexpected(),
}


def builtins(value: Any) -> Any:
    """An object as JSON has it."""
    return msgspec.to_builtins(value)


def text(form: Any) -> str:
    """The snapshots in a format that is text."""
    return encode_snapshots(ID, SNAPSHOTS, form).decode()
