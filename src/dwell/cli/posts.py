"""`dwell posts`: every post with its ratios, its rank in its bucket, and its multiple of the typical value."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from dwell.cli import at_age
from dwell.cli.options import (
    Buckets,
    ByMetric,
    Creator,
    Csv,
    Data,
    Engine,
    Include,
    Json,
    MinAge,
    OnePlatform,
    Out,
    Scheme,
    parse_age,
    parse_include,
)
from dwell.cli.output import Output
from dwell.cli.tables.choice import check_column
from dwell.cli.tables.layout import Layout, shows
from dwell.cli.tables.table import paragraph, result_table
from dwell.results import Result

_LAYOUT = Layout(
    essential=("posted_at", "duration_s", "views", "engagement_rate", "watch_ratio"),
    more=(
        *("post_id", "save_rate", "share_rate", "percentile", "above_p90", "views_multiple", "engagement_multiple"),
        *("full_watch_rate", "excluded", "like_rate", "comment_rate"),
        "views_per_hour",
    ),
    rest=(
        *(
            "platform",
            "handle",
            "url",
            "observed_at",
            "age_h",
            "bucket",
            "media_type",
            "is_ad",
            "is_pinned",
            "hashtags",
        ),
        *("sound_id", "sound_original", "caption_length", "likes", "comments", "shares", "saves", "downloads"),
        *("rounded", "download_rate", "baseline_n", "followers", "niche", "avg_watch_s", "implausible"),
    ),
    text="caption",
)


@shows(_LAYOUT, at_age.POSTS)
def posts(
    *,
    creator: Creator,
    platform: OnePlatform = None,
    at: at_age.At = None,
    metric: ByMetric = None,
    sort: Annotated[
        str | None,
        typer.Option(
            "--sort",
            help="Column to sort by, highest first; unknown last.",
            metavar="COLUMN",
            show_default="the metric; with --at views",
        ),
    ] = None,
    above_p90: Annotated[
        bool, typer.Option("--above-p90", help="Only posts above the 90th percentile of their bucket.")
    ] = False,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Maximum number of rows.", metavar="N")] = None,
    scheme: Buckets = Scheme.PROXY,
    include: Include = "",
    min_age: MinAge = "72h",
    data: Data = None,
    engine: Engine = None,
    as_json: Json = False,
    as_csv: Csv = False,
    output: Out = None,
) -> None:
    """List an account's posts with every ratio.

    Also gives the bucket of each post, its percentile there by the metric, and its multiple of the creator's baseline.

    \b
    Example:
      dwell posts --creator @demo --above-p90 --sort save_rate --limit 20
      dwell posts --creator @demo --at 24h
      dwell posts --creator @demo --metric views_per_hour
    """
    import dwell

    if sort is not None:
        check_column(sort, (at_age.POSTS if at else _LAYOUT).columns, "--sort")
    at_age.check_metric(at, metric)
    result = dwell.open(data, engine=engine).posts(
        creator=creator,
        platform=platform.value if platform else None,
        at=at.value if at else None,
        metric=metric.value if metric else None,
        sort=sort,
        above_p90=above_p90,
        limit=limit,
        scheme=scheme.value,
        include=parse_include(include),
        min_age_h=parse_age(min_age),
    )
    Output(as_json, as_csv, output).show(result, at_age.posts_text if at else _text)


def _text(result: Result) -> str:
    layout = _with_metric(str(result.meta["metric"]["name"]))
    table = result_table(result, layout) if len(result) else "No post fits."
    return "\n".join([paragraph(str(result.meta["metric"]["reason"])), "", table])


def _with_metric(metric: str) -> Layout:
    """The layout with the metric that compares the posts among what is always shown."""
    if metric in _LAYOUT.essential:
        return _LAYOUT
    more = tuple(name for name in _LAYOUT.more if name != metric)
    return replace(_LAYOUT, essential=(*_LAYOUT.essential, metric), more=more)
