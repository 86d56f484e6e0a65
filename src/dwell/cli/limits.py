"""`dwell limits`: how fast each key may be used now, and pauses that providers asked for."""

from __future__ import annotations

from typing import Annotated

import typer

from dwell.cli.options import Csv, Data, Json, Out
from dwell.cli.output import Output
from dwell.cli.tables.layout import Layout, shows
from dwell.cli.tables.table import result_table
from dwell.cli.terminal import say
from dwell.results import Result
from dwell.visible import mark_line

_LAYOUT = Layout(("provider", "key", "next_request_at", "held_until", "requests_today"))


@shows(_LAYOUT)
def limits(
    *,
    clear: Annotated[
        str | None, typer.Option("--clear", help="End the pause that this provider asked for.", metavar="PROVIDER")
    ] = None,
    data: Data = None,
    as_json: Json = False,
    as_csv: Csv = False,
    output: Out = None,
) -> None:
    """Show when each provider key may send its next request, and pauses that providers asked for.

    A provider that answers "too many requests" says how long to wait. All processes obey, also later ones. If the
    provider has recovered earlier, --clear ends the pause.

    \b
    Example:
      dwell limits
      dwell limits --clear tikliveapi
    """
    import dwell

    live = dwell.open(data).live
    if clear is not None:
        number = live.clear_holds(clear)
        say(f"Ended {number} {'pause' if number == 1 else 'pauses'} of {mark_line(clear)}.", err=True)
    result = live.limits()
    Output(as_json, as_csv, output).show(result, _text)


def _text(result: Result) -> str:
    return result_table(result, _LAYOUT) if len(result) else "No key was used yet."
