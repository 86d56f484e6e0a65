"""`dwell status`: what is stored, since when, from where, and how much of it is unknown."""

from __future__ import annotations

from dwell.cli.cells import cell
from dwell.cli.options import Csv, Data, Json, Out
from dwell.cli.output import Output, table
from dwell.results import Result

_CREATORS_SHOWN = 30


def status(*, data: Data = None, as_json: Json = False, as_csv: Csv = False, output: Out = None) -> None:
    """Show what is stored: tables, creators, sources, time span, share of each counter that is unknown.

    \b
    Example:
      dwell status --json
    """
    import dwell

    result = dwell.open(data).status()
    Output(as_json, as_csv, output).show(result, lambda: _text(result))


def _text(result: Result) -> str:
    meta = result.meta
    span = f"Observed {cell('at', meta['first_observed_at'])} to {cell('at', meta['last_observed_at'])} UTC"
    unknown = meta["unknown_share"]
    left = len(result) - _CREATORS_SHOWN
    more = f"\n … and {left:,} more creators (--csv lists all)" if left > 0 else ""
    return "\n\n".join(
        [
            table(("table", "rows"), list(meta["tables"].items())),
            span,
            table(("counter", "unknown_share"), list(unknown.items()), title="Unknown in newest snapshots"),
            table(("source", "snapshots"), list(meta["sources"].items())),
            table(result.columns, result.rows[:_CREATORS_SHOWN]) + more,
        ]
    )
