"""`dwell check`: checks a data folder, and rebuilds what can be rebuilt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from dwell.cli.options import Csv, Data, Json, Out
from dwell.cli.output import Output
from dwell.results import Result


def check(
    *,
    repair: Annotated[
        bool,
        typer.Option(
            "--repair", help="Rebuild what can be rebuilt; damaged files are moved to damaged/, never deleted."
        ),
    ] = False,
    data: Data = None,
    as_json: Json = False,
    as_csv: Csv = False,
    output: Out = None,
) -> int:
    """Check that every part of the data folder is intact; repair it.

    Every stored row is read once. Exits with 0 if no problem is left, with 1 otherwise.

    \b
    Example:
      dwell check
      dwell check --repair
    """
    import dwell

    result = dwell.check(data, repair=repair)
    Output(as_json, as_csv, output).show(result, lambda: _text(result))
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
    return "\n".join([*lines, *_outdated(result.meta["outdated_imports"])])


def _outdated(imports: Sequence[Mapping[str, Any]]) -> list[str]:
    """The files that are worth importing again, with the cure."""
    if not imports:
        return []
    files = "1 file was" if len(imports) == 1 else f"{len(imports):,} files were"
    return [
        f"{files} imported by an older dwell, which read some values otherwise. Import them again to correct those:",
        *(f"  {each['path']} ({each['format']}, {each['imported_at']:%Y-%m-%d})" for each in imports),
    ]
