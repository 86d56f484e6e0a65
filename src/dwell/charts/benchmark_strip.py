"""Every post of a duration bucket as a dot, with the bucket's median and 90th percentile."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import altair as alt

from dwell.charts.chosen_metric import chosen_metric
from dwell.charts.formatting import (
    axis_format,
    bucket_label,
    bucket_labels,
    column_label,
    day,
    format_metric,
    link,
    metric_unit,
    pluralize,
    post_label,
    seconds,
)
from dwell.charts.swarm import swarm, thin_out
from dwell.charts.theme import NARROW, WIDE, InlineRows, apply_theme, colour, empty_chart, link_encoding, literal_colour

ROW = 78
MAX_DOTS = 1500
MANY_DOTS = 500
MIN_POSTS_FOR_P90 = 5


def benchmarks(
    posts: Iterable[Mapping[str, Any]],
    benchmarks: Iterable[Mapping[str, Any]],
    *,
    rate: str | None = None,
    width: int = WIDE,
) -> alt.TopLevelMixin:
    """Strip plot of a metric per duration bucket; posts above their bucket's 90th percentile are highlighted.

    Args:
        posts: Rows of `posts`, or of `post_dots` with `total` and `total_above_p90` in `meta` where they are a sample;
            only eligible ones (`excluded` is None) with a known rate and bucket are drawn.
        benchmarks: Rows of `benchmarks`: bucket, n, and medians and p90s of the rate. With a `group` (creator size or
            niche) each bucket and group gets its own line, and the dots are left out.
        rate: Which rate: `<rate>_median`, `<rate>_p90` and `<rate>_n` are drawn. Without it, the metric that compares
            the posts (`meta["metric"]`), from `metric_median`, `metric_p90` and `metric_n`; else engagement rate.
        width: Width of the plotting area with its labels, pixels.
    """
    prefix = rate or ("metric" if (chosen := chosen_metric(benchmarks)) else "engagement_rate")
    rate = rate or chosen or "engagement_rate"
    marks = _marks(benchmarks, rate, prefix)
    age = getattr(benchmarks, "meta", {}).get("at")
    title = f"{column_label(rate).capitalize()}{f' at {age}' if age else ''} by video length"
    if not marks:
        return empty_chart(title, "No eligible post has a known length and a known rate yet.", width)
    grouped = any(mark["group"] for mark in marks)
    rows = [] if grouped else _dots(posts, marks, rate)
    top = max([mark["p90"] for mark in marks] + [row["value"] for row in rows]) * 1.04 or 0.01
    inner = width - (96 if width <= NARROW else 130)
    drawn = thin_out(rows, [row["high"] for row in rows], MAX_DOTS)
    _place_dots(drawn, inner / top, _diameter(drawn))
    unit = metric_unit(rate)
    subtitle = [
        f"{column_label(rate).capitalize()}, {unit} · {pluralize(sum(mark['n'] for mark in marks), 'eligible post')}"
    ]
    subtitle.append("Solid line: median. Dashed line: 90th percentile." + (" Orange: above it." if rows else ""))
    if any(not mark["enough"] for mark in marks):
        subtitle.append(f"Lengths with fewer than {MIN_POSTS_FOR_P90} posts have no 90th percentile here.")
    sample = _sample_note(drawn, rows, getattr(posts, "meta", {}))
    if sample and not grouped:
        subtitle.append(sample)
    layers = alt.layer(*_layers(drawn, marks, top, rate))
    return apply_theme(layers.properties(width=inner, height=ROW * len(marks)), title, subtitle)


def _sample_note(drawn: list[dict[str, Any]], rows: list[dict[str, Any]], meta: Mapping[str, Any]) -> str:
    """Says which posts are drawn where not all are; median and 90th percentile are always those of all posts."""
    total = meta.get("total") or len(rows)
    if len(drawn) >= total:
        return ""
    high = sum(row["high"] for row in drawn)
    total_high = meta.get("total_above_p90") or sum(row["high"] for row in rows)
    return f"{len(drawn):,} of {total:,} dots are drawn, {high:,} of {total_high:,} above the 90th percentile."


def _marks(benchmarks: Iterable[Mapping[str, Any]], rate: str, prefix: str) -> list[dict[str, Any]]:
    known = [row for row in benchmarks if row.get("bucket") and row.get(f"{prefix}_median") is not None]
    order = list(bucket_labels(row["bucket"] for row in known))
    known.sort(key=lambda row: (order.index(row["bucket"]), str(row.get("group") or "")))
    marks = []
    for line, row in enumerate(known):
        median, p90 = row[f"{prefix}_median"], row[f"{prefix}_p90"]
        n = row.get(f"{prefix}_n") or row["n"]
        label = bucket_label(row["bucket"]) + (f" · {row['group']}" if row.get("group") else "")
        upper = f", 90th percentile {format_metric(rate, p90)}" if n >= MIN_POSTS_FOR_P90 else ""
        tip = f"{label}: median {format_metric(rate, median)}{upper}, n = {n:,}"
        marks.append(
            {
                "line": line,
                "bucket": row["bucket"],
                "group": row.get("group"),
                "label": label,
                "n": n,
                "enough": n >= MIN_POSTS_FOR_P90,
            }
            | {"median": median, "p90": p90, "tip": tip, "top": line - 0.4, "bottom": line + 0.4}
        )
    return marks


def _dots(posts: Iterable[Mapping[str, Any]], marks: list[dict[str, Any]], rate: str) -> list[dict[str, Any]]:
    by_bucket = {mark["bucket"]: mark for mark in marks}
    dots = []
    for post in posts:
        mark, value = by_bucket.get(post.get("bucket") or ""), post.get(rate)
        if mark is None or value is None or post.get("excluded") is not None:
            continue
        high = mark["enough"] and value > mark["p90"]
        text = post_label(post)
        tip = [
            text,
            f"{format_metric(rate, value)} {column_label(rate)}",
            seconds(post.get("duration_s")),
            day(post.get("posted_at")),
        ]
        dots.append(
            {"line": mark["line"], "value": value, "high": high, "caption": text}
            | {"ink": colour("warm" if high else "dot"), "views": post.get("views")}
            | {"tip": " · ".join(tip), "url": link(post.get("url"))}
        )
    return sorted(dots, key=lambda dot: (dot["line"], dot["value"]))


def _label_format(rate: str) -> str:
    return ",.1f" if rate == "views_per_hour" else ".1%"


def _diameter(dots: list[dict[str, Any]]) -> float:
    """Smaller dots where there are many: overlapping ones would hide how many there are."""
    return 8.5 if len(dots) <= MANY_DOTS else 4.5


def _place_dots(dots: list[dict[str, Any]], scale: float, diameter: float) -> None:
    for line in {dot["line"] for dot in dots}:
        mine = [dot for dot in dots if dot["line"] == line]
        offsets = swarm([dot["value"] * scale for dot in mine], diameter=diameter, room=ROW * 0.36)
        for dot, offset in zip(mine, offsets, strict=True):
            dot["y"] = line + offset / ROW


def _layers(dots: list[dict[str, Any]], marks: list[dict[str, Any]], top: float, rate: str) -> list[Any]:
    labels = json.dumps([[mark["label"], f"n = {mark['n']:,}"] for mark in marks])
    across = {
        "scale": alt.Scale(domain=[-0.5, len(marks) - 0.5], reverse=True, nice=False, zero=False),
        "axis": alt.Axis(
            values=[mark["line"] for mark in marks],
            labelExpr=f"{labels}[datum.value]",
            grid=False,
            title=None,
            labelOffset=-6,
        ),
    }
    along = {
        "scale": alt.Scale(domain=[0, top], nice=False),
        "axis": alt.Axis(format=axis_format(rate, top, 6), title=None, tickCount=6),
    }
    return ([_draw_dots(dots, along, across, rate)] if dots else []) + _draw_lines(marks, along, across, rate)


def _draw_dots(dots: list[dict[str, Any]], along: dict[str, Any], across: dict[str, Any], rate: str) -> Any:
    points = alt.Chart(InlineRows(values=dots))
    tooltip = [
        alt.Tooltip("caption:N"),
        alt.Tooltip("value:Q", format=_label_format(rate), title="rate"),
        alt.Tooltip("views:Q", format=","),
    ]
    diameter = _diameter(dots)
    size, edge = 0.61 * diameter**2, 0.8 if diameter > 5 else 0.3
    return points.mark_circle(size=size, stroke=colour("paper"), strokeWidth=edge, opacity=0.95).encode(
        x=alt.X("value:Q", **along),
        y=alt.Y("y:Q", **across),
        color=literal_colour(),
        description=alt.Description("tip:N"),
        tooltip=tooltip,
        **link_encoding(dots),
    )


def _draw_lines(marks: list[dict[str, Any]], along: dict[str, Any], across: dict[str, Any], rate: str) -> list[Any]:
    every = alt.Chart(InlineRows(values=marks))
    enough = alt.Chart(InlineRows(values=[mark for mark in marks if mark["enough"]]))
    y = alt.Y("top:Q", **across)
    span = {"y": y, "y2": "bottom:Q", "description": "tip:N", "tooltip": alt.Tooltip("tip:N")}
    rules, values = [], []
    for source, field, line, text in (
        (
            enough,
            "p90",
            {"color": colour("warm"), "strokeWidth": 1.75, "strokeDash": [5, 3]},
            {"align": "left", "dx": -2},
        ),
        (every, "median", {"color": colour("ink"), "strokeWidth": 2.5}, {"align": "right", "dx": 2, "fontWeight": 600}),
    ):
        x = alt.X(f"{field}:Q", **along)
        rules.append(source.mark_rule(**line).encode(x=x, **span))
        words = source.mark_text(fontSize=11, baseline="bottom", dy=-2, color=line["color"], **text)
        values.append(words.encode(x=x, y=y, text=alt.Text(f"{field}:Q", format=_label_format(rate))))
    return rules + values
