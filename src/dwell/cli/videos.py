"""`dwell videos`: the tracked videos, or the curve of one of them."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dwell.cli.cells import format_cell
from dwell.cli.options import ChartOut, Csv, Data, Json
from dwell.cli.output import Output
from dwell.cli.tables.layout import Layout, shows
from dwell.cli.tables.table import result_table
from dwell.cli.tracking_options import (
    Key,
    Metadata,
    Server,
    as_row,
    find_video,
    find_video_id,
    open_tracking,
    parse_metadata,
    where_options,
)
from dwell.errors import NoDataError
from dwell.results import Result
from dwell.text.plurals import pluralize

if TYPE_CHECKING:
    from dwell.client import Client
    from dwell.tracking.folder import FolderTracking

_SLOTS_SHOWN = 48


_LAYOUT = Layout(
    essential=("id", "status", "creator", "snapshots_count"),
    more=("days_remaining", "slots", "last_updated", "reason"),
    rest=(
        *("job_id", "video_link", "platform", "is_deleted", "monitoring_started", "monitoring_duration_days"),
        *("interval_s", "estimated_cost", "metadata", "created_at", "ended_at"),
    ),
    text="title",
)
_CURVE = Layout(
    essential=("slot", "at", "views", "views_per_hour", "gap"),
    more=("likes", "comments", "shares", "saves", "views_per_hour_low", "views_per_hour_high"),
    rest=("hours", "provider"),
)


class VideoStatus(StrEnum):
    """How far the tracking of a video is."""

    MONITORING = "monitoring"
    COMPLETED = "completed"
    PAUSED = "paused"
    ERROR = "error"
    CANCELLED = "cancelled"


@shows(_LAYOUT, _CURVE)
def videos(
    video: Annotated[
        str | None, typer.Argument(help="Only this one, with its snapshots and gaps.", metavar="ID")
    ] = None,
    *,
    status: Annotated[VideoStatus | None, typer.Option("--status", help="Only those with this status.")] = None,
    metadata: Metadata = None,
    limit: Annotated[
        int, typer.Option("--limit", min=1, help="The most videos to list, newest first.", metavar="N")
    ] = 50,
    everything: Annotated[bool, typer.Option("--all", help="List all of them.")] = False,
    server: Server = None,
    key: Key = None,
    data: Data = None,
    as_json: Json = False,
    as_csv: Csv = False,
    output: ChartOut = None,
) -> None:
    """List the tracked videos, or show the snapshots and gaps of one.

    A chart of one video shows its views per hour; the line is broken, and the reason named, where an hour has no
    snapshot.

    \b
    Example:
      dwell videos --status monitoring
      dwell videos vid_0fz8k2m1q7xa1b2c3d4e5f6
      dwell videos https://www.tiktok.com/@demo_kitchen/video/7350810998023949599 -o curve.png
    """
    show = Output(as_json, as_csv, output)
    with open_tracking(data, server, key) as tracking:
        if video is None:
            most = None if everything else limit
            listed, more = _list(tracking, status, parse_metadata(metadata), most)
            show.show(listed, lambda shown: _list_text(shown, where_options(server), more=more))
        else:
            _show_one(tracking, video, show, where_options(server))


def _list(
    tracking: Client | FolderTracking, status: VideoStatus | None, metadata: dict[str, str] | None, most: int | None
) -> tuple[Result, bool]:
    page_size = 100 if most is None else min(100, most + 1)
    found = tracking.videos(status=status.value if status else None, metadata=metadata, page_size=page_size)
    rows = [_row(one) for one in islice(found, None if most is None else most + 1)]
    columns = tuple(rows[0]) if rows else _LAYOUT.columns
    more = most is not None and len(rows) > most
    meta = {"complete": not more}
    return Result(columns, [tuple(row.values()) for row in rows[:most]], meta), more


def _row(video: Any) -> dict[str, Any]:
    row = dict(as_row(video))
    current = row.pop("current_metadata")
    place = {"id": row.pop("id"), "status": row.pop("status"), "creator": current["creator"], "title": current["title"]}
    return {**place, **row}


def _list_text(result: Result, options: str, *, more: bool) -> str:
    if not len(result):
        return f"No such video is tracked. Track one with: dwell track URL{options}"
    hint = ["", f"There are more than {len(result):,}: --all lists all."] if more else []
    return "\n".join([result_table(result, _LAYOUT), *hint])


def _show_one(tracking: Client | FolderTracking, text: str, show: Output, options: str) -> None:
    from dwell.tracking.curve import draw_curve, make_curve

    video_id = find_video_id(tracking, text, options)
    with find_video(video_id, options):
        curve = make_curve(tracking.get_video(video_id))
    if show.format in {"csv", "xlsx"} and not len(curve):
        raise NoDataError(f"{video_id} has no snapshot yet.")
    show.show(curve, _curve_text, lambda: draw_curve(curve))


def _curve_text(curve: Result) -> str:
    meta = curve.meta
    who = f"@{meta['creator']}" if meta["creator"] else "an unknown account"
    lines = [f"{meta['title'] or '(no caption)'} · {who}", meta["video_link"], _state(meta)]
    newest = replace(curve, rows=curve.rows[-_SLOTS_SHOWN:])
    if not len(newest):
        return "\n".join([*lines, "", "No snapshot yet: dwell serve or dwell worker reads them while it runs."])
    hidden = len(curve) - len(newest)
    before = [f" … {hidden:,} earlier hours (--csv lists all)"] if hidden else []
    return "\n".join([*lines, "", *before, result_table(newest, _CURVE)])


def _state(meta: Any) -> str:
    gaps = sum(meta["gaps"].values())
    why = f" ({', '.join(f'{n} {reason}' for reason, n in meta['gaps'].items())})" if gaps else ""
    counts = f"{pluralize(meta['snapshots'], 'snapshot')} of {meta['slots']}, {pluralize(gaps, 'gap')}{why}"
    if meta["ended_at"] is None:
        return f"{meta['status']}, {meta['days_remaining']:g} of {pluralize(meta['slots'] // 24, 'day')} left: {counts}"
    return f"{meta['status']} ({meta['reason']}), {format_cell('at', meta['ended_at'])} UTC: {counts}"
