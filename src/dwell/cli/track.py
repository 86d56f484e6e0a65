"""`dwell track`: hourly snapshots of a public video for some days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from dwell.cli.cells import format_cell
from dwell.cli.options import Csv, Data, Json, Out
from dwell.cli.output import Output
from dwell.cli.terminal import mark_texts
from dwell.cli.tracking_options import Key, Metadata, Server, as_row, open_tracking, parse_metadata, where_options
from dwell.errors import PermissionDeniedError
from dwell.results import Result
from dwell.text.plurals import pluralize

if TYPE_CHECKING:
    from dwell.client import Client
    from dwell.tracking.folder import FolderTracking
    from dwell.tracking.objects import TrackedVideo, VideoDetail

_HOUR_S = 3600.0


def track(
    url: Annotated[str, typer.Argument(help="Any form of a link to a public TikTok video, or its id.", metavar="URL")],
    *,
    days: Annotated[int, typer.Option("--days", min=1, max=30, help="How long to track it.", metavar="N")] = 7,
    metadata: Metadata = None,
    idempotency_key: Annotated[
        str | None,
        typer.Option(
            "--idempotency-key", help="The same command with the same key tracks the video only once.", metavar="TEXT"
        ),
    ] = None,
    server: Server = None,
    key: Key = None,
    data: Data = None,
    as_json: Json = False,
    as_csv: Csv = False,
    output: Out = None,
) -> None:
    """Track a public video: its counters now, and then each hour for some days.

    The first snapshot is read at once, from the provider whose key is set. The others are read by dwell serve or
    dwell worker, which must be running; an hour that nobody polled is shown as a gap.

    \b
    Example:
      dwell track https://www.tiktok.com/@demo_kitchen/video/7350810998023949599 --days 7 --metadata campaign=spring
    """
    notes = parse_metadata(metadata)
    with open_tracking(data, server, key, create=True) as tracking:
        tracked = tracking.track(url, days, metadata=notes, idempotency_key=idempotency_key)
        show = Output(as_json, as_csv, output)
        video = _find_video(tracking, tracked.id) if show.format == "text" else None
    row = as_row(tracked)
    show.show(
        Result(tuple(row), [tuple(row.values())]), lambda _: _text(mark_texts(tracked), mark_texts(video), server)
    )


def _find_video(tracking: Client | FolderTracking, video_id: str) -> VideoDetail | None:
    """The video with its first snapshot; None where the key may track, but not read."""
    try:
        return tracking.get_video(video_id)
    except PermissionDeniedError:
        return None


def _text(tracked: TrackedVideo, video: VideoDetail | None, server: str | None) -> str:
    lines = [f"Tracked for {pluralize(tracked.monitoring_duration_days, 'day')}: {tracked.video_link}"]
    if video is not None:
        lines.append(_first_snapshot(video))
    if tracked.estimated_cost:
        lines.append(f"It costs at most {tracked.estimated_cost:.2f} US dollars; only snapshots are charged.")
    if tracked.duplicate_of:
        lines.append(f"The same video is tracked already, as {tracked.duplicate_of}: stop one of them if not wanted.")
    options = where_options(server)
    reads = "The server reads" if server else "Run dwell serve (or dwell worker): while it runs, it reads"
    lines += [
        "",
        f"{reads} a snapshot {_interval(video)}, {tracked.monitoring_duration_days * 24} in all.",
        f"See them with: dwell videos {tracked.id}{options}",
    ]
    return "\n".join(lines)


def _interval(video: VideoDetail | None) -> str:
    """How often a snapshot is read: each hour, unless `DWELL_TRACK_INTERVAL_S` says otherwise."""
    return "each hour" if video is None or video.interval_s == _HOUR_S else f"every {video.interval_s:g} s"


def _first_snapshot(video: VideoDetail) -> str:
    if not video.snapshots:
        return "The first snapshot could not be read now: it will be read when polling begins."
    first = video.snapshots[0]
    views = "views unknown" if first.views is None else f"{int(first.views):,} views"
    return f"First snapshot: {views}, {format_cell('at', first.snapshot_time)} UTC, from {first.provider}."
