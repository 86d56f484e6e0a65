"""`--at`: posts and norms at one age since publishing, so that new posts are compared fairly with older ones."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from dwell.cli.excluded_rows import list_excluded
from dwell.cli.tables.layout import Layout, with_accounts
from dwell.cli.tables.table import paragraph, result_table
from dwell.results import Result


class Age(StrEnum):
    """Age since publishing."""

    HOUR = "1h"
    DAY = "24h"
    THREE_DAYS = "72h"
    WEEK = "7d"


At = Annotated[
    Age | None,
    typer.Option(
        "--at",
        help="Compare posts at this age, by readings close to it; young posts count, and --min-age does not.",
    ),
]
POSTS = Layout(
    essential=("posted_at", "duration_s", "views", "views_percentile", "engagement_rate", "percentile"),
    more=(
        *("post_id", "views_low", "views_high", "save_rate", "share_rate", "above_p90", "reason", "excluded"),
        *("like_rate", "comment_rate", "engagement_rate_low", "engagement_rate_high"),
    ),
    rest=(
        *("platform", "handle", "url", "observed_at", "bucket", "likes", "comments", "shares", "saves", "downloads"),
        *("download_rate", "gap_h", "precision"),
    ),
    text="caption",
)
BENCHMARKS = Layout(
    essential=("bucket", "group", "n", "known", "views_median", "views_p90", "engagement_rate_median"),
    more=(
        *("engagement_rate_p90", "save_rate_median", "share_rate_median", "like_rate_median", "comment_rate_median"),
        *("views_median_low", "views_median_high", "save_rate_p90", "share_rate_p90", "like_rate_p90"),
        *("comment_rate_p90", "download_rate_median", "download_rate_p90"),
    ),
    rest=("engagement_rate_n", "like_rate_n", "comment_rate_n", "share_rate_n", "save_rate_n", "download_rate_n"),
)


def check_metric(at: Age | None, metric: StrEnum | None) -> None:
    """Refuse `--metric` beside `--at`, before any work.

    Raises:
        typer.BadParameter: Both are given.
    """
    if at is not None and metric is not None:
        raise typer.BadParameter(
            "--at compares views and every public ratio at once, so leave out --metric.", param_hint="--metric"
        )


def posts_text(result: Result, total: int | None = None, *, of_one: bool) -> str:
    """What is known, and the posts, of one account or of several; with `total`, how many more there are."""
    more_rows = 0 if total is None else total - len(result)
    layout = POSTS if of_one else with_accounts(POSTS)
    return _text(result, layout, "No post fits.", more_rows, list_excluded(result))


def benchmarks_text(result: Result) -> str:
    """What is known, and the norms."""
    return _text(result, BENCHMARKS, "No length has eligible posts.")


def _text(result: Result, layout: Layout, empty: str, more_rows: int = 0, note: str = "") -> str:
    table = result_table(result, layout, more_rows=more_rows) if len(result) else empty
    notes = result.meta["warnings"] or [
        f"Known of all {result.meta['eligible']:,} eligible posts at {result.meta['at']}."
    ]
    return "\n".join([*map(paragraph, filter(None, [*notes, note])), "", table])
