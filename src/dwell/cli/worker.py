"""`dwell worker`: the poller and the webhooks without the API."""

from __future__ import annotations

from typing import Annotated

import typer

from dwell.cli.live_options import stop_on_signal
from dwell.cli.options import Data
from dwell.cli.terminal import say
from dwell.visible import mark_line


def worker(
    *,
    without_tables: Annotated[
        bool,
        typer.Option("--without-tables", help="Another process brings snapshots into the tables of the data folder."),
    ] = False,
    data: Data = None,
) -> int:
    """Read every tracked video each hour and send webhooks, until Ctrl-C: what `dwell serve` does, without the API.

    Any number of workers may share one PostgreSQL database (DWELL_DATABASE). One of them, or `dwell serve`, has the
    data folder and brings the snapshots into its tables; on other machines run workers --without-tables, which need
    no folder.

    \b
    Example:
      dwell worker
    """
    from dwell.tracking.opening import open_tracking

    with (
        open_tracking(data, with_tables=not without_tables) as tracking,
        stop_on_signal() as stop,
        tracking.working(),
    ):
        say(f"Videos are read from {mark_line(tracking.service.provider)}. Press Ctrl-C to stop.")
        stop.wait()
    return 0
