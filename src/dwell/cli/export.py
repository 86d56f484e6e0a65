"""`dwell export`: writes stored tables to files that can be imported again, and derived ones to files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, get_args

import typer

from dwell.cli.options import Csv, Data, Json
from dwell.cli.output import Output
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
            "-o", "--output", help="File to write, or folder for `all`.", metavar="FILE", show_default="TABLE.FORMAT"
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

    ending = output.suffix.lstrip(".").lower() if output else ""
    by_ending: Format = next((known for known in get_args(Format) if known == ending), "parquet")
    result = dwell.open(data).export(table, path=output, format=format or by_ending)
    Output(as_json, as_csv).show(
        result,
        lambda shown: "\n".join(
            f"Wrote {pluralize(row['rows'], 'row')} of {row['table']} to {row['path']}" for row in shown
        ),
    )
