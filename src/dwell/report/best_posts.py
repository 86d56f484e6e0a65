"""The best posts of the account among those of their length, with links: a short list, and a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dwell.charts.formatting import UNKNOWN, column_label, day, number, seconds, sentence_case
from dwell.report.metric_text import format_figure, kind_of
from dwell.report.report_table import Cell, ReportTable, Row, TableColumn, make_table, post_cell
from dwell.results.cells import format_multiple, format_percentile

LISTED = 5
_BESIDE = ("watch_ratio", "engagement_rate")
"""Metrics that the table has beside the one that ranks the posts, where any post has them."""


@dataclass(frozen=True, slots=True)
class BestPost:
    """One post of the list: caption and link, value, and the percentile that orders it, with length, views and day."""

    post: Cell
    value: str
    detail: str


def rank_posts(posts: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Eligible posts that do better than another of their length, best first; ties by views."""
    ranked = [post for post in posts if post.get("excluded") is None and (post.get("percentile") or 0.0) > 0.0]
    return sorted(ranked, key=lambda post: (-post["percentile"], -(post.get("views") or 0), str(post.get("post_id"))))


def title_of(metric: str) -> str:
    """The heading of the list and of the table."""
    return f"Best posts for their length, by {column_label(metric)}"


def _detail(post: Mapping[str, Any]) -> str:
    """What orders the list, then what tells the posts apart."""
    place = f"above {format_percentile(post['percentile'])} of the others of its length"
    length, views = seconds(post.get("duration_s")), number(post.get("views"), 0)
    best = "the best of its length" if post["percentile"] == 1 else place
    return f"{best} · {length}, {views} views, {day(post.get('posted_at'))}"


def best_posts(posts: Iterable[Mapping[str, Any]], metric: str) -> list[BestPost]:
    """The first few of `rank_posts`, with the metric that ranks them."""
    return [
        BestPost(
            post_cell(post),
            format_figure(metric, post.get(metric)),
            _detail(post),
        )
        for post in rank_posts(posts)[:LISTED]
    ]


def top_table(posts: Iterable[Mapping[str, Any]], metric: str, most: int = 12) -> ReportTable:
    """The same ranking as a table."""
    ranked = rank_posts(posts)[:most]
    others = [name for name in _BESIDE if name != metric and any(post.get(name) is not None for post in ranked)]
    columns = [
        TableColumn("Post", numeric=False),
        TableColumn("Posted", numeric=False),
        TableColumn("Length"),
        TableColumn("Views", "counter"),
        TableColumn(sentence_case(column_label(metric)), kind_of(metric)),
        TableColumn("Percentile", kind_of(metric)),
        *(TableColumn(sentence_case(column_label(name)), kind_of(name)) for name in others),
        TableColumn("Engagement against baseline", "public"),
    ]
    body: list[Row] = [
        [
            post_cell(post),
            day(post.get("posted_at")),
            seconds(post.get("duration_s")),
            number(post.get("views"), 0),
            format_figure(metric, post.get(metric)),
            format_percentile(post["percentile"]),
            *(format_figure(name, post.get(name)) for name in others),
            _multiple(post),
        ]
        for post in ranked
    ]
    return make_table(title_of(metric), columns, body, most)


def _multiple(post: Mapping[str, Any]) -> str:
    value = post.get("engagement_multiple")
    return UNKNOWN if value is None else format_multiple(value)
