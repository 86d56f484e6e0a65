"""Whether a model's intervals reach their nominal coverage, per duration bucket."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt

from dwell.charts.forest import ForestRow, forest
from dwell.charts.formatting import bucket_labels, number, percent
from dwell.charts.theme import WIDE, apply_theme, empty_chart
from dwell.models.confidence_intervals import share_interval


def coverage(fit: Mapping[str, Any], *, width: int = WIDE) -> alt.TopLevelMixin:
    """Share of left-out posts inside their interval, overall and per bucket, against the nominal level.

    Args:
        fit: The report of a fit; `interval.coverage_by_bucket` maps a bucket to its share. Where `rows_by_bucket`
            gives the number of posts, a 95% Wilson interval shows the effect of chance.
        width: Whole width, pixels.
    """
    interval = fit.get("interval") or {}
    title = "Do the prediction intervals reach their nominal coverage?"
    if interval.get("coverage") is None:
        return empty_chart(title, "No intervals were made, because no usable model was found.", width)
    level = float(interval["level"])
    lines = [_row("All posts", interval["coverage"], fit.get("n"), level)]
    for bucket, label in bucket_labels(interval.get("coverage_by_bucket") or {}).items():
        share = interval["coverage_by_bucket"][bucket]
        if share is not None:
            lines.append(_row(label, share, (interval.get("rows_by_bucket") or {}).get(bucket), level))
    bars = " Bars: the effect of chance with that many posts (95%)." if any(line.low for line in lines) else ""
    subtitle = [
        f"Share of left-out posts whose measured value is inside their interval; nominal: {percent(level, 0)}",
        f"Mean width of an interval: {number(interval.get('mean_width'))}.{bars}",
    ]
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


def _row(label: str, share: float, n: int | None, level: float) -> ForestRow:
    low, high = share_interval(round(share * n), n) if n else (None, None)
    note = percent(share, 0) + (f", n = {n}" if n else "")
    tip = f"{label}: {percent(share)} inside, nominal {percent(level, 0)}" + (f", n = {n}" if n else "")
    return ForestRow(label, share, low, high, clear=True, note=note, tip=tip)
