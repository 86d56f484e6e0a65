"""`dwell check`: is every part of the data folder there and whole; and what can be made again."""

from __future__ import annotations

from typing import Annotated

import typer

from dwell.cli.options import Csv, Data, Json, Out
from dwell.cli.output import Output
from dwell.results import Result


def check(
    *,
    repair: Annotated[
        bool,
        typer.Option(
            "--repair", help="Make again what can be made again; what was damaged is moved to damaged/, not deleted."
        ),
    ] = False,
    data: Data = None,
    as_json: Json = False,
    as_csv: Csv = False,
    output: Out = None,
) -> int:
    """Check that every part of the data folder is there and whole, and repair what can be repaired.

    Ends with 0 where nothing is wrong (any more), else with 1.

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
    if not len(result):
        return "Every part of the data folder is there and whole."
    lines = []
    for row in result:
        lines.append(f"{row['part']} {row['detail']}.")
        if row["repaired"]:
            lines.append(f"  Repaired: dwell {row['repair']}.")
        elif row["repair"]:
            lines.append(f"  `dwell check --repair` {row['repair']}.")
        else:
            lines.append("  Only a backup helps.")
    return "\n".join(lines)
