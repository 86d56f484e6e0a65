"""How fast posts gained views between two observations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import altair as alt

from dwell.charts.forest import ForestRow, forest
from dwell.charts.formatting import link, number, pace, post_label
from dwell.charts.theme import WIDE, apply_theme, empty_chart

MAX_POSTS = 20


def growth(
    growth: Iterable[Mapping[str, Any]],
    posts: Iterable[Mapping[str, Any]] = (),
    *,
    observed_twice: int | None = None,
    note: str = "",
    width: int = WIDE,
) -> alt.TopLevelMixin:
    """The posts that gained the most views per hour, each by its latest known growth.

    Args:
        growth: Rows of `growth`: post_id, hours, views_from, views_to, views_per_hour with `_low` and `_high`. Rows
            without views_per_hour are no growth and are not drawn.
        posts: Rows of `posts`, for captions and links.
        observed_twice: Number of posts with a known growth, where `growth` has only the fastest of them.
        note: Why the growth of some posts is not known.
        width: Whole width, pixels.
    """
    latest: dict[str, Mapping[str, Any]] = {}
    for row in growth:
        before = latest.get(row["post_id"])
        if row.get("views_per_hour") is not None and (before is None or row["to_at"] >= before["to_at"]):
            latest[row["post_id"]] = row
    title = "Views gained per hour between two observations"
    if not latest:
        return empty_chart(title, note or "No growth is known.", width)
    known = {post["post_id"]: post for post in posts}
    best = sorted(latest.values(), key=lambda row: -row["views_per_hour"])[:MAX_POSTS]
    lines = [_row(row, known.get(row["post_id"], {}), 38 if width < 500 else 40) for row in best]
    top = max(1e-9, *(row["views_per_hour"] for row in best)) * 1.05
    low = min(0.0, *(row["views_per_hour"] for row in best)) * 1.05
    total = observed_twice or len(latest)
    subtitle = [
        f"Views per hour, the latest growth of each post · top {len(best)} of {total:,} posts with a known growth"
    ]
    if any(_range(row) for row in best):
        subtitle.append("In brackets: what rounding of the counters and days without a time leave open.")
    subtitle += [note] if note else []
    return apply_theme(
        forest(
            lines, width=width, axis_title="views per hour", domain=(low, top), number_format="~s" if top >= 5 else "~g"
        ),
        title,
        subtitle,
    )


def _row(row: Mapping[str, Any], post: Mapping[str, Any], limit: int) -> ForestRow:
    label = post_label(post, limit)
    speed = pace(row["views_per_hour"]) + _range(row)
    gained = f"{number(row['views_from'], 0)} → {number(row['views_to'], 0)} views in {number(row['hours'], 1)} h"
    tip = f"{label}: {speed} views per hour ({gained})"
    value = row["views_per_hour"]
    return ForestRow(
        label,
        value,
        min(0.0, value),
        max(0.0, value),
        True,  # noqa: FBT003 - every row that is drawn is growth
        speed,
        tip,
        link(post.get("url")),
    )


def _range(row: Mapping[str, Any]) -> str:
    """The least and the most that it may be, in brackets; empty where they are equal."""
    low, high = row.get("views_per_hour_low"), row.get("views_per_hour_high")
    return "" if low == high else f" ({pace(low)} to {pace(high)})"
