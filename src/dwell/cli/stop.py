"""`dwell stop`: end the tracking of a video."""

from __future__ import annotations

from typing import Annotated

import typer

from dwell.cli.options import Data, Json
from dwell.cli.output import Output
from dwell.cli.tracking_options import (
    Key,
    Server,
    VideoId,
    as_row,
    find_video,
    find_video_id,
    open_tracking,
    where_options,
)
from dwell.results import Result
from dwell.visible import mark_line


def stop(
    video: VideoId,
    *,
    erase: Annotated[
        bool, typer.Option("--erase", help="Also erase the job with its snapshots and events; it cannot be undone.")
    ] = False,
    server: Server = None,
    key: Key = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Stop tracking a video; its snapshots are kept, unless --erase is given.

    What was charged stays in the ledger. Readings that were loaded into the tables of the data folder stay there.

    \b
    Example:
      dwell stop vid_0fz8k2m1q7xa1b2c3d4e5f6
      dwell stop vid_0fz8k2m1q7xa1b2c3d4e5f6 --erase
    """
    with open_tracking(data, server, key) as tracking, find_video(video, where_options(server)):
        video_id = find_video_id(tracking, video, where_options(server))
        stopped = tracking.stop(video_id)
        if erase:
            tracking.erase(video_id)
    row = {**as_row(stopped), "erased": erase}
    ended = stopped.previous_status not in {"monitoring", "paused"}
    what = "erased" if erase else f"already {stopped.previous_status}" if ended else "no longer tracked"
    kept = "" if erase else " Its snapshots are kept."
    Output(as_json).show(
        Result(tuple(row), [tuple(row.values())]),
        lambda _: mark_line(f"{stopped.id} ({stopped.video_link}) is {what}.{kept}"),
    )
