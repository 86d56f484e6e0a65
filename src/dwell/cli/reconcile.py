"""`dwell reconcile`: where TikTok's API and Studio's files differ."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from dwell.cli.options import Creator, Csv, Data, Engine, Json, Out
from dwell.cli.output import Output
from dwell.cli.tables.choice import current_choice
from dwell.cli.tables.layout import Layout, shows
from dwell.cli.tables.table import result_table, table
from dwell.results import Result

_SHOWN = 10
_HEADINGS = ("what", "field", "compared", "equal", "typical", "largest", "largest at", "API", "file")


_LAYOUT = Layout(
    ("what", "field", "compared", "equal", "median_difference", "largest_difference", "largest_at"),
    more=("api_value", "file_value", "hours_apart"),
)
_ONE_FIELD = Layout(("what", "subject", "api_value", "file_value", "difference", "hours_apart"))


@shows(_LAYOUT, _ONE_FIELD)
def reconcile(
    *,
    creator: Creator,
    field: Annotated[
        str | None, typer.Option("--field", help="Every day or video of this figure, e.g. views.", metavar="NAME")
    ] = None,
    show_all: Annotated[bool, typer.Option("--all", help="All rows, not only the first ten.")] = False,
    data: Data = None,
    engine: Engine = None,
    as_json: Json = False,
    as_csv: Csv = False,
    output: Out = None,
) -> None:
    """Compare what TikTok's API and Studio's files say of the same days and videos of your account.

    The files' days are in a zone that they do not tell, the API's in UTC; readings of a video are at most three days
    apart. A difference is a share of the larger value: +2% is an API that says more.

    \b
    Example:
      dwell reconcile --creator @you
      dwell reconcile --creator @you --field views
    """
    import dwell

    result = dwell.open(data, engine=engine).reconcile(creator=creator, field=field)
    Output(as_json, as_csv, output).show(result, lambda shown: _text(shown, show_all=show_all))


def _text(result: Result, *, show_all: bool) -> str:
    if current_choice().is_made:
        return result_table(result, _LAYOUT if result.meta.get("field") is None else _ONE_FIELD)
    rows = list(result)
    shown = rows if show_all or result.meta.get("field") is None else rows[:_SHOWN]
    if result.meta.get("field") is None:
        lines = [table(_HEADINGS, [_summary(row) for row in shown])]
        compared = sum(row["compared"] for row in rows)
        equal = sum(row["equal"] for row in rows)
        lines += ["", f"{equal:,} of {compared:,} figures are equal. dwell reconcile --field NAME lists one of them."]
    else:
        headings = ("what", "which", "API", "file", "difference", "hours apart")
        lines = [
            table(
                headings, [[*list(row.values())[:4], _percent(row["difference"]), row["hours_apart"]] for row in shown]
            )
        ]
        if len(rows) > len(shown):
            lines += ["", f"{len(rows) - len(shown):,} more: --all shows them."]
    return "\n".join([*lines, *result.meta["notes"]])


def _summary(row: dict[str, Any]) -> list[Any]:
    return [
        row["what"], row["field"], row["compared"], row["equal"], _percent(row["median_difference"], sign=False),
        _percent(row["largest_difference"]), row["largest_at"], row["api_value"], row["file_value"],
    ]  # fmt: skip


def _percent(share: float, *, sign: bool = True) -> str:
    return f"{share:+.1%}" if sign and share else f"{share:.1%}"
