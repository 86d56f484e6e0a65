"""The calls of the API as descriptions: what is sent, what is answered, and whether it may be sent again."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import NoneType
from typing import Any, Generic, Literal, TypeVar

import msgspec

from dwell.errors import InvalidRequestError, NoDataError, VideoNotFoundError
from dwell.http import HttpRequest
from dwell.text.resource_ids import check_resource_id
from dwell.tracking.objects import (
    MAX_BULK,
    ApiKey,
    BulkItem,
    KeyList,
    NewApiKey,
    Snapshot,
    StoppedVideo,
    TrackedVideo,
    Usage,
    VideoDetail,
    VideoList,
)

Answer = TypeVar("Answer")
MAX_PAGE = 100
"""Videos in one page of the list."""
_SHOWN = 60


class BulkResult(msgspec.Struct, frozen=True):
    """The answer to a bulk request."""

    results: list[BulkItem]


class SnapshotList(msgspec.Struct, frozen=True):
    """The answer to a request for snapshots."""

    snapshots: list[Snapshot]


@dataclass(frozen=True, slots=True)
class Call(Generic[Answer]):
    """A call.

    Attributes:
        request: What is sent.
        answers: The type of its answer; that of None where there is no body.
        headers: Headers of this call.
        repeat: `safe` if a second one changes nothing more; `keyed` if the server knows a second one by its
            idempotency key; `once` if a second one would do it twice.
    """

    request: HttpRequest
    answers: type[Answer]
    headers: Mapping[str, str] = field(default_factory=dict)
    repeat: Literal["safe", "keyed", "once"] = "safe"


def track(
    video_link: str,
    duration_days: int,
    metadata: Mapping[str, Any] | None,
    idempotency_key: str | None,
    timeout_s: float,
) -> Call[TrackedVideo]:
    """Track a video."""
    body = _track_body(video_link, duration_days, metadata)
    request = HttpRequest("track", "POST", "/videos/track", body=body, timeout_s=timeout_s)
    return Call(request, TrackedVideo, {"Idempotency-Key": idempotency_key or uuid.uuid4().hex}, "keyed")


def track_many(
    videos: Iterable[str | Mapping[str, Any]], duration_days: int, metadata: Mapping[str, Any] | None, timeout_s: float
) -> Iterable[Call[BulkResult]]:
    """Track videos, 500 with each call; a mapping has its own `duration_days` or `metadata`."""
    items = [
        _track_body(video, duration_days, metadata)
        if isinstance(video, str)
        else {**_track_body("", duration_days, metadata), **video}
        for video in videos
    ]
    for start in range(0, len(items), MAX_BULK):
        body = {"videos": items[start : start + MAX_BULK]}
        request = HttpRequest("track_many", "POST", "/videos/track/bulk", body=body, timeout_s=timeout_s)
        yield Call(request, BulkResult, {"Idempotency-Key": uuid.uuid4().hex}, "keyed")


def list_videos(
    platform: str | None,
    status: str | None,
    metadata: Mapping[str, str] | None,
    limit: int,
    cursor: str | None,
    timeout_s: float,
) -> Call[VideoList]:
    """A page of videos."""
    chosen = {"platform": platform, "status": status, "cursor": cursor, "limit": str(limit)}
    query: dict[str, str | list[str]] = {name: value for name, value in chosen.items() if value is not None}
    if metadata:
        query["metadata"] = [f"{name}:{value}" for name, value in metadata.items()]
    return Call(HttpRequest("videos", "GET", "/videos", query=query, timeout_s=timeout_s), VideoList)


def get_video(video_id: str, timeout_s: float) -> Call[VideoDetail]:
    """A video with its snapshots and gaps."""
    return Call(HttpRequest("video", "GET", _path(video_id), timeout_s=timeout_s), VideoDetail)


def list_snapshots(
    video_id: str, since: datetime | None, until: datetime | None, timeout_s: float
) -> Call[SnapshotList]:
    """Snapshots of a time."""
    query: dict[str, str | list[str]] = {
        name: write_instant(name, instant)
        for name, instant in (("since", since), ("until", until))
        if instant is not None
    }
    request = HttpRequest("snapshots", "GET", f"{_path(video_id)}/snapshots", query=query, timeout_s=timeout_s)
    return Call(request, SnapshotList)


def stop(video_id: str, timeout_s: float) -> Call[StoppedVideo]:
    """Stop tracking."""
    return Call(HttpRequest("stop", "POST", f"{_path(video_id)}/stop", timeout_s=timeout_s), StoppedVideo)


def erase(video_id: str, timeout_s: float) -> Call[None]:
    """Erase a job."""
    return Call(HttpRequest("erase", "DELETE", _path(video_id), timeout_s=timeout_s), NoneType)


def usage(timeout_s: float) -> Call[Usage]:
    """What the account has and uses."""
    return Call(HttpRequest("usage", "GET", "/usage", timeout_s=timeout_s), Usage)


def create_key(name: str, scopes: Sequence[str], expires_at: datetime | None, timeout_s: float) -> Call[NewApiKey]:
    """Make a key of the same account."""
    body: dict[str, Any] = {"name": name, "scopes": list(scopes)}
    if expires_at is not None:
        body["expires_at"] = write_instant("expires_at", expires_at)
    return Call(HttpRequest("keys", "POST", "/keys", body=body, timeout_s=timeout_s), NewApiKey, repeat="once")


def list_keys(timeout_s: float) -> Call[KeyList]:
    """The keys of the account."""
    return Call(HttpRequest("keys", "GET", "/keys", timeout_s=timeout_s), KeyList)


def revoke_key(key_id: str, timeout_s: float) -> Call[ApiKey]:
    """Refuse a key from now on."""
    checked = check_resource_id(key_id, NoDataError(f"Key {key_id[:_SHOWN]!r} not found: see dwell keys list."))
    return Call(HttpRequest("revoke", "POST", f"/keys/{checked}/revoke", timeout_s=timeout_s), ApiKey)


def set_low_balance(amount_usd: float | None, timeout_s: float) -> Call[Usage]:
    """Set the threshold of `balance.low`."""
    body = {"low_balance_usd": amount_usd}
    return Call(HttpRequest("usage", "PATCH", "/usage", body=body, timeout_s=timeout_s), Usage)


def key(timeout_s: float) -> Call[ApiKey]:
    """The key that is used."""
    return Call(HttpRequest("key", "GET", "/keys/self", timeout_s=timeout_s), ApiKey)


def _track_body(video_link: str, duration_days: int, metadata: Mapping[str, Any] | None) -> dict[str, Any]:
    body = {"video_link": video_link, "duration_days": duration_days}
    return body if metadata is None else {**body, "metadata": dict(metadata)}


def _path(video_id: str) -> str:
    error = VideoNotFoundError(f"Video {video_id[:_SHOWN]!r} not found: an id looks like vid_0fz8k2m1q7xa1b2c3d4e5f6.")
    return f"/videos/{check_resource_id(video_id, error)}"


def write_instant(name: str, instant: datetime) -> str:
    """An instant as the API reads it; one without a time zone is UTC.

    Raises:
        InvalidRequestError: It is something else, such as text.
    """
    if not isinstance(instant, datetime):
        raise InvalidRequestError(f"{name} is a datetime, such as datetime(2026, 6, 10, 12, tzinfo=UTC).")
    return (
        (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC).isoformat().replace("+00:00", "Z")
    )
