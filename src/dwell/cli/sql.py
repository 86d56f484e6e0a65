"""`dwell sql`: one SELECT over the tables."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from dwell.cli.options import Csv, Data, Json, Out
from dwell.cli.output import Output
from dwell.cli.tables.table import table
from dwell.results import Result
from dwell.text.plurals import pluralize

_SHOWN = 40


def sql(
    query: Annotated[str, typer.Argument(help="One SELECT; - reads it from stdin.", metavar="SQL")],
    *,
    data: Data = None,
    as_json: Json = False,
    as_csv: Csv = False,
    output: Out = None,
) -> None:
    """Ask the tables with SQL.

    One SELECT, in DuckDB's dialect, over all tables that are stored or derived, as of one instant. Nothing else can be
    read or changed. DESCRIBE and the name of a table lists its columns. Texts in the CSV are guarded against
    spreadsheets that would run them; `dwell export` writes them as they are.

    \b
    Example:
      dwell sql "SELECT handle, count(*) AS posts FROM posts GROUP BY ALL ORDER BY posts DESC"
      dwell sql "DESCRIBE post_snapshots"
      dwell sql - --csv < weekly.sql
    """
    import dwell

    result = dwell.open(data).sql(sys.stdin.read() if query == "-" else query)
    out = Output(as_json, as_csv, output)
    most = _SHOWN if out.target is None else len(result)
    out.show(result if out.format != "text" else result.head(most), lambda shown: _text(shown, len(result)))


def _text(result: Result, rows: int) -> str:
    if not rows:
        return f"No rows; the columns are {', '.join(result.columns)}."
    more = "" if len(result) == rows else f"The first {len(result)}; --csv, --json or -o FILE has all."
    return f"{table(result.columns, result.rows)}\n\n{pluralize(rows, 'row')}. {more}".rstrip()
