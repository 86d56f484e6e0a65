"""`dwell status`: what is stored, from when and where, and how much is unknown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dwell.cli.cells import format_cell
from dwell.cli.options import AnyCreator, Csv, Data, Engine, Json, Out
from dwell.cli.output import Output
from dwell.cli.tables.layout import Layout, shows
from dwell.cli.tables.table import paragraph, result_table, table
from dwell.results import Result
from dwell.visible import mark_line

_CREATORS_SHOWN = 30


_LAYOUT = Layout(
    essential=("handle", "posts", "snapshots", "posts_with_watch_time", "last_observed_at"),
    more=("platform", "niche", "display_name"),
)


@shows(_LAYOUT)
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

    workspace = dwell.open(data, engine=engine)
    result = workspace.status(creator=creator)
    Output(as_json, as_csv, output).show(result, lambda shown: _text(shown, workspace.settings.data))


def _text(result: Result, folder: Path) -> str:
    meta = result.meta
    if not any(meta["tables"].values()):
        where = mark_line(str(folder.absolute()))
        return paragraph(
            f"Nothing is stored in {where} yet: import a file (dwell import PATH), "
            "or read accounts (dwell sweep @name)."
        )
    span = (
        f"Observed {format_cell('at', meta['first_observed_at'])} to {format_cell('at', meta['last_observed_at'])} UTC"
    )
    unknown = meta["unknown_share"]
    hidden = len(result) - _CREATORS_SHOWN
    more = f"\n … and {hidden:,} more creators (--csv lists all)" if hidden > 0 else ""
    return "\n\n".join(
        [
            table(("table", "rows"), [(name, rows) for name, rows in meta["tables"].items() if rows]),
            span,
            _storage(meta["storage"]),
            table(("counter", "unknown_share"), list(unknown.items()), title="Unknown in newest snapshots"),
            table(("source", "snapshots"), list(meta["sources"].items())),
            result_table(result.head(_CREATORS_SHOWN), _LAYOUT, is_part=hidden > 0) + more,
        ]
    )


def _storage(storage: dict[str, Any]) -> str:
    sealed = storage["sealed_at"]
    latest = f"last sealed {format_cell('at', sealed)} UTC" if sealed else "not sealed yet"
    return f"Rows that wait for the next seal: {storage['unsealed_rows'] + storage['rows_outside_rollup']:,} ({latest})"
