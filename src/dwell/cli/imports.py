"""`dwell imports` lists what changed the tables; `dwell undo` takes an import back."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from dwell.cli.options import AllRows, Csv, Data, Json, Out
from dwell.cli.output import Output
from dwell.cli.tables.layout import Layout, shows
from dwell.cli.tables.table import FIRST_ROWS, result_table
from dwell.cli.terminal import mark_texts, say
from dwell.results import Result
from dwell.text.plurals import name_counts

_COUNTS = ("rows_new", "rows_updated", "rows_removed")
_LAYOUT = Layout(
    essential=("import", "imported_at", "file", "rows_new"),
    more=("undone_at", "as_of", "kind", "rows_updated", "rows_removed"),
    rest=("format", "rows_read", "rejected", "undoable"),
)
_UNDONE = Layout(("table", "rows_removed", "rows_restored"))


@shows(_LAYOUT)
def imports(
    *,
    every: AllRows = False,
    data: Data = None,
    as_json: Json = False,
    as_csv: Csv = False,
    output: Out = None,
) -> None:
    """List imports, newest first: id, file, what its rows are as of, and how many rows it gave to each table.

    Also what sweeps, syncs and tracked videos loaded, and what removed rows.

    \b
    Example:
      dwell imports
      dwell imports --all --json
    """
    import dwell

    result = dwell.open(data).imports()
    Output(as_json, as_csv, output).show(
        result, lambda shown: _log(shown.head(None if every else FIRST_ROWS), len(shown))
    )


def _log(shown: Result, number: int) -> str:
    if not number:
        return "Nothing was imported yet: dwell import PATH."
    words = {name: [name_counts(counts) for counts in shown.column(name)] for name in _COUNTS}
    return result_table(shown, _LAYOUT, words, more_rows=number - len(shown))


@shows(_UNDONE)
def undo(
    name: Annotated[str, typer.Argument(help="Id of the import, as dwell imports shows it.", metavar="IMPORT")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would go, and end.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Undo without asking.")] = False,
    data: Data = None,
    as_json: Json = False,
    as_csv: Csv = False,
    output: Out = None,
) -> None:
    """Take an import back: the tables then have exactly what the other imports would have given without it.

    Shows first what goes. Where that cannot be exact, nothing is changed, and it says what stands in the way.

    \b
    Example:
      dwell imports
      dwell undo 1a2b3c4d --dry-run
      dwell undo 1a2b3c4d --yes
    """
    import dwell

    workspace, shown = dwell.open(data), Output(as_json, as_csv, output)
    if dry_run or not yes:
        plan = workspace.undo(name, dry_run=True)
        if dry_run:
            shown.show(plan, _text)
            return
        if as_json or as_csv or not sys.stdin.isatty():
            raise typer.BadParameter("nobody can be asked here: look at --dry-run first, then say --yes.")
        say(_text(mark_texts(plan)))
        typer.confirm("Undo this import?", abort=True)
    shown.show(workspace.undo(name), _text)


def _text(result: Result) -> str:
    meta = result.meta
    did = "Undone" if meta["done"] else "Would be undone"
    as_of = f", as of {meta['as_of']}" if meta["as_of"] else ""
    head = f"{did}: import {meta['import']} of {meta['file']}, {meta['imported_at'][:10]}{as_of}."
    if not result.rows:
        return f"{head}\nEvery row that it gave is given by another import, too: no row changes."
    return "\n".join([head, result_table(result, _UNDONE)])
