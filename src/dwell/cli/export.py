"""`dwell export`: writes stored tables to files that can be imported again, and derived ones to files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal, cast, get_args

import typer

from dwell.cli.options import Csv, Data, Json
from dwell.cli.output import Output
from dwell.cli.output_files import check_export
from dwell.cli.written_files import remember
from dwell.text.plurals import pluralize

Format = Literal["parquet", "csv", "jsonl"]


def export(
    table: Annotated[
        str, typer.Argument(help="A table, stored or derived, or `all` that are stored.", metavar="TABLE")
    ],
    *,
    format: Annotated[
        Format | None,
        typer.Option(
            "--format", help="parquet, csv or jsonl; otherwise by the extension of -o.", show_default="parquet"
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            help="File to write (- is stdout), or folder for `all`.",
            metavar="FILE",
            show_default="TABLE.FORMAT",
        ),
    ] = None,
    data: Data = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Write tables to files; those that are stored can be imported again.

    Every text is exactly as it was stored, also one that a spreadsheet would run as a formula: open a CSV of captions
    with care. --csv and -o of the other commands guard such texts.

    \b
    Example:
      dwell export post_snapshots --format csv -o snapshots.csv
      dwell export tiktok_organic_videos -o videos.csv
      dwell export all --format parquet -o backup/
    """
    import dwell

    form = cast("Format", check_export(output, table, format, get_args(Format)))
    if str(output) == "-":
        if as_json or as_csv:
            raise typer.BadParameter("-o - writes the table to stdout, so there is no place for --json or --csv.")
        if form == "parquet" and sys.stdout.isatty():
            raise typer.BadParameter("Parquet can't be read in a terminal; say --format csv, or name a file with -o.")
        dwell.open(data).export(table, path=sys.stdout.buffer, format=form)
        return
    result = dwell.open(data).export(table, path=output, format=form)
    for path in result.column("path"):
        remember(Path(path))
    Output(as_json, as_csv).show(
        result,
        lambda shown: "\n".join(
            f"Wrote {pluralize(row['rows'], 'row')} of {row['table']} to {row['path']}" for row in shown
        ),
    )
