"""The best posts of the account among those of their length, with links: a short list, and a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dwell.charts.formatting import UNKNOWN, column_label, day, number, percent, seconds
from dwell.report.report_table import Cell, ReportTable, Row, TableColumn, make_table, post_cell

LISTED = 5
BEST_TITLE = "Best posts for their length, by engagement rate"


@dataclass(frozen=True, slots=True)
class BestPost:
    """One post of the list: its caption and link, its value, and its length, views and day."""

    post: Cell
    value: str
    detail: str


def rank_posts(posts: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Eligible posts with a percentile, best first; ties by views."""
    ranked = [post for post in posts if post.get("excluded") is None and post.get("percentile") is not None]
    return sorted(ranked, key=lambda post: (-post["percentile"], -(post.get("views") or 0), str(post.get("post_id"))))


def best_posts(posts: Iterable[Mapping[str, Any]], metric: str = "engagement_rate") -> list[BestPost]:
    """The first few of `rank_posts`."""
    return [
        BestPost(
            post_cell(post),
            percent(post.get(metric)),
            f"{seconds(post.get('duration_s'))}, {number(post.get('views'), 0)} views, {day(post.get('posted_at'))}",
        )
        for post in rank_posts(posts)[:LISTED]
    ]


def top_table(posts: Iterable[Mapping[str, Any]], most: int = 12) -> ReportTable:
    """The same ranking as a table."""
    ranked = rank_posts(posts)[:most]
    watched = any(post.get("watch_ratio") is not None for post in ranked)
    columns = [
        TableColumn("Post", numeric=False),
        TableColumn("Posted", numeric=False),
        TableColumn("Length"),
        TableColumn("Views", "counter"),
        TableColumn(column_label("engagement_rate").capitalize(), "public"),
        TableColumn("Percentile", "public"),
        TableColumn("Against baseline", "public"),
        *([TableColumn("Watch ratio", "measured")] if watched else []),
    ]
    body: list[Row] = [
        [
            post_cell(post),
            day(post.get("posted_at")),
            seconds(post.get("duration_s")),
            number(post.get("views"), 0),
            percent(post.get("engagement_rate")),
            percent(post["percentile"], 0),
            _multiple(post),
            *([percent(post.get("watch_ratio"), 0)] if watched else []),
        ]
        for post in ranked
    ]
    return make_table("Highest engagement rate for their length", columns, body, most)


def _multiple(post: Mapping[str, Any]) -> str:
    value = post.get("engagement_multiple")
    return UNKNOWN if value is None else f"{value:.1f}×"
