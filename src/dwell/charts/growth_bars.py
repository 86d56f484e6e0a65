"""How fast posts gained views between two observations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import altair as alt

from dwell.charts.forest import ForestRow, forest
from dwell.charts.formatting import caption, link, number
from dwell.charts.theme import WIDE, apply_theme, empty_chart

MAX_POSTS = 20


def growth(
    growth: Iterable[Mapping[str, Any]],
    posts: Iterable[Mapping[str, Any]] = (),
    *,
    observed_twice: int | None = None,
    width: int = WIDE,
) -> alt.TopLevelMixin:
    """The posts that gained the most views per hour; grey where rounded counters alone may explain the gain.

    Args:
        growth: Rows of `growth`: post_id, hours, views_from, views_to, views_per_hour, rounding_explains. Only the
            latest pair of observations of each post is drawn.
        posts: Rows of `posts`, for captions and links.
        observed_twice: Number of posts observed twice, where `growth` has only the fastest of them.
        width: Whole width, pixels.
    """
    latest: dict[str, Mapping[str, Any]] = {}
    for row in growth:
        before = latest.get(row["post_id"])
        if row.get("views_per_hour") is not None and (before is None or row["to_at"] >= before["to_at"]):
            latest[row["post_id"]] = row
    title = "Views gained per hour between two observations"
    if not latest:
        return empty_chart(title, "No post was observed twice, so no growth is known.", width)
    known = {post["post_id"]: post for post in posts}
    best = sorted(latest.values(), key=lambda row: -row["views_per_hour"])[:MAX_POSTS]
    lines = [_row(row, known.get(row["post_id"], {}), 38 if width < 500 else 40) for row in best]
    top = max(1e-9, *(row["views_per_hour"] for row in best)) * 1.05
    low = min(0.0, *(row["views_per_hour"] for row in best)) * 1.05
    total = observed_twice or len(latest)
    subtitle = [f"Views per hour, the latest pair of observations · top {len(best)} of {total:,} posts observed twice"]
    subtitle.append("Grey: rounding of the counters alone may explain it.")
    return apply_theme(
        forest(
            lines, width=width, axis_title="views per hour", domain=(low, top), number_format="~s" if top >= 5 else "~g"
        ),
        title,
        subtitle,
    )


def _row(row: Mapping[str, Any], post: Mapping[str, Any], limit: int) -> ForestRow:
    label = caption(post.get("caption"), row["post_id"], limit)
    pace = number(row["views_per_hour"], 1)
    gained = f"{number(row['views_from'], 0)} → {number(row['views_to'], 0)} views in {number(row['hours'], 1)} h"
    tip = f"{label}: {pace} views per hour ({gained})"
    value = row["views_per_hour"]
    return ForestRow(
        label,
        value,
        min(0.0, value),
        max(0.0, value),
        not row.get("rounding_explains"),
        pace,
        tip,
        link(post.get("url")),
    )
