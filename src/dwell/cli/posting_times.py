"""`dwell posting-times`: when an account posts, and how its viewers respond."""

from __future__ import annotations

from typing import Any

from dwell.charts.formatting import WEEKDAYS
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

_LAYOUT = Layout(("weekday", "hour", "n", "metric_median", "views_median"), ("engagement_rate_median",), ("metric_n",))


@shows(_LAYOUT)
def posting_times(
    *,
    creator: Creator,
    platform: OnePlatform = None,
    tz: TimeZone = "UTC",
    metric: ByMetric = None,
    include: Include = "",
    min_age: MinAge = "72h",
    since: Since = None,
    until: Until = None,
    last: Last = None,
    data: Data = None,
    engine: Engine = None,
    as_json: Json = False,
    as_csv: Csv = False,
    output: ChartOut = None,
) -> None:
    """Show when an account posts and how viewers respond.

    Gives the number of posts and the median of the metric by weekday (1 is Monday) and hour. A few posts at an hour
    are no evidence: dwell tiers tests whether time matters.

    \b
    Example:
      dwell posting-times --creator @demo --tz Europe/Berlin -o times.svg
    """
    import dwell

    period: Any = parse_period(since, until, last, tz)
    workspace = dwell.open(data, engine=engine)
    options: dict[str, Any] = {
        "creator": creator,
        "platform": platform.value if platform else None,
        "tz": tz,
        "include": parse_include(include),
        "min_age_h": parse_age(min_age),
        "metric": metric.value if metric else None,
        **period,
    }
    result = workspace.posting_times(**options)
    Output(as_json, as_csv, output).show(result, _text, lambda: workspace.charts.posting_times(**options))


def _text(result: Result) -> str:
    if not result.rows:
        return "No eligible post has a known posting time."
    words = {
        "weekday": [WEEKDAYS[day - 1] for day in result.column("weekday")],
        "hour": [f"{hour:02d}:00–{hour:02d}:59" for hour in result.column("hour")],
    }
    by = paragraph(f"{result.meta['metric']['reason']} Medians by weekday and hour, {result.meta['tz']}.")
    return "\n".join([by, "", result_table(*name_metric(result, _LAYOUT), words)])
