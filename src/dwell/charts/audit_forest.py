"""Which public figure follows the measured watch time of one account."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import altair as alt

from dwell.charts.forest import ForestRow, forest
from dwell.charts.formatting import column_label, sentence_case, with_interval
from dwell.charts.theme import WIDE, apply_theme, empty_chart

CANNOT_TELL = "cannot tell"


def audit(audit: Iterable[Mapping[str, Any]], *, width: int = WIDE) -> alt.TopLevelMixin:
    """Rank correlation of each public figure with measured watch time, with intervals; "cannot tell" is grey.

    Args:
        audit: Rows of `audit`: target, proxy, n, spearman, low, high, verdict. Each target has its own panel.
        width: Whole width, pixels.
    """
    rows = [row for row in audit if row.get("spearman") is not None]
    meta: Mapping[str, Any] = getattr(audit, "meta", {})
    title = "Which public figure follows measured watch time"
    if not rows:
        return empty_chart(
            title, meta.get("verdict") or "No post of this account has both watch time and public counters.", width
        )
    targets = list(dict.fromkeys(str(row["target"]) for row in rows))
    all_rows = [_row(row) for row in rows]
    panels = [_panel([row for row in rows if row["target"] == target], target, width, all_rows) for target in targets]
    counts = sorted({int(row["n"]) for row in rows})
    n = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]}–{counts[-1]}"
    subtitle = [f"Rank correlation (Spearman) among posts of similar length, 95% interval · {n} posts with watch time"]
    subtitle.append("Grey: cannot be distinguished from chance.")
    return apply_theme(alt.vconcat(*panels) if len(panels) > 1 else panels[0], title, subtitle)


def _panel(rows: list[Mapping[str, Any]], target: str, width: int, all_rows: list[ForestRow]) -> alt.LayerChart:
    ordered = sorted(rows, key=lambda row: -float(row["spearman"]))
    lines = [_row(row) for row in ordered]
    title = f"rank correlation with {column_label(target)} (0: no relation)"
    return forest(lines, width=width, axis_title=title, domain=(-1, 1), all_rows=all_rows)


def _row(row: Mapping[str, Any]) -> ForestRow:
    verdict = str(row.get("verdict"))
    label = sentence_case(column_label(str(row["proxy"])))
    figures = with_interval(row["spearman"], row.get("low"), row.get("high"))
    tip = f"{label} and {column_label(str(row['target']))}: {figures}, n = {row['n']}, {verdict}"
    return ForestRow(label, row["spearman"], row.get("low"), row.get("high"), verdict != CANNOT_TELL, verdict, tip)
