"""The cards of the first screen: each has two numbers, the best against the weakest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dwell.charts.formatting import bucket_label, column_label, sentence_case
from dwell.charts.tier_words import dimension_label, side
from dwell.report.answer import differences
from dwell.report.content import ReportContent
from dwell.report.metric_text import format_figure, kind_of
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
        best: The better side.
        weakest: The other.
        kind: What the numbers are.
        detail: Their unit and n.
        answer: Whether they differ; None where nothing tests it.
    """

    title: str
    best: Side
    weakest: Side
    kind: Kind
    detail: str
    answer: Answer | None


def cards(content: ReportContent) -> list[Card]:
    """At most three cards: differences that were found, the largest first, then the spread, then the others."""
    rows = [row for row, _ in differences(content.findings) if row["value"] is not None]
    lengths = any(row["finding"] == "length" and row["verdict"] == "found" for row in rows)
    rows = [row for row in rows if not (lengths and row["metric"] == "duration_s")]
    found = [_card(row) for row in rows if row["verdict"] == "found"]
    # One comparison of many that found nothing would show chance.
    rest = [_card(row) for row in rows if row["verdict"] != "found" and row["finding"] != "best_posts"]
    return [*found, *_retention(content), *_quarters(content), *rest][:MOST]


def _card(row: Mapping[str, Any]) -> Card:
    return _CARDS[row["finding"]](row)


def _length(row: Mapping[str, Any]) -> Card:
    return Card(
        "Length of the video",
        Side(format_figure(row["metric"], row["value"]), bucket_label(row["group"])),
        Side(format_figure(row["metric"], row["other_value"]), bucket_label(row["other_group"])),
        row["kind"],
        f"Median {column_label(row['metric'])}, {row['n']:,} and {row['other_n']:,} posts",
        row["verdict"],
    )


def _tier(row: Mapping[str, Any]) -> Card:
    tier = {"dimension": row["metric"], "level": row["level"], "top": row["value"], "bottom": row["other_value"]}
    what = "Median" if row["level"] in (None, "") else "Share of each quarter"
    posts = f", {row['n']:,} and {row['other_n']:,} posts" if row["n"] is not None else ""
    return Card(
        dimension_label(tier),
        Side(side(tier, "top"), "of the best quarter" if row["level"] else "best quarter"),
        Side(side(tier, "bottom"), "of the weakest" if row["level"] else "weakest quarter"),
        row["kind"],
        f"{what}, by {column_label(str(row['target']))}{posts}",
        row["verdict"],
    )


def _change(row: Mapping[str, Any]) -> Card:
    newer = Side(format_figure(row["metric"], row["value"]), "newer half of posts")
    older = Side(format_figure(row["metric"], row["other_value"]), "older half of posts")
    best, weakest = (newer, older) if row["value"] >= row["other_value"] else (older, newer)
    detail = f"Median {column_label(row['metric'])}, {row['n']:,} and {row['other_n']:,} posts"
    return Card("Over time", best, weakest, row["kind"], detail, row["verdict"])


def _quarters(content: ReportContent) -> list[Card]:
    """How far the posts are apart, which no test is needed for."""
    found = content.findings.meta["quarters"]
    if found is None:
        return []
    best, weakest = found["best"], found["weakest"]
    return [
        Card(
            "Best and weakest posts",
            Side(format_figure(found["metric"], best["value"]), "best quarter"),
            Side(format_figure(found["metric"], weakest["value"]), "weakest quarter"),
            kind_of(found["metric"]),
            f"Median {column_label(found['metric'])}, {best['n']:,} and {weakest['n']:,} posts",
            None,
        )
    ]


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
