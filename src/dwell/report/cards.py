"""The cards of the first screen: each has two numbers, and says which is the best only where a test found it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dwell.charts.formatting import bucket_label, column_label, sentence_case
from dwell.charts.tier_words import dimension_label, side
from dwell.report.answer import differences
from dwell.report.content import ReportContent
from dwell.report.metric_text import format_pair
from dwell.report.retention_sentences import figure
from dwell.report.statement import Answer, Kind

MOST = 3


@dataclass(frozen=True, slots=True)
class Side:
    """One number of a card, and what it is of."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Card:
    """Two numbers that are compared.

    Attributes:
        title: What is compared.
        first: The best side, where they differ; else that of the higher value.
        second: The other.
        kind: What the numbers are.
        detail: Their unit and n.
        answer: Whether they differ: only then one is the best.
    """

    title: str
    first: Side
    second: Side
    kind: Kind
    detail: str
    answer: Answer


def cards(content: ReportContent) -> list[Card]:
    """At most three cards: differences that were found, the largest first, then what no test tells apart.

    Two equal numbers are no card.
    """
    rows = [row for row, _ in differences(content.findings) if row["value"] not in (None, row["other_value"])]
    lengths = any(row["finding"] == "length" and row["verdict"] == "found" for row in rows)
    again = [row for row in rows if lengths and row["metric"] == "duration_s" and row["verdict"] == "found"]
    found = [_card(row) for row in rows if row["verdict"] == "found" and row not in again]
    # One comparison of many that found nothing would show chance.
    rest = [_card(row) for row in rows if row["verdict"] != "found" and row["finding"] != "best_posts"]
    # How long the best and the weakest posts are says again what a card on lengths says: only where there is room.
    return [*found, *_retention(content), *rest, *map(_card, again)][:MOST]


def _card(row: Mapping[str, Any]) -> Card:
    return _CARDS[row["finding"]](row)


def _length(row: Mapping[str, Any]) -> Card:
    labels = bucket_label(row["group"]), bucket_label(row["other_group"])
    return _medians(row, "Length of the video", labels)


def _tier(row: Mapping[str, Any]) -> Card:
    tier = {"dimension": row["metric"], "level": row["level"], "top": row["value"], "bottom": row["other_value"]}
    what = "Median" if row["level"] in (None, "") else "Share of each quarter"
    posts = f", {row['n']:,} and {row['other_n']:,} posts" if row["n"] is not None else ""
    label = dimension_label(tier)
    return Card(
        label if row["level"] else f"{label} of the best and the weakest posts",
        Side(side(tier, "top"), "of the best quarter" if row["level"] else "best quarter"),
        Side(side(tier, "bottom"), "of the weakest" if row["level"] else "weakest quarter"),
        row["kind"],
        f"{what}, by {column_label(str(row['target']))}{posts}",
        row["verdict"],
    )


def _change(row: Mapping[str, Any]) -> Card:
    return _medians(row, "Over time", ("newer half of posts", "older half of posts"))


def _medians(row: Mapping[str, Any], title: str, labels: tuple[str, str]) -> Card:
    """Two medians of the metric, the higher one first."""
    values = format_pair(row["metric"], row["value"], row["other_value"])
    sides, posts = [Side(*pair) for pair in zip(values, labels, strict=True)], [row["n"], row["other_n"]]
    if row["value"] < row["other_value"]:
        sides.reverse()
        posts.reverse()
    detail = f"Median {column_label(row['metric'])}, {posts[0]:,} and {posts[1]:,} posts"
    return Card(title, sides[0], sides[1], row["kind"], detail, row["verdict"])


def _retention(content: ReportContent) -> list[Card]:
    if content.retention is None:
        return []
    comparison = content.retention.meta["comparison"]
    return [
        Card(
            sentence_case(column_label(row["figure"])),
            Side(figure(row["figure"], row["top"]), "best quarter of curves"),
            Side(figure(row["figure"], row["rest"]), "the others"),
            "measured",
            f"Median, {comparison['n_top']:,} and {comparison['n_rest']:,} posts",
            "found",
        )
        for row in comparison["rows"]
        if row["differs"]
    ][:1]


_CARDS = {"length": _length, "best_posts": _tier, "change": _change}
