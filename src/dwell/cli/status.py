"""`dwell status`: what is stored, from when and where, and how much is unknown."""

from __future__ import annotations

from typing import Any

from dwell.cli.cells import format_cell
from dwell.cli.options import AnyCreator, Csv, Data, Engine, Json, Out
from dwell.cli.output import Output, table
from dwell.results import Result

_CREATORS_SHOWN = 30


def status(
    *,
    creator: AnyCreator = None,
    data: Data = None,
    engine: Engine = None,
    as_json: Json = False,
    as_csv: Csv = False,
    output: Out = None,
) -> None:
    """Show what is stored and how much of it is unknown. Lists tables, creators, sources, and the time span.

    \b
    Example:
      dwell status --json
      dwell status --creator @demo
    """
    import dwell

    result = dwell.open(data, engine=engine).status(creator=creator)
    Output(as_json, as_csv, output).show(result, _text)


def _text(result: Result) -> str:
    meta = result.meta
    span = (
        f"Observed {format_cell('at', meta['first_observed_at'])} to {format_cell('at', meta['last_observed_at'])} UTC"
    )
    unknown = meta["unknown_share"]
    hidden = len(result) - _CREATORS_SHOWN
    more = f"\n … and {hidden:,} more creators (--csv lists all)" if hidden > 0 else ""
    return "\n\n".join(
        [
            table(("table", "rows"), list(meta["tables"].items())),
            span,
            _storage(meta["storage"]),
            table(("counter", "unknown_share"), list(unknown.items()), title="Unknown in newest snapshots"),
            table(("source", "snapshots"), list(meta["sources"].items())),
            table(result.columns, result.rows[:_CREATORS_SHOWN]) + more,
        ]
    )


def _storage(storage: dict[str, Any]) -> str:
    sealed = storage["sealed_at"]
    latest = f"last sealed {format_cell('at', sealed)} UTC" if sealed else "not sealed yet"
    return f"Rows that wait for the next seal: {storage['unsealed_rows'] + storage['rows_outside_rollup']:,} ({latest})"
