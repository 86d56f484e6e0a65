"""`dwell export`: everything that is stored comes out, and imports again."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dwell.cli.options import Csv, Data, Json
from dwell.cli.output import Output


class Format(StrEnum):
    """File formats of an export."""

    PARQUET = "parquet"
    CSV = "csv"
    JSONL = "jsonl"


def export(
    table: Annotated[str, typer.Argument(help="A table (see `dwell status`), or `all`.", metavar="TABLE")],
    *,
    format: Annotated[
        Format | None,
        typer.Option("--format", help="parquet, csv or jsonl; by the ending of -o otherwise.", show_default="parquet"),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", help="File to write, or folder for `all`.", metavar="FILE", show_default="TABLE.FORMAT"
        ),
    ] = None,
    data: Data = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Write a whole table to a file that `dwell import` reads back to the same table.

    \b
    Example:
      dwell export post_snapshots --format csv -o snapshots.csv
      dwell export all --format parquet -o backup/
    """
    import dwell

    ending = output.suffix.lstrip(".").lower() if output else ""
    chosen = format.value if format else ending if ending in set(Format) else "parquet"
    result = dwell.open(data).export(table, path=output, format=chosen)
    Output(as_json, as_csv).show(
        result, lambda: "\n".join(f"Wrote {row['rows']:,} rows of {row['table']} to {row['path']}" for row in result)
    )
