"""`dwell check`: checks a data folder, rebuilds what can be rebuilt, and sets readings from the future aside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from dwell.cli.options import Csv, Data, Json, Out
from dwell.cli.output import Output
from dwell.cli.terminal import say
from dwell.results import Result
from dwell.text.plurals import pluralize
from dwell.visible import mark_line


def check(
    *,
    repair: Annotated[
        bool,
        typer.Option(
            "--repair", help="Rebuild what can be rebuilt; damaged files are moved to damaged/, never deleted."
        ),
    ] = False,
    set_aside_future: Annotated[
        bool,
        typer.Option(
            "--set-aside-future",
            help="Move the rows that are stamped later than now out of the tables, to files in set-aside/.",
        ),
    ] = False,
    data: Data = None,
    as_json: Json = False,
    as_csv: Csv = False,
    output: Out = None,
) -> int:
    """Check that every part of the data folder is intact; repair it.

    Every stored row is read once. Rows that are stamped more than 5 minutes later than now are listed: a clock was
    ahead when they were read. Exits with 0 if no problem and no such row is left, with 1 otherwise.

    \b
    Example:
      dwell check
      dwell check --repair
      dwell check --set-aside-future
    """
    import dwell

    def tell(message: str) -> None:
        say(mark_line(message), err=True)

    result = dwell.check(data, repair=repair, set_aside_future=set_aside_future, tell=tell)
    Output(as_json, as_csv, output).show(result, _text)
    return 0 if result.meta["ok"] else 1


def _text(result: Result) -> str:
    lines = [] if len(result) else ["Every part of the data folder is intact."]
    for row in result:
        lines.append(f"{row['part']} {row['detail'].rstrip('.')}.")
        if row["repaired"]:
            lines.append(f"  Repaired. The repair {row['repair']}.")
        elif row["repair"]:
            lines.append(f"  `dwell check --repair` {row['repair']}.")
        else:
            lines.append("  This file cannot be rebuilt: restore it from a backup, or import the exports again.")
        lines += _loss(row)
    if unverified := result.meta["unverified_responses"]:
        have = "1 stored response has" if unverified == 1 else f"{unverified:,} stored responses have"
        lines.append(f"{have} no checksum yet: an older dwell stored them. `dwell check --repair` makes the checksums.")
    lines += [*_set_aside(result.meta["set_aside"]), *_future(result)]
    lines += _unverified(result.meta["unverified_files"])
    return "\n".join([*lines, *_outdated(result.meta["outdated_imports"])])


def _loss(row: Mapping[str, Any]) -> list[str]:
    """What is lost with a file of the lake, and how it is had again."""
    if row["rows"] is None:
        return []
    first, last = row["first_observed_at"], row["last_observed_at"]
    span = f", observed from {first:%Y-%m-%d} to {last:%Y-%m-%d}" if first and last else ""
    lost = f"  {pluralize(row['rows'], 'row')} {'are missing' if row['repaired'] else 'would be missing'}{span}."
    again = [f"  Then import again what may have given them: {', '.join(row['import_again'])}."]
    replay = ["  Then run `dwell replay --all`, for the rows of sweeps."]
    return [lost, *(again if row["import_again"] else []), *(replay if row["replay"] else [])]


def _unverified(files: int | None) -> list[str]:
    if not files:
        return []
    were = "1 file was" if files == 1 else f"{files:,} files were"
    return [f"{were} written by an older dwell, without a checksum; the next seal (`dwell seal`) adds it."]


def _set_aside(files: Sequence[Mapping[str, Any]]) -> list[str]:
    """The files that rows were moved to, with what can be done with them."""
    if not files:
        return []
    return [
        "Rows that are stamped later than now were moved out of the tables:",
        *(f"  {each['path']} ({pluralize(each['rows'], 'row')})" for each in files),
        "To keep their values, correct observed_at in these files and import them.",
    ]


def _future(result: Result) -> list[str]:
    """The rows that are stamped later than now, by table and source, with the cure."""
    readings = result.meta["future_readings"]
    if not readings:
        return []
    said = result.meta["warnings"][0]
    return [
        f"{said}:",
        *map(_reading, readings),
        "  A clock was ahead when they were read, or a file gave a wrong time. They hide what was read after them.",
        "  If this machine's clock is right, `dwell check --set-aside-future` moves them to files in set-aside/, as if",
        "  they had never been read; nothing is deleted.",
    ]


def _reading(reading: Mapping[str, Any]) -> str:
    first, last = (f"{reading[name]:%Y-%m-%d %H:%M}" for name in ("first_observed_at", "last_observed_at"))
    alone = reading["subjects_without_others"]
    subject = reading["subject"].removesuffix("s")
    text = (
        f"  {reading['table']} of {reading['source']}: {pluralize(reading['rows'], 'row')} about "
        f"{pluralize(reading['subjects'], subject)}, {first} to {last}"
    )
    return f"{text}; {pluralize(alone, subject)} without any other row there" if alone else text


def _outdated(imports: Sequence[Mapping[str, Any]]) -> list[str]:
    """The files that are worth importing again, with the cure."""
    if not imports:
        return []
    files = "1 file was" if len(imports) == 1 else f"{len(imports):,} files were"
    return [
        f"{files} imported by an older dwell, which read some values otherwise. Import them again to correct those:",
        *(f"  {each['path']} ({each['format']}, {each['imported_at']:%Y-%m-%d})" for each in imports),
    ]
