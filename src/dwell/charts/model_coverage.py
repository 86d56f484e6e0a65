"""Whether a model's intervals hold what they promise, per duration bucket."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import Any

import altair as alt

from dwell.charts.forest import Line, forest
from dwell.charts.theme import WIDE, blank, dress
from dwell.charts.words import bucket_labels, number, percent


def coverage(fit: Mapping[str, Any], *, width: int = WIDE) -> alt.TopLevelMixin:
    """Share of left-out posts inside their interval, overall and per bucket, against the promised level.

    Args:
        fit: The report of a fit; `interval.coverage_by_bucket` maps a bucket to its share. Where `rows_by_bucket`
            gives the number of posts, a 95% Wilson interval shows what chance alone allows.
        width: Whole width, pixels.
    """
    interval = fit.get("interval") or {}
    title = "Do the prediction intervals keep their promise?"
    if interval.get("coverage") is None:
        return blank(title, "No intervals were made, because no usable model was found.", width)
    level = float(interval["level"])
    lines = [_line("All posts", interval["coverage"], fit.get("n"), level)]
    for bucket, label in bucket_labels(interval.get("coverage_by_bucket") or {}).items():
        share = interval["coverage_by_bucket"][bucket]
        if share is not None:
            lines.append(_line(label, share, (interval.get("rows_by_bucket") or {}).get(bucket), level))
    bars = " Bars: what chance allows with that many posts (95%)." if any(line.low for line in lines) else ""
    subtitle = [
        f"Share of left-out posts whose measured value lies inside their interval; promised: {percent(level, 0)}",
        f"Mean width of an interval: {number(interval.get('mean_width'))}.{bars}",
    ]
    low = min([0.5, *(end for line in lines for end in (line.low, line.value) if end is not None)])
    plot = forest(
        lines,
        width=width,
        axis_title="share inside (dotted: promised)",
        domain=(max(0.0, low - 0.05), 1.0),
        reference=level,
        number_format=".0%",
    )
    return dress(plot, title, subtitle)


def _line(label: str, share: float, n: int | None, level: float) -> Line:
    low, high = wilson(share, n) if n else (None, None)
    note = percent(share, 0) + (f", n = {n}" if n else "")
    tip = f"{label}: {percent(share)} inside, promised {percent(level, 0)}" + (f", n = {n}" if n else "")
    return Line(label, share, low, high, sure=True, note=note, tip=tip)


def wilson(share: float, n: int) -> tuple[float, float]:
    """95% Wilson score interval of a share seen in `n` trials (Wilson 1927); 0-1."""
    z = 1.959964
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, centre - half), min(1.0, centre + half)
