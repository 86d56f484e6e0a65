"""The tables of public numbers: the numbers of each chart as text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dwell.charts.chosen_metric import chosen_metric
from dwell.charts.formatting import (
    WEEKDAYS,
    bucket_label,
    bucket_labels,
    column_label,
    day,
    format_metric,
    format_p_value,
    number,
    pace,
    percent,
)
from dwell.charts.tier_words import dimension_label, side
from dwell.metrics.counters import RATES
from dwell.report.metric_text import kind_of
from dwell.report.report_table import ReportTable, Row, TableColumn, interval_text, make_table, post_cell


def benchmark_table(rows: Iterable[Mapping[str, Any]]) -> ReportTable:
    """Median and 90th percentile of each public rate per duration bucket; only rates that any row knows."""
    known = [row for row in rows if row.get("bucket")]
    order = list(bucket_labels(row["bucket"] for row in known))
    known.sort(key=lambda row: order.index(row["bucket"]))
    rates = [rate for rate in RATES if any(row.get(f"{rate}_median") is not None for row in known)]
    columns = [TableColumn("Length", numeric=False), TableColumn("Posts"), TableColumn("Median views", "counter")]
    columns += [TableColumn(column_label(rate).capitalize(), "public") for rate in rates]
    body: list[Row] = [
        [bucket_label(row["bucket"]), number(row.get("n")), number(row.get("views_median"), 0)]
        + [f"{percent(row.get(f'{rate}_median'), 2)} ({percent(row.get(f'{rate}_p90'), 2)})" for rate in rates]
        for row in known
    ]
    return make_table("Benchmarks per video length: median (90th percentile)", columns, body)


def tier_table(rows: Iterable[Mapping[str, Any]]) -> ReportTable:
    """Every comparison of top and bottom quarter, clear ones first."""
    ordered = sorted(
        (row for row in rows if row.get("effect") is not None),
        key=lambda row: (not row.get("separates"), -abs(row["effect"])),
    )
    columns = [
        TableColumn("Compared", numeric=False),
        TableColumn("Top quarter", "public"),
        TableColumn("Bottom quarter", "public"),
        TableColumn("Effect"),
        TableColumn("95% interval"),
        TableColumn("q value"),
        TableColumn("Answer", numeric=False),
    ]
    body: list[Row] = [
        [
            dimension_label(row),
            side(row, "top"),
            side(row, "bottom"),
            f"{column_label(str(row.get('effect_name')))} {number(row['effect'])}",
            interval_text(row),
            format_p_value(row.get("q_value")),
            "separates" if row.get("separates") else "not shown",
        ]
        for row in ordered
    ]
    return make_table("Top quarter against bottom quarter", columns, body)


def posting_table(rows: Iterable[Mapping[str, Any]]) -> ReportTable:
    """Each hour of the week with posts, most posts first."""
    metric, median = _median_of(rows)
    ordered = sorted((row for row in rows if row.get("n")), key=lambda row: (-row["n"], row["weekday"], row["hour"]))
    columns = [TableColumn("Weekday", numeric=False), TableColumn("Hour"), TableColumn("Posts")]
    columns += [TableColumn(f"Median {column_label(metric)}", kind_of(metric)), TableColumn("Median views", "counter")]
    body: list[Row] = [
        [
            WEEKDAYS[int(row["weekday"]) - 1],
            f"{int(row['hour']):02d}:00",
            number(row["n"]),
            format_metric(metric, row.get(median)),
            number(row.get("views_median"), 0),
        ]
        for row in ordered
    ]
    return make_table("Posting times", columns, body)


def trend_table(rows: Iterable[Mapping[str, Any]]) -> ReportTable:
    """Each period, newest first."""
    metric, median = _median_of(rows)
    ordered = sorted(
        (row for row in rows if row.get("period_start") is not None),
        key=lambda row: str(row["period_start"]),
        reverse=True,
    )
    columns = [
        TableColumn("From", numeric=False),
        TableColumn("Posts"),
        TableColumn("Median views", "counter"),
        TableColumn(f"Median {column_label(metric)}", kind_of(metric)),
    ]
    columns += [
        TableColumn("Change" if metric == "views_per_hour" else "Change, points", kind_of(metric)),
        TableColumn("Median save rate", "public"),
        TableColumn("Posts in the top quarter"),
    ]
    body: list[Row] = [
        [
            f"{day(row['period_start'])}{' (not complete)' if row.get('complete') is False else ''}",
            number(row["posts"]),
            number(row.get("views_median"), 0),
            format_metric(metric, row.get(median)),
            _change(metric, row.get(median.replace("_median", "_change"))),
            percent(row.get("save_rate_median"), 2),
            percent(row.get("top_tier_share"), 0),
        ]
        for row in ordered
    ]
    return make_table("Catalogue over time", columns, body)


def growth_table(rows: Iterable[Mapping[str, Any]], posts: Iterable[Mapping[str, Any]]) -> ReportTable:
    """Each pair of observations with a known growth, fastest first."""
    known = {post["post_id"]: post for post in posts}
    ordered = sorted(
        (row for row in rows if row.get("views_per_hour") is not None), key=lambda row: -row["views_per_hour"]
    )
    columns = [TableColumn("Post", numeric=False), TableColumn("Until", numeric=False), TableColumn("Hours")]
    columns += [
        TableColumn("Views before", "counter"),
        TableColumn("Views after", "counter"),
        TableColumn("Views per hour", "counter"),
        TableColumn("At least", "counter"),
        TableColumn("At most", "counter"),
    ]
    body: list[Row] = [
        [
            post_cell(known.get(row["post_id"], row)),
            day(row.get("to_at")),
            number(row.get("hours"), 1),
            number(row.get("views_from"), 0),
            number(row.get("views_to"), 0),
            pace(row["views_per_hour"]),
            pace(row.get("views_per_hour_low")),
            pace(row.get("views_per_hour_high")),
        ]
        for row in ordered
    ]
    return make_table("Views gained between two observations", columns, body, most=25)


def _median_of(rows: Iterable[Mapping[str, Any]]) -> tuple[str, str]:
    """The metric that compares the posts, and the column of its median."""
    chosen = chosen_metric(rows)
    return (chosen, "metric_median") if chosen else ("engagement_rate", "engagement_rate_median")


def _change(metric: str, change: float | None) -> str:
    """In percentage points, or in views per hour."""
    if change is None:
        return "–"
    size = abs(change) if metric == "views_per_hour" else abs(100 * change)
    return f"{'+' if change > 0 else '−' if change < 0 else ''}{size:.1f}"
