"""`dwell trend`: an account's posts over time."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from dwell.cli.options import (
    ChartOut,
    Creator,
    Csv,
    Data,
    Engine,
    Include,
    Json,
    MinAge,
    OnePlatform,
    parse_age,
    parse_include,
)
from dwell.cli.output import Output, table
from dwell.results import Result


class Period(StrEnum):
    """Length of a period."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


def trend(
    *,
    creator: Creator,
    platform: OnePlatform = None,
    every: Annotated[Period, typer.Option("--every", help="Length of a period, by posting time (UTC).")] = Period.WEEK,
    include: Include = "",
    min_age: MinAge = "72h",
    data: Data = None,
    engine: Engine = None,
    as_json: Json = False,
    as_csv: Csv = False,
    output: ChartOut = None,
) -> None:
    """Show an account's posts and median rates over time.

    Also gives the change from the previous period, and views per hour between snapshots.

    \b
    Example:
      dwell trend --creator @demo --every month -o trend.svg
    """
    import dwell

    workspace = dwell.open(data, engine=engine)
    options: dict[str, Any] = {
        "creator": creator,
        "platform": platform.value if platform else None,
        "every": every.value,
        "include": parse_include(include),
        "min_age_h": parse_age(min_age),
    }
    result = workspace.trend(**options)
    Output(as_json, as_csv, output).show(result, _text, lambda: workspace.charts.trend(**options))


def _text(result: Result) -> str:
    columns = [
        name
        for name in (
            "period_start",
            "posts",
            "views_median",
            "engagement_rate_median",
            "engagement_rate_change",
            "save_rate_median",
            "share_rate_median",
            "top_tier_share",
            "views_per_hour_median",
            "views_per_hour_median_low",
            "views_per_hour_median_high",
            "views_per_hour_n",
        )
        if name in result.columns
    ]
    if all(row["views_per_hour_median_low"] == row["views_per_hour_median_high"] for row in result):
        columns = [name for name in columns if not name.endswith(("_low", "_high"))]
    rows = table(columns, [[row[name] for name in columns] for row in result])
    return "\n".join([rows, *result.meta["warnings"]])
