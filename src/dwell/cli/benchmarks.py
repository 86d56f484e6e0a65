"""`dwell benchmarks`: typical and outstanding ratios per duration bucket."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from dwell.cli import at_age
from dwell.cli.options import (
    AnyCreator,
    Buckets,
    ByMetric,
    ChartOut,
    Csv,
    Data,
    Engine,
    Include,
    Json,
    Last,
    MinAge,
    Niche,
    Platform,
    Scheme,
    Since,
    TimeZone,
    Until,
    Watchlist,
    check_accounts,
    parse_age,
    parse_include,
    parse_period,
)
from dwell.cli.output import Output
from dwell.cli.tables.layout import Layout, shows
from dwell.cli.tables.metric_columns import name_metric
from dwell.cli.tables.table import paragraph, result_table
from dwell.results import Result
from dwell.text.plurals import name_counts, pluralize

_LAYOUT = Layout(
    essential=("bucket", "group", "n", "metric_median", "metric_p90", "views_median"),
    more=(
        *("engagement_rate_median", "engagement_rate_p90"),
        *("save_rate_median", "share_rate_median", "like_rate_median", "comment_rate_median", "save_rate_p90"),
        *("share_rate_p90", "like_rate_p90", "comment_rate_p90", "download_rate_median", "download_rate_p90"),
    ),
    rest=(
        *(
            "metric_n",
            "engagement_rate_n",
            "like_rate_n",
            "comment_rate_n",
            "share_rate_n",
            "save_rate_n",
            "download_rate_n",
        ),
    ),
)


class BenchmarkGrouping(StrEnum):
    """What to split by, in addition to the bucket."""

    BUCKET = "bucket"
    CREATOR_SIZE = "creator-size"
    NICHE = "niche"


@shows(_LAYOUT, at_age.BENCHMARKS)
def benchmarks(
    *,
    by: Annotated[
        BenchmarkGrouping, typer.Option("--by", help="Split by duration bucket only, or also by creator size or niche.")
    ] = BenchmarkGrouping.BUCKET,
    at: at_age.At = None,
    scheme: Buckets = Scheme.PROXY,
    creator: AnyCreator = None,
    niche: Niche = None,
    watchlist: Watchlist = None,
    platform: Annotated[
        Platform | None, typer.Option("--platform", help="Platforms are never mixed.", show_default="tiktok")
    ] = None,
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
    """Show typical and top ratios per duration bucket.

    Gives the median and 90th percentile of the metric and of each public ratio, the number of posts, and what was left
    out.

    \b
    Example:
      dwell benchmarks --creator @demo --scheme sweet-spot
      dwell benchmarks --by niche --include ads,young -o strip.png
      dwell benchmarks --at 7d
    """
    import dwell

    at_age.check_metric(at, metric)
    check_accounts(creator, niche, watchlist)
    period: Any = parse_period(since, until, last, tz)
    workspace = dwell.open(data, engine=engine)
    options: dict[str, Any] = {
        "at": at.value if at else None,
        "scheme": scheme.value,
        "include": parse_include(include),
        "min_age_h": parse_age(min_age),
        "metric": metric.value if metric else None,
        **period,
        "creator": creator,
        "niche": niche,
        "watchlist": watchlist,
        "platform": platform.value if platform else None,
    }
    result = workspace.benchmarks(by=by.value, **options)
    text = at_age.benchmarks_text if at else _text
    Output(as_json, as_csv, output).show(result, text, lambda: workspace.charts.benchmarks(by=by.value, **options))


def _text(result: Result) -> str:
    """The table, and below it what was left out."""
    meta = result.meta
    excluded = {reason: count for reason, count in meta["excluded"].items() if count}
    no_length, no_age = excluded.pop("unknown_duration", 0), excluded.pop("unknown_age", 0)
    notes = ["Left out: " + (name_counts(excluded) or "none") + "."]
    if no_length:
        notes.append(f"{no_length:,} have no known length and are not shown: import a source with durations.")
    if no_age:
        notes.append(f"{no_age:,} of unknown age are included.")
    if meta["total"] == 0 and meta["platform"]:
        notes = [f"No {meta['platform']} posts are stored; choose another --platform."]
    n = sum(row["n"] for row in result)
    figures = f"Medians and 90th percentiles (p90) of {n:,} of {pluralize(meta['total'], 'post')}."
    by = paragraph(str(meta["metric"]["reason"]))
    shown = result_table(*name_metric(result, _LAYOUT)) if len(result) else "No length has eligible posts."
    return "\n".join([by, "", shown, "", paragraph(" ".join([figures, *notes]))])
