"""The tools for tracked videos: their list, and the curve of one."""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from pydantic import Field

from dwell.errors import NoDataError, VideoNotFoundError
from dwell.mcp import basis, meanings
from dwell.mcp.arguments import Arguments
from dwell.mcp.folder import Folder
from dwell.mcp.tool import Answered, Tool
from dwell.results import Result
from dwell.tracking.curve import make_curve
from dwell.tracking.objects import Video
from dwell.visible import mark_line

_NOTE = "Counters are what the platform showed at each reading. Nothing is predicted."


class Videos(Arguments):
    """`tracked_videos`."""

    status: Annotated[
        Literal["monitoring", "completed", "paused", "error", "cancelled"] | None,
        Field(description="Only videos with this status."),
    ] = None


class VideoCurve(Arguments):
    """`tracked_video`."""

    id: Annotated[str, Field(min_length=1, max_length=500, description="Id of the tracked video: vid_….")]


def _list_videos(folder: Folder, arguments: Videos, _stop: threading.Event) -> Answered:
    with folder.videos() as tracking:
        videos = list(tracking.videos(status=arguments.status))
    rows = [_row(video) for video in videos]
    columns = tuple(rows[0]) if rows else tuple(meanings.VIDEO)
    return Answered(Result(columns, [tuple(row.values()) for row in rows], {"videos": len(rows)}))


def _row(video: Video) -> dict[str, Any]:
    row: dict[str, Any] = msgspec.to_builtins(video, builtin_types=(datetime,))
    current = row.pop("current_metadata")
    return {"id": row.pop("id"), "creator": current["creator"], "title": current["title"], **row}


def _ask_video(folder: Folder, arguments: VideoCurve, _stop: threading.Event) -> Answered:
    with folder.videos() as tracking:
        try:
            curve = make_curve(tracking.get_video(arguments.id))
        except VideoNotFoundError:
            shown = mark_line(arguments.id)[:80]
            raise NoDataError(f"No video {shown} is tracked: tracked_videos lists those that are.") from None
    period = {name: curve.meta[name] for name in ("first_observed_at", "last_observed_at")}
    return Answered(curve, {"first_posted_at": None, "last_posted_at": None, **period}, 1, stored=1)


VIDEOS: tuple[Tool, ...] = (
    Tool(
        "tracked_videos",
        "Tracked videos",
        "The videos that are or were tracked hour by hour, newest first, with how far each is.",
        Videos,
        _list_videos,
        basis_note=_NOTE,
        columns=meanings.VIDEO,
    ),
    Tool(
        "tracked_video",
        "The curve of a tracked video",
        "The snapshots of one tracked video, hour by hour, with its growth, and why an hour has none.",
        VideoCurve,
        _ask_video,
        figures=basis.CURVE,
        basis_note=_NOTE,
        columns=meanings.CURVE,
    ),
)
