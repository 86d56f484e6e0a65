"""`dwell benchmarks`: what is usual and what is outstanding, per duration bucket."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from dwell.cli.options import (
    AnyCreator,
    Buckets,
    ChartOut,
    Csv,
    Data,
    Include,
    Json,
    MinAge,
    Platform,
    Scheme,
    hours,
    included,
)
from dwell.cli.output import Output, table
from dwell.results import Result


class By(StrEnum):
    """What to split by, beside the bucket."""

    BUCKET = "bucket"
    CREATOR_SIZE = "creator-size"
    NICHE = "niche"


def benchmarks(
    *,
    by: Annotated[
        By, typer.Option("--by", help="Split by duration bucket alone, or also by creator size or niche.")
    ] = By.BUCKET,
    scheme: Buckets = Scheme.PROXY,
    creator: AnyCreator = None,
    platform: Annotated[
        Platform | None, typer.Option("--platform", help="Platforms are never mixed.", show_default="tiktok")
    ] = None,
    include: Include = "",
    min_age: MinAge = "72h",
    data: Data = None,
    as_json: Json = False,
    as_csv: Csv = False,
    output: ChartOut = None,
) -> None:
    """Median and 90th percentile of each public ratio per duration bucket, with n and what was left out.

    \b
    Example:
      dwell benchmarks --creator @demo --scheme sweet-spot
      dwell benchmarks --by niche --include ads,young -o strip.png
    """
    import dwell

    workspace = dwell.open(data)
    options: dict[str, Any] = {
        "scheme": scheme.value,
        "include": included(include),
        "min_age_h": hours(min_age),
        "creator": creator,
        "platform": platform.value if platform else None,
    }
    result = workspace.benchmarks(by=by.value, **options)
    Output(as_json, as_csv, output).show(result, lambda: text(result), lambda: workspace.charts.benchmarks(**options))


def text(result: Result) -> str:
    """The table and, below it, what was left out."""
    wanted = [
        "bucket",
        "group",
        "n",
        "engagement_rate_median",
        "engagement_rate_p90",
        "like_rate_median",
        "comment_rate_median",
        "share_rate_median",
        "save_rate_median",
        "save_rate_p90",
        "views_median",
    ]
    columns = [name for name in wanted if name in result.columns]
    rows = [[row[name] for name in columns] for row in result]
    excluded = ", ".join(f"{count:,} {reason}" for reason, count in result.meta["excluded"].items() if count) or "none"
    return "\n".join(
        [
            table(columns, rows) if rows else "No eligible posts.",
            "",
            f"Public ratios of {result.meta['eligible']:,} of {result.meta['total']:,} posts. Left out: {excluded}.",
        ]
    )
