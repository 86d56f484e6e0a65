"""Each public rate of a vetted creator on the bands of its norm."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import altair as alt

from dwell.charts.formatting import column_label, percent, percent_format, pluralize, sentence_case
from dwell.charts.theme import WIDE, InlineRows, apply_theme, colour, empty_chart, wrap_text
from dwell.charts.vetting_legend import legend
from dwell.metrics.counters import VET_RATES
from dwell.models.norms import NORMS

_ROW = 30
_HEADROOM = 1.12


def vetting(findings: Iterable[Mapping[str, Any]], *, width: int = WIDE) -> alt.TopLevelMixin:
    """Median (dot, with its interval) and mean (line) of each rate on the bands of its norm, the healthy one darker.

    Args:
        findings: Rows of `vet`: check, value, low, high, reads_as, n; verdict and reasons from the result's meta.
        width: Whole width, pixels.
    """
    meta = getattr(findings, "meta", {})
    checks = {row["check"]: row for row in findings}
    verdict, handle = meta.get("verdict"), meta.get("handle")
    title = "Rates against norms" if verdict is None else f"{f'@{handle}: ' if handle else ''}{verdict}"
    rates = [rate for rate in VET_RATES if checks.get(f"{rate}_median", {}).get("value") is not None]
    reasons = [
        line for reason in meta.get("reasons", ())[:2] for line in wrap_text(sentence_case(reason), _characters(width))
    ]
    if not rates:
        return empty_chart(title, " ".join(["No post with known rates.", *meta.get("reasons", ())]), width)
    posts = max(checks[f"{rate}_median"]["n"] for rate in rates)
    subtitle = f"Share of views of the latest {pluralize(posts, 'post')}"
    inner = width - 34
    panels = [_panel(rate, checks, inner) for rate in rates]
    drawn = alt.vconcat(legend(_legend_entries(rates, checks), inner), *panels, spacing=12)
    return apply_theme(drawn, title, [subtitle, *reasons])


def _legend_entries(rates: Sequence[str], checks: Mapping[str, Any]) -> list[str]:
    """The legend's entries: marks and bands that are in the picture."""
    middles = [checks[f"{rate}_median"] for rate in rates]
    entries = ["dot"]
    if any(row["low"] is not None and row["high"] is not None for row in middles):
        entries.append("span")
    if any(checks.get(f"{rate}_mean", {}).get("value") is not None for rate in rates):
        entries.append("tick")
    return entries + [_shade(band) for rate in rates if rate in NORMS for _, band in NORMS[rate].bands]


def _characters(width: int) -> int:
    """How many characters of a subtitle fit."""
    return max(30, width // 7)


def _panel(rate: str, checks: Mapping[str, Any], inner: int) -> alt.LayerChart:
    middle, mean = checks[f"{rate}_median"], checks.get(f"{rate}_mean", {})
    top = _HEADROOM * max(
        [value for value in (middle["value"], middle["high"], mean.get("value"), _last_edge(rate)) if value]
    )
    x = {
        "scale": alt.Scale(domain=[0, top], nice=False, clamp=True),
        "axis": alt.Axis(format=percent_format(top, 5), title=None, tickCount=5, grid=rate not in NORMS),
    }
    reads = f": {middle['reads_as']}" if middle.get("reads_as") else ", no norm"
    label = f"{sentence_case(column_label(rate))}, {percent(middle['value'], 2)}{reads}"
    tip = f"{label} ({percent(middle['low'], 2)} to {percent(middle['high'], 2)}, n = {middle['n']})"
    point = {"value": middle["value"], "low": middle["low"], "high": middle["high"], "mean": mean.get("value")}
    base = alt.Chart(InlineRows(values=[point | {"tip": tip, "label": label}]))
    layers = [] if rate not in NORMS else [_bands(rate, top, x)]
    mark = {"description": "tip:N", "tooltip": alt.Tooltip("tip:N")}
    if middle["low"] is not None and middle["high"] is not None:
        span = base.mark_rule(strokeWidth=3, opacity=0.55, strokeCap="round", color=colour("accent"))
        layers.append(span.encode(x=alt.X("low:Q", **x), x2="high:Q", **mark))
    if mean.get("value") is not None:
        tick = base.mark_tick(thickness=2, size=_ROW - 10, color=colour("warm"))
        layers.append(tick.encode(x=alt.X("mean:Q", **x), **mark))
    dot = base.mark_circle(size=120, opacity=1, color=colour("accent"), stroke=colour("paper"), strokeWidth=1.2)
    words = base.mark_text(align="left", baseline="bottom", fontSize=12, color=colour("ink"))
    layers += [
        dot.encode(x=alt.X("value:Q", **x), **mark),
        words.encode(x=alt.value(0), y=alt.value(-6), text="label:N"),
    ]
    return alt.layer(*layers).properties(width=inner, height=_ROW)


def _last_edge(rate: str) -> float | None:
    """The highest inner edge of the norm's bands, so that it is always visible."""
    return NORMS[rate].bands[-2][0] if rate in NORMS else None


def _bands(rate: str, top: float, x: dict[str, Any]) -> alt.Chart:
    rows, start = [], 0.0
    for end, band in NORMS[rate].bands:
        stop = min(end, top)
        shade = colour(_shade(band))
        if stop > start:
            rows.append(
                {"start": start, "stop": stop, "band": f"{band} ({percent(start)} to {percent(stop)})", "ink": shade}
            )
        start = end
    chart = alt.Chart(InlineRows(values=rows)).mark_rect(stroke=colour("paper"))
    return chart.encode(
        x=alt.X("start:Q", **x), x2="stop:Q", color=alt.Color("ink:N", scale=None), tooltip=alt.Tooltip("band:N")
    )


def _shade(band: str) -> str:
    if band in ("healthy", "viral potential"):
        return "heat2"
    return "heat1" if band in ("highly engaged", "discussion", "between healthy and highly engaged") else "empty"
