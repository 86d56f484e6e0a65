"""`dwell run`: does what is scheduled, for ever or once."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Annotated

import typer

from dwell.cli.live_options import bar, stopping
from dwell.cli.options import Data, Json
from dwell.cli.output import Output, table
from dwell.results import Result

_LOOK_S, _SOONEST_S = 30.0, 5.0


def run(
    *,
    once: Annotated[bool, typer.Option("--once", help="Do what is due now, and end (for cron).")] = False,
    data: Data = None,
    as_json: Json = False,
) -> int:
    """Do what is scheduled when it is due, until you stop it.

    A run that was missed while nothing was running is made up once. Several processes may run: each due moment is done
    by one of them; a killed one's work goes on in another after two minutes.

    \b
    Example:
      dwell run
      dwell run --once
    """
    import dwell

    live = dwell.open(data).live
    said = None
    with stopping() as stop:
        while not stop.is_set():
            with bar("Scheduled sweep") as on_progress:
                done = live.run_due(on_progress=on_progress, stop=stop)
            if len(done) or once:
                Output(as_json).show(done, partial(_text, done))
            due = live.next_due()
            if due is None:
                typer.echo("Nothing is scheduled: dwell schedule add NAME @account", err=True)
            if once or due is None:
                return int(done.meta["trouble"])
            if due != said:
                typer.echo(f"Next at {due:%Y-%m-%d %H:%M} UTC.", err=True)
                said = due
            stop.wait(min(_LOOK_S, max(_SOONEST_S, (due - datetime.now(UTC)).total_seconds())))
    return 0


def _text(done: Result) -> str:
    lines = [table(done.columns, done.rows, most=100)] if len(done) else []
    lines += [
        f"{name}, due at {due:%Y-%m-%d %H:%M} UTC, is held until {until:%H:%M:%S} UTC: another process is at it, or it "
        "is tried again then."
        for name, due, until in done.meta.get("held", ())
    ]
    return "\n".join(lines) or "Nothing was due."
