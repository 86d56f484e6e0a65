"""`dwell restore`: a backup becomes a data folder and its state again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from dwell.cli.backup import rows_text
from dwell.cli.bytes_bar import bytes_bar
from dwell.cli.options import Csv, Data, Json, Out
from dwell.cli.output import Output
from dwell.results import Result
from dwell.text.plurals import pluralize


def restore(
    file: Annotated[Path, typer.Argument(help="What dwell backup wrote.", metavar="FILE")],
    *,
    replace: Annotated[
        bool,
        typer.Option(
            "--replace",
            help="Move what is there to replaced/ in the folder, or to another schema of the database.",
        ),
    ] = False,
    tables_only: Annotated[bool, typer.Option("--tables-only", help="Restore the tables, and keep the state.")] = False,
    state_only: Annotated[bool, typer.Option("--state-only", help="Restore the state, and keep the tables.")] = False,
    data: Data = None,
    as_json: Json = False,
    as_csv: Csv = False,
    output: Out = None,
) -> None:
    """Restore a backup into an empty data folder; its state into live.db there, or the database of DWELL_DATABASE.

    Every digest is compared before anything is changed. If the command is stopped, run it again: until it has ended,
    no other command uses the folder. Stop `dwell serve` and workers first. Hours that passed since the backup become
    `missed` for tracked videos.

    \b
    Example:
      dwell restore dwell-backup.tar
      dwell restore dwell-backup.tar --replace
    """
    import dwell

    if tables_only and state_only:
        raise typer.BadParameter("choose either --tables-only or --state-only.")
    only: Literal["tables", "state"] | None = "tables" if tables_only else "state" if state_only else None
    with bytes_bar() as progress:
        result = dwell.restore(file, data, replace=replace, only=only, progress=progress)
    Output(as_json, as_csv, output).show(result, _text)


def _text(result: Result) -> str:
    meta = result.meta
    lines = [f"Restored {rows_text(result)} to {meta['data']}, as of {meta['created_at']:%Y-%m-%d %H:%M} UTC."]
    if meta["database"]:
        lines.append(f"The state is in {meta['database']}.")
    if meta["moved_to"]:
        lines.append(f"What was there before is in {meta['moved_to']}: delete it when you no longer need it.")
    if meta["moved_to_schema"]:
        lines.append(
            f"The database's tables of before are in its schema {meta['moved_to_schema']}: drop it when you no longer "
            "need them."
        )
    if meta["responses_to_load"]:
        number = pluralize(meta["responses_to_load"], "stored response")
        lines.append(f"The tables lack rows of {number}: `dwell run --once` or `dwell serve` loads them.")
    return "\n".join(lines)
