"""`dwell run`: runs schedules when they are due, once or until stopped."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from dwell.cli.live_options import progress_bar, stop_on_signal
from dwell.cli.options import Data, Json
from dwell.cli.output import Output
from dwell.cli.tables.table import table
from dwell.cli.terminal import say
from dwell.results import Result

_POLL_S, _MIN_WAIT_S = 30.0, 5.0


def run(
    *,
    once: Annotated[bool, typer.Option("--once", help="Do the runs that are due now, then exit (for cron).")] = False,
    data: Data = None,
    as_json: Json = False,
) -> int:
    """Run schedules when they are due, until you stop it.

    A missed run is caught up once. Several processes may run at the same time: each run is done by one of them. If a
    process is killed, another one resumes its run after two minutes.

    \b
    Example:
      dwell run
      dwell run --once
    """
    import dwell

    live = dwell.open(data).live
    announced = None
    with stop_on_signal() as stop:
        while not stop.is_set():
            with progress_bar("Scheduled sweep") as on_progress:
                result = live.run_due(on_progress=on_progress, stop=stop)
            if len(result) or once:
                Output(as_json).show(result, _text)
            due = live.next_due()
            if due is None:
                say("Nothing is scheduled; add a schedule with: dwell schedule add NAME @account", err=True)
            if once or due is None:
                return int(result.meta["trouble"])
            if due != announced:
                say(f"Next run at {due:%Y-%m-%d %H:%M} UTC.", err=True)
                announced = due
            stop.wait(min(_POLL_S, max(_MIN_WAIT_S, (due - datetime.now(UTC)).total_seconds())))
    return 0


def _text(result: Result) -> str:
    lines = [table(result.columns, result.rows)] if len(result) else []
    lines += [
        f"{name}, due at {due:%Y-%m-%d %H:%M} UTC, is held until {until:%H:%M:%S} UTC: another process is running "
        "it, or it will be retried then."
        for name, due, until in result.meta.get("held", ())
    ]
    return "\n".join(lines) or "Nothing was due."
