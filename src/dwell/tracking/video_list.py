"""A page of an account's videos: its filters, and the cursor of the next one."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any, get_args

from dwell.errors import InvalidRequestError
from dwell.records.tracking import Status
from dwell.state import StateDatabase, tracked_videos
from dwell.tracking import video_objects
from dwell.tracking.objects import VideoList

_MOST = 100
_FILTERED = 500
"""Videos that are read at once where most may not have the metadata."""
_STATUSES: tuple[str, ...] = get_args(Status)


def read_page(
    database: StateDatabase,
    account_id: str,
    *,
    platform: str | None,
    status: str | None,
    limit: int,
    cursor: str | None,
    metadata: Mapping[str, str] | None,
) -> VideoList:
    """A page of the account's videos, newest first; see `TrackingService.list_videos`.

    Raises:
        InvalidRequestError: A value isn't valid.
    """
    if not 1 <= limit <= _MOST:
        raise InvalidRequestError("limit isn't valid.", (("limit", f"a whole number from 1 to {_MOST}"),))
    if status is not None and status not in _STATUSES:
        raise InvalidRequestError("status isn't valid.", (("status", f"one of {', '.join(_STATUSES)}"),))
    before, wanted = _decode_cursor(cursor), limit + 1
    found: list[tracked_videos.TrackedVideo] = []
    while len(found) < wanted:
        step = wanted if not metadata else _FILTERED
        page = tracked_videos.list_page(
            database, account_id, platform=platform, status=status, before=before, limit=step
        )
        found += [video for video in page if _has_metadata(video.client_metadata, metadata)]
        if len(page) < step:
            break
        before = page[-1].video_id
    shown, now = found[:limit], database.now()
    return VideoList(
        videos=[video_objects.to_video(video, now) for video in shown],
        total=len(shown),
        limit=limit,
        next_cursor=_encode_cursor(shown[-1].video_id) if len(found) > limit else None,
    )


def _encode_cursor(video_id: str) -> str:
    """The cursor of the page after a video."""
    return base64.urlsafe_b64encode(video_id.encode()).decode().rstrip("=")


def _decode_cursor(cursor: str | None) -> str | None:
    """The video that a page begins after.

    Raises:
        InvalidRequestError: It is no cursor of ours.
    """
    if cursor is None:
        return None
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except ValueError:
        text = ""
    if not text.startswith("vid_"):
        raise InvalidRequestError("cursor isn't valid.", (("cursor", "next_cursor of an earlier page"),))
    return text


def _has_metadata(stored: Mapping[str, Any] | None, wanted: Mapping[str, str] | None) -> bool:
    """Whether metadata have all these values, compared as text."""
    if not wanted:
        return True
    return stored is not None and all(_as_text(stored.get(name)) == value for name, value in wanted.items())


def _as_text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value)
