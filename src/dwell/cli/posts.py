"""`dwell posts`: every post with its ratios, its rank in its bucket, and its multiple of the typical value."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import typer

from dwell.cli import at_age
from dwell.cli.excluded_rows import list_excluded
from dwell.cli.options import (
    AllRows,
    AnyCreator,
    Buckets,
    ByMetric,
    Csv,
    Data,
    Engine,
    Include,
    Json,
    Last,
    MinAge,
    Niche,
    OnePlatform,
    Out,
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
from dwell.cli.tables.choice import check_column
from dwell.cli.tables.layout import Layout, shows, with_accounts
from dwell.cli.tables.table import FIRST_ROWS, paragraph, result_table
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
    creator: AnyCreator = None,
    niche: Niche = None,
    watchlist: Watchlist = None,
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
    every: AllRows = False,
    scheme: Buckets = Scheme.PROXY,
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
    output: Out = None,
) -> None:
    """List posts with every ratio: of an account, a niche, a watchlist, or all of a platform (TikTok by default).

    Of several accounts, a table has ten rows unless --limit or --all says otherwise; files and --json have all.

    Also gives the bucket of each post, its percentile there by the metric, and its multiple of the creator's baseline.

    \b
    Example:
      dwell posts --creator @demo --above-p90 --sort save_rate --limit 20
      dwell posts --creator @demo --at 24h
      dwell posts --niche cooking --limit 50
      dwell posts --creator @demo --metric views_per_hour
    """
    import dwell

    period: Any = parse_period(since, until, last, tz)
    if sort is not None:
        check_column(sort, (at_age.POSTS if at else _LAYOUT).columns, "--sort")
    at_age.check_metric(at, metric)
    check_accounts(creator, niche, watchlist)
    output_form = Output(as_json, as_csv, output)
    is_short = creator is None and limit is None and not every and output_form.format == "text" and not output
    # Above the p90 are a tenth of the posts, and how many is not known before.
    first = FIRST_ROWS if is_short and not above_p90 else limit
    result = dwell.open(data, engine=engine).posts(
        creator=creator,
        platform=platform.value if platform else None,
        at=at.value if at else None,
        metric=metric.value if metric else None,
        sort=sort,
        above_p90=above_p90,
        limit=first,
        niche=niche,
        watchlist=watchlist,
        scheme=scheme.value,
        include=parse_include(include),
        min_age_h=parse_age(min_age),
        **period,
    )
    total = None if not is_short else len(result) if above_p90 else int(result.meta["total"])
    draw = at_age.posts_text if at else _text
    of_one = creator is not None
    output_form.show(result, lambda shown: draw(shown.head(FIRST_ROWS if is_short else None), total, of_one=of_one))


def _text(result: Result, total: int | None = None, *, of_one: bool) -> str:
    """By which metric, and the posts, of one account or of several; with `total`, how many more there are."""
    layout = _with_metric(str(result.meta["metric"]["name"]))
    layout = layout if of_one else with_accounts(layout)
    more_rows = 0 if total is None else total - len(result)
    table = result_table(result, layout, more_rows=more_rows) if len(result) else "No post fits."
    by = " ".join(filter(None, [str(result.meta["metric"]["reason"]), list_excluded(result)]))
    return "\n".join([paragraph(by), "", table])


def _with_metric(metric: str) -> Layout:
    """The layout with the metric that compares the posts among what is always shown."""
    if metric in _LAYOUT.essential:
        return _LAYOUT
    more = tuple(name for name in _LAYOUT.more if name != metric)
    return replace(_LAYOUT, essential=(*_LAYOUT.essential, metric), more=more)
