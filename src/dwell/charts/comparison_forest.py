"""How far accounts differ from the first of them at equal length."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import altair as alt

from dwell.charts.comparison_words import VERDICTS, amount, difference, metric_label
from dwell.charts.forest import ForestRow, forest
from dwell.charts.theme import WIDE, apply_theme, empty_chart

MAX_ACCOUNTS = 4


def comparison(rows: Iterable[Mapping[str, Any]], *, width: int = WIDE) -> alt.TopLevelMixin:
    """Forest plot of the differences, a panel per account; grey: no difference is shown.

    Args:
        rows: Rows of `compare`, with `reference` in `meta` when it is a Result. Those without an effect are left out.
        width: Whole width, pixels.
    """
    meta: Mapping[str, Any] = getattr(rows, "meta", {})
    own = f"@{meta['reference']}" if meta.get("reference") else "the first account"
    at = meta.get("at")
    title = f"Other accounts against {own}, at equal length{f', {at} after posting' if at else ''}"
    drawn = [row for row in rows if row.get("effect") is not None]
    if not drawn:
        return empty_chart(title, meta.get("verdict") or "No two accounts have enough posts of one length.", width)
    handles = list(dict.fromkeys(str(row["handle"]) for row in drawn))
    shown = handles[:MAX_ACCOUNTS]
    lines = {handle: [_row(row) for row in drawn if row["handle"] == handle] for handle in shown}
    every = [line for panel in lines.values() for line in panel]
    panels = [
        forest(
            panel,
            width=width,
            axis_title=f"Cliff's delta: right of the line @{handle} is higher, left {own}",
            domain=(-1.0, 1.0),
            all_rows=every,
        )
        for handle, panel in lines.items()
    ]
    posts = " · ".join(
        f"@{one['handle']} {one['known']:,} posts known at {at}"
        if at
        else f"@{one['handle']} {one['eligible']:,} eligible posts"
        for one in meta.get("accounts", ())
    )
    subtitle = [
        *([posts] if posts else []),
        f"Posts of the same length, weighted as those of {own} · 95% interval · at the right: theirs vs {own}",
        "Blue: differs, with false discoveries controlled. Grey: not shown to.",
    ]
    if len(shown) < len(handles):
        subtitle.append(f"The first {len(shown)} of {len(handles)} accounts; the table has all.")
    return apply_theme(alt.vconcat(*panels) if len(panels) > 1 else panels[0], title, subtitle)


def _row(row: Mapping[str, Any]) -> ForestRow:
    label, note = metric_label(row), f"{amount(row, 'value')} vs {amount(row, 'own_value')}"
    tip = f"@{row['handle']}, {label}: {note}; difference {difference(row)}; {VERDICTS[str(row['verdict'])]}"
    clear = row["verdict"] in {"higher", "lower"}
    return ForestRow(label, row["effect"], row["effect_low"], row["effect_high"], clear, note, tip)
