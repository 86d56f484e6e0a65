"""The bodies of requests to track videos."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from dwell.api.json_body import check_object, invalid_fields, read_object
from dwell.tracking.objects import MAX_BULK, BulkItem

MAX_DAYS = 30
_MAX_LINK = 2_048
_MAX_METADATA_BYTES = 4_096
_MAX_METADATA_DEPTH = 8

Link = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=_MAX_LINK,
        description="Any form of a link to a public video; short links, links from the share sheet, or its id.",
    ),
]
Days = Annotated[int, msgspec.Meta(ge=1, le=MAX_DAYS, description="How many days to track it: a whole number.")]


class TrackRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A video to track. Other members are ignored.

    Attributes:
        metadata: Your own notes, at most 4 KB of JSON: they are returned with the video, and `GET /videos` filters
            by them.
    """

    video_link: Link
    duration_days: Days
    metadata: dict[str, Any] | None = None


class BulkRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Several videos to track, each with its own result."""

    videos: Annotated[list[TrackRequest], msgspec.Meta(min_length=1, max_length=MAX_BULK)]


class BulkResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of each video of a bulk request, in the same order.

    Attributes:
        accepted: Videos that are tracked now.
        refused: Items that have an error.
    """

    results: list[BulkItem]
    accepted: int
    refused: int


def read_track(body: bytes) -> TrackRequest:
    """The request to track one video.

    Raises:
        InvalidRequestError: It is no JSON, or fields of it are wrong.
    """
    return check_track(read_object(body))


def read_bulk(body: bytes) -> list[Any]:
    """The items of a bulk request, each of them still unchecked.

    Raises:
        InvalidRequestError: It is no JSON, or has no list of 1 to 500 videos.
    """
    videos = read_object(body).get("videos")
    if not isinstance(videos, list) or not 1 <= len(videos) <= MAX_BULK:
        raise invalid_fields([("videos", f"Give a list of 1 to {MAX_BULK} videos.")])
    return videos


def check_track(value: Any) -> TrackRequest:
    """The request that an object is.

    Raises:
        InvalidRequestError: It is no object, or fields of it are wrong; all of them are named.
    """
    return check_object(TrackRequest, value, {"video_link": _check_link, "metadata": _check_metadata})


def _check_link(link: str) -> str | None:
    return "A link has no NUL character." if "\0" in link else None


def _check_metadata(given: dict[str, Any] | None) -> str | None:
    if given is not None:
        if _depth(given) > _MAX_METADATA_DEPTH:
            return f"It is nested more than {_MAX_METADATA_DEPTH} levels deep."
        if len(msgspec.json.encode(given)) > _MAX_METADATA_BYTES:
            return f"It is longer than {_MAX_METADATA_BYTES:,} bytes of JSON."
    return None


def _depth(value: Any) -> int:
    """Levels of a document; it is read level by level, so that no depth is too much."""
    depth, level = 0, [value]
    while level:
        depth += 1
        level = [
            part
            for one in level
            if isinstance(one, (dict, list))
            for part in (one.values() if isinstance(one, dict) else one)
        ]
    return depth
