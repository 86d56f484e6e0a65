"""How well a fitted model predicts unseen posts, compared with simple baselines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt

from dwell.charts.formatting import column_label, number, pluralize, sentence_case
from dwell.charts.theme import WIDE, InlineRows, apply_theme, colour, empty_chart, literal_size

FLOOR = -0.5
_TESTS = {"out_of_fold": "posts left out at random", "forward": "the newest posts, from older posts"}


def skill(fit: Mapping[str, Any], *, width: int = WIDE) -> alt.TopLevelMixin:
    """R² of the model and each baseline, on posts left out and on the newest posts; values below −0.5 are at the edge.

    Args:
        fit: The report of a fit: target, n, out_of_fold, forward, baselines.
        width: Whole width, pixels.
    """
    target = column_label(str(fit.get("target", "watch_ratio")))
    title = f"Skill in predicting {target} of unseen posts"
    rows, order = _rows(fit)
    if not rows:
        return empty_chart(
            title,
            "No skill was measured: " + ("; ".join(fit.get("reasons") or []) or "too few posts with watch time."),
            width,
        )
    subtitle = [
        f"R², share of variation explained: 1 is perfect, 0 a constant guess · {pluralize(fit.get('n') or 0, 'post')}"
    ]
    tall = width <= 480
    inner = width - (24 if tall else 240)
    chart = alt.layer(*_layers(rows, order, tall=tall))
    return apply_theme(chart.properties(width=inner, height=(58 if tall else 44) * len(order)), title, subtitle)


def _rows(fit: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[str]]:
    entries: dict[str, Mapping[str, Any]] = {"this model": fit, **(fit.get("baselines") or {})}
    rows = []
    for key, entry in entries.items():
        for test, words in _TESTS.items():
            r2 = (entry.get(test) or {}).get("r2")
            if r2 is None:
                continue
            label = sentence_case(column_label(key))
            text = number(r2) if r2 >= FLOOR else f"◂ {number(r2)}"
            tip = f"{label}: R² {number(r2)} on {words}"
            rows.append(
                {
                    "model": label,
                    "test": words,
                    "r2": r2,
                    "at": max(r2, FLOOR),
                    "text": text,
                    "tip": tip,
                    "own": entry is fit,
                    "left": FLOOR <= r2 < 0,
                    "size": 150 if entry is fit else 80,
                }
            )
    return rows, list(dict.fromkeys(row["model"] for row in rows))


def _layers(rows: list[dict[str, Any]], order: list[str], *, tall: bool) -> list[Any]:
    tests = list(_TESTS.values())
    base = alt.Chart(InlineRows(values=rows))
    ends = [min(0.0, *(row["at"] for row in rows)) - 0.14, 1.0]
    axis = alt.Axis(title="R²", tickCount=5, format=".1~f")
    x = alt.X("at:Q", scale=alt.Scale(domain=ends, nice=False), axis=axis)
    labels = alt.Axis(title=None, grid=False, labels=not tall, labelFontSize=13, labelLimit=220)
    y = alt.Y("model:N", sort=order, axis=labels)
    spread = alt.Scale(domain=tests, paddingOuter=0.75 if tall else 0.55)
    line = {"y": y, "yOffset": alt.YOffset("test:N", sort=tests, scale=spread)}
    hue = alt.Color(
        "test:N",
        scale=alt.Scale(domain=tests, range=[colour("accent"), colour("warm")]),
        legend=alt.Legend(title="tested on", columns=1 if tall else 2),
    )
    zero = alt.Chart(InlineRows(values=[{"at": 0}])).mark_rule(color=colour("muted"), strokeDash=[2, 3]).encode(x=x)
    stem = base.transform_calculate(zero="0").transform_filter("datum.r2 == datum.at")
    stem = stem.mark_rule(strokeWidth=2, opacity=0.5).encode(x=alt.X("zero:Q"), x2=alt.X2("at:Q"), color=hue, **line)
    dots = base.mark_point(filled=True, opacity=1).encode(
        x=x,
        color=hue,
        shape=alt.Shape("test:N", scale=alt.Scale(domain=tests, range=["circle", "diamond"])),
        size=literal_size(),
        description=alt.Description("tip:N"),
        tooltip=alt.Tooltip("tip:N"),
        **line,
    )
    return [zero, stem, dots, *_numbers(base, x, line), *(_names(order, y) if tall else [])]


def _numbers(base: Any, x: alt.X, line: dict[str, Any]) -> list[Any]:
    """Each R² next to its mark: left of it where it is below 0, bold for the model."""
    return [
        base.transform_filter(f"{own} && {side}")
        .mark_text(align=align, dx=dx, fontSize=11, fontWeight=weight)
        .encode(x=x, text=alt.Text("text:N"), **line)
        for own, weight in (("datum.own", 700), ("!datum.own", 400))
        for side, align, dx in (("!datum.left", "left", 10), ("datum.left", "right", -10))
    ]


def _names(order: list[str], y: alt.Y) -> list[Any]:
    """The names above their lines, where there is no space beside them."""
    names = alt.Chart(InlineRows(values=[{"model": model} for model in order]))
    shown = names.mark_text(align="left", dy=-22, fontSize=12, fontWeight=600)
    return [shown.encode(x=alt.XValue(0), y=y, text=alt.Text("model:N"))]
