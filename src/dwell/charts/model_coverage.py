"""Whether a model's intervals reach their nominal coverage, per duration bucket."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import altair as alt

from dwell.charts.forest import ForestRow, forest
from dwell.charts.formatting import bucket_labels, number, percent
from dwell.charts.theme import WIDE, apply_theme, empty_chart


def coverage(fit: Mapping[str, Any], shares: Iterable[Mapping[str, Any]], *, width: int = WIDE) -> alt.TopLevelMixin:
    """Share of left-out posts inside their interval, overall and per bucket, against the nominal level.

    Args:
        fit: The report of a fit: the level of its intervals and their mean width.
        shares: `bucket` (None for all posts), `n`, `share`, `low` and `high`: the effect of chance with so many posts.
        width: Whole width, pixels.
    """
    interval = fit.get("interval") or {}
    title = "Do the prediction intervals reach their nominal coverage?"
    if interval.get("coverage") is None:
        return empty_chart(title, "No intervals were made, because no usable model was found.", width)
    level = float(interval["level"])
    rows = {row["bucket"]: row for row in shares}
    lines = [_row("All posts", rows[None], level)] if None in rows else []
    labels = bucket_labels(bucket for bucket in rows if bucket is not None)
    lines += [_row(label, rows[bucket], level) for bucket, label in labels.items()]
    bars = " Bars: the effect of chance with that many posts (95%)." if any(line.low for line in lines) else ""
    subtitle = [
        f"Share of left-out posts whose measured value is inside their interval; nominal: {percent(level, 0)}",
        f"Mean width of an interval: {number(interval.get('mean_width'))}.{bars}",
    ]
    if interval.get("coverage_forward") is not None:
        subtitle.append(f"Of later posts, {percent(interval['coverage_forward'], 0)} were inside theirs.")
    low = min([0.5, *(end for line in lines for end in (line.low, line.value) if end is not None)])
    plot = forest(
        lines,
        width=width,
        axis_title="share inside (dotted: nominal)",
        domain=(max(0.0, low - 0.05), 1.0),
        reference=level,
        number_format=".0%",
    )
    return apply_theme(plot, title, subtitle)


def _row(label: str, row: Mapping[str, Any], level: float) -> ForestRow:
    share, n = row["share"], row["n"]
    note = percent(share, 0) + (f", n = {n}" if n else "")
    tip = f"{label}: {percent(share)} inside, nominal {percent(level, 0)}" + (f", n = {n}" if n else "")
    return ForestRow(label, share, row["low"], row["high"], clear=True, note=note, tip=tip)
