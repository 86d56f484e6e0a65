"""`dwell backup`: the data folder and its state as one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dwell.cli.bytes_bar import bytes_bar, format_bytes
from dwell.cli.options import Csv, Data, Json, Out
from dwell.cli.output import Output
from dwell.results import Result
from dwell.text.plurals import pluralize


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; an existing one is replaced.", metavar="FILE")],
    *,
    state_only: Annotated[
        bool, typer.Option("--state-only", help="Leave the tables out: only tracked videos, costs, watchlists, …")
    ] = False,
    data: Data = None,
    as_json: Json = False,
    as_csv: Csv = False,
    output: Out = None,
) -> None:
    """Write everything that is stored to one file, while sweeps, `dwell serve` and workers go on.

    Tables, models and state (in live.db, or on a PostgreSQL server) are those of one instant. The file is read back
    before it takes its place, and only you can read it. `dwell restore` makes a data folder of it again.

    \b
    Example:
      dwell backup dwell-backup.tar
    """
    import dwell

    with bytes_bar() as progress:
        result = dwell.backup(file, data, state_only=state_only, progress=progress)
    Output(as_json, as_csv, output).show(result, _text)


def _text(result: Result) -> str:
    meta = result.meta
    return (
        f"Wrote {meta['file']}: {rows_text(result)}, {pluralize(meta['files'], 'file')}, "
        f"{format_bytes(meta['bytes'])}. It was read back, and every digest is right."
    )


def rows_text(result: Result) -> str:
    """How many rows a backup has, such as `1,200 rows of tables and 80 rows of state`."""
    sums: dict[str, int] = {}
    for row in result:
        sums[row["part"]] = sums.get(row["part"], 0) + row["rows"]
    named = [f"{pluralize(rows, 'row')} of {part}" for part, rows in sorted(sums.items(), reverse=True)]
    return " and ".join(named) or "no rows"
