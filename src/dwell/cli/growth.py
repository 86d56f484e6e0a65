"""`dwell growth`: how fast an account's posts gain views."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from dwell.cli.options import (
    ChartOut,
    Creator,
    Csv,
    Data,
    Engine,
    Json,
    Last,
    OnePlatform,
    Since,
    TimeZone,
    Until,
    parse_period,
)
from dwell.cli.output import Output
from dwell.cli.tables.layout import Layout, shows
from dwell.cli.tables.table import paragraph, result_table
from dwell.results import Result

_LAYOUT = Layout(
    essential=("post_id", "to_at", "views_to", "views_per_hour", "reason"),
    more=("from_at", "views_from", "hours", "views_per_hour_low", "views_per_hour_high", "likes_from", "likes_to"),
    rest=("rounding_explains", "hours_low", "hours_high"),
)


@shows(_LAYOUT)
def growth(
    *,
    creator: Creator,
    platform: OnePlatform = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="Maximum number of rows; the fastest are shown.", metavar="N")
    ] = None,
    since: Since = None,
    until: Until = None,
    last: Last = None,
    tz: TimeZone = "UTC",
    data: Data = None,
    engine: Engine = None,
    as_json: Json = False,
    as_csv: Csv = False,
    output: ChartOut = None,
) -> None:
    """Show the views that posts gained between two observations.

    One row for each observation of a post, with the views gained per hour since one at least an hour older. Rounding
    and unknown times of day make it a range; where no growth is known, the reason is shown.

    \b
    Example:
      dwell growth --creator @demo --limit 20
      dwell growth --creator @demo -o growth.svg
    """
    import dwell

    period: Any = parse_period(since, until, last, tz)
    workspace = dwell.open(data, engine=engine)
    account: dict[str, Any] = {"creator": creator, "platform": platform.value if platform else None, **period}
    result = workspace.growth(**account)
    if limit is not None:
        result = result.sorted_by("views_per_hour").head(limit)
    Output(as_json, as_csv, output).show(result, _text, lambda: workspace.charts.growth(**account))


def _text(result: Result) -> str:
    lines = [result_table(result, _LAYOUT)] if result.rows else []
    return "\n".join([*lines, *map(paragraph, result.meta["warnings"])])
