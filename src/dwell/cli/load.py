"""`dwell load`: tables into another database or a folder of Parquet files."""

from __future__ import annotations

from typing import Annotated

import typer

from dwell.cli.options import Csv, Data, Json, Out, check_zone
from dwell.cli.output import Output
from dwell.cli.spinner import spinner
from dwell.cli.tables.layout import Layout, shows
from dwell.cli.tables.table import result_table
from dwell.results import Result
from dwell.text.plurals import pluralize

_LAYOUT = Layout(("table", "loaded", "rows", "how"))


@shows(_LAYOUT)
def load(
    *,
    to: Annotated[
        str,
        typer.Option(
            "--to", help="postgresql://user@host/database, duckdb:FILE or parquet:DIR.", metavar="DESTINATION"
        ),
    ],
    tables: Annotated[
        str | None, typer.Option("--tables", help="Only these tables, e.g. posts,post_snapshots.", metavar="LIST")
    ] = None,
    schema: Annotated[
        str | None,
        typer.Option(
            "--schema", help="Schema of the tables in a database.", show_default="dwell; main in DuckDB", metavar="NAME"
        ),
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Write the tables anew, not only what changed.")] = False,
    every: Annotated[
        str | None,
        typer.Option(
            "--every", help="Load every day, or each monday ...: `dwell run` does it. Now as well.", metavar="WHEN"
        ),
    ] = None,
    at: Annotated[str, typer.Option("--at", help="Time of day, with --every.", metavar="HH:MM")] = "01:00",
    tz: Annotated[
        str, typer.Option("--tz", help="Time zone of --at, e.g. Europe/Berlin.", metavar="ZONE", callback=check_zone)
    ] = "UTC",
    data: Data = None,
    as_json: Json = False,
    as_csv: Csv = False,
    output: Out = None,
) -> None:
    """Load tables into a database or a folder, and keep them up to date.

    Only what is new or changed since the last load is written, all tables in one transaction: a load that is killed
    leaves the destination as it was, and each row is there once. A password may be in PGPASSWORD or ~/.pgpass.

    \b
    Example:
      dwell load --to duckdb:analytics.duckdb
      dwell load --to postgresql://me@localhost/analytics --every day --at 06:00
      dwell load --to parquet:lake/ --tables posts,post_snapshots
    """
    import dwell
    from dwell.workspace.loads import LoadRequest

    names = tuple(name.strip() for name in (tables or "").split(",") if name.strip())
    request = LoadRequest(to, names, schema)
    workspace = dwell.open(data)
    if every is not None:
        request.to_spec()  # fail before the load if the request cannot be stored
    with spinner(f"Loading into {to.partition(':')[0]}"):
        result = workspace.load(request, full=full)
    scheduled = workspace.live.schedule_load(request, every=every, at=at, tz=tz) if every is not None else None
    result = Result(result.columns, result.rows, {**result.meta, "schedule": scheduled})
    Output(as_json, as_csv, output).show(result, _text)


def _text(result: Result) -> str:
    lines = [result_table(result, _LAYOUT)] if len(result) else ["There is nothing to load yet."]
    loaded = sum(row["loaded"] for row in result)
    lines.append(f"{pluralize(loaded, 'row')} loaded into {result.meta['destination']}.")
    if scheduled := result.meta["schedule"]:
        lines.append(f"Scheduled as {scheduled}: `dwell run` does it. To end it: dwell schedule remove {scheduled}")

    return "\n".join(lines)
