"""`dwell doctor`: what dwell sees of its folder, its versions, keys, disk and tools, and what is wrong."""

from __future__ import annotations

from itertools import groupby

from dwell.cli.options import Csv, Data, Engine, Json, Out
from dwell.cli.output import Output
from dwell.cli.spinner import spinner
from dwell.cli.tables.choice import current_choice
from dwell.cli.tables.layout import Layout, shows
from dwell.cli.tables.table import paragraph, result_table
from dwell.results import Result
from dwell.text.plurals import pluralize

_LAYOUT = Layout(("part", "name", "value", "ok", "cure"))


@shows(_LAYOUT)
def doctor(
    *, data: Data = None, engine: Engine = None, as_json: Json = False, as_csv: Csv = False, output: Out = None
) -> int:
    """Show the data folder, versions, which keys are set, disk and tools, and what is wrong.

    Keys are never shown, and nothing is sent. Every stored row is read once, as by dwell check. Exits with 1 if
    something is wrong, so that cron can tell you.

    \b
    Example:
      dwell doctor
      dwell doctor --json
    """
    import dwell

    with spinner("Looking the folder over"):
        result = dwell.doctor(data, engine=engine)
    Output(as_json, as_csv, output).show(result, _text)
    return 0 if result.meta["ok"] else 1


def _text(result: Result) -> str:
    if current_choice().is_made:
        return result_table(result, _LAYOUT)
    rows = list(result)
    wrong = [row for row in rows if row["ok"] is False]
    head = "Nothing is wrong." if not wrong else f"{pluralize(len(wrong), 'problem')}:"
    lines = [
        head,
        *(paragraph(f"  {row['name']}: {row['value']}. {row['cure'] or ''}".rstrip(), "  ") for row in wrong),
    ]
    width = max(len(row["name"]) for row in rows)
    for part, group in groupby(rows, lambda row: row["part"]):
        lines += ["", part.capitalize(), *(f"  {row['name']:<{width}}  {row['value']}" for row in group)]
    return "\n".join(lines)
