"""`dwell trend`: an account's posts over time."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from dwell.cli.options import (
    ByMetric,
    ChartOut,
    Creator,
    Csv,
    Data,
    Engine,
    Include,
    Json,
    Last,
    MinAge,
    OnePlatform,
    Since,
    TimeZone,
    Until,
    parse_age,
    parse_include,
    parse_period,
)
from dwell.cli.output import Output
from dwell.cli.tables.layout import Layout, shows
from dwell.cli.tables.metric_columns import name_metric
from dwell.cli.tables.table import paragraph, result_table
from dwell.results import Result

_LAYOUT = Layout(
    essential=("period_start", "posts", "views_median", "metric_median", "metric_change", "complete"),
    more=(
        *("save_rate_median", "share_rate_median", "top_tier_share", "views_per_hour_median", "views_per_hour_n"),
        *("engagement_rate_median", "engagement_rate_change", "like_rate_median", "comment_rate_median"),
    ),
    rest=("metric_n", "views_per_hour_median_low", "views_per_hour_median_high"),
)


class Period(StrEnum):
    """Length of a period."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@shows(_LAYOUT)
def trend(
    *,
    creator: Creator,
    platform: OnePlatform = None,
    every: Annotated[Period, typer.Option("--every", help="Length of a period, by posting time (UTC).")] = Period.WEEK,
    metric: ByMetric = None,
    include: Include = "",
    min_age: MinAge = "72h",
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
    """Show an account's posts and median rates over time.

    Also gives the change from the previous period, and views per hour between snapshots. A period
    that --since, --until, --last or the last observation cuts off is not complete: it has no change.

    \b
    Example:
      dwell trend --creator @demo --every month -o trend.svg
    """
    import dwell

    period: Any = parse_period(since, until, last, tz)
    workspace = dwell.open(data, engine=engine)
    options: dict[str, Any] = {
        "creator": creator,
        "platform": platform.value if platform else None,
        "every": every.value,
        "include": parse_include(include),
        "min_age_h": parse_age(min_age),
        "metric": metric.value if metric else None,
        **period,
    }
    result = workspace.trend(**options)
    Output(as_json, as_csv, output).show(result, _text, lambda: workspace.charts.trend(**options))


def _text(result: Result) -> str:
    by = paragraph(str(result.meta["metric"]["reason"]))
    table = result_table(*name_metric(result, _LAYOUT)) if len(result) else "No eligible post has a known posting time."
    return "\n".join([by, "", table, *map(paragraph, result.meta["warnings"])])
