"""What distinguishes the top quarter of an account's posts from the bottom quarter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import altair as alt

from dwell.charts.chosen_metric import chosen_metric
from dwell.charts.forest import ForestRow, forest
from dwell.charts.formatting import column_label, with_interval
from dwell.charts.theme import WIDE, apply_theme, empty_chart
from dwell.charts.tier_words import dimension_label, side

MAX_ROWS = 14


def tiers(tiers: Iterable[Mapping[str, Any]], *, width: int = WIDE) -> alt.TopLevelMixin:
    """Forest plot of each difference between top and bottom quartile, with its interval; grey: does not separate them.

    Args:
        tiers: Rows of `tiers`, with the numbers of posts in `meta` when it is a Result. Effects of one name share a
            panel; those whose name contains "ratio" are drawn on a logarithmic axis around 1.
        width: Whole width, pixels.
    """
    meta: Mapping[str, Any] = getattr(tiers, "meta", {})
    words = column_label(chosen_metric(tiers) or "engagement_rate")
    title = f"Top quarter of posts by {words} against the bottom quarter"
    every = [row for row in tiers if row.get("effect") is not None]
    if not every:
        return empty_chart(title, meta.get("verdict") or "Too few eligible posts to split into quarters.", width)
    chosen = sorted(every, key=lambda row: (not row.get("separates"), -_effect_size(row)))[:MAX_ROWS]
    all_rows = [_row(row) for row in chosen]
    panels = [
        _panel([row for row in chosen if str(row.get("effect_name")) == kind], kind, width, all_rows)
        for kind in _kinds(chosen)
    ]
    posts = f"{meta['n_top']} top and {meta['n_bottom']} bottom posts · " if "n_top" in meta else ""
    subtitle = [
        f"{posts}effect with its 95% interval · at the right: top against bottom",
        "Blue: separates the quarters, with false discoveries controlled. Grey: not shown to.",
    ]
    if len(chosen) < len(every):
        subtitle.append(f"The {len(chosen)} clearest of {len(every)} comparisons; the table lists all.")
    return apply_theme(alt.vconcat(*panels) if len(panels) > 1 else panels[0], title, subtitle)


def _kinds(rows: list[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(str(row.get("effect_name")) for row in rows))


def _effect_size(row: Mapping[str, Any]) -> float:
    return abs(float(row["effect"]))


def _panel(rows: list[Mapping[str, Any]], kind: str, width: int, all_rows: list[ForestRow]) -> alt.LayerChart:
    ratio = "ratio" in kind
    lines = [_row(row) for row in rows]
    ends = [end for line in lines for end in (line.value, line.low, line.high) if end is not None]
    reach = min(1.0, max(0.2, 1.1 * max(abs(end) for end in ends)))
    if ratio:
        reach = max(2.0, *(max(end, 1 / end) for end in ends if end > 0))
    return forest(
        lines,
        width=width,
        axis_title=f"{column_label(kind)} (right of the line: more among top posts)",
        domain=(1 / reach, reach) if ratio else (-reach, reach),
        reference=1.0 if ratio else 0.0,
        scale="log" if ratio else "linear",
        all_rows=all_rows,
    )


def _row(row: Mapping[str, Any]) -> ForestRow:
    label, note = dimension_label(row), f"{side(row, 'top')} vs {side(row, 'bottom')}"
    interval = with_interval(row["effect"], row.get("low"), row.get("high"))
    effect = f"{column_label(str(row.get('effect_name')))} {interval}"
    tip = f"{label}: top {side(row, 'top')}, bottom {side(row, 'bottom')}; {effect}"
    return ForestRow(label, row["effect"], row.get("low"), row.get("high"), bool(row.get("separates")), note, tip)
