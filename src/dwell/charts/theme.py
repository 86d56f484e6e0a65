"""The theme that all charts share: a palette with a light and a dark value for each role, and a Vega configuration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

WIDE = 860
NARROW = 340
# Fonts of the same width: a label takes as much space in the reader's browser as was reserved when it was drawn.
FONT = 'Arial, "Helvetica Neue", Helvetica, "Liberation Sans", sans-serif'


@dataclass(frozen=True, slots=True)
class Shade:
    """One role of the palette on a light and on a dark background, as `#rrggbb` in lower case."""

    light: str
    dark: str


# The light values are all different, because an SVG is made dark by replacing each of them by its dark counterpart.
# Blue, vermilion and teal are distinct under the three common colour blindnesses; nothing is shown by colour alone.
PALETTE: Mapping[str, Shade] = {
    "paper": Shade("#ffffff", "#1b1e24"),
    "page": Shade("#f5f4f0", "#121418"),
    "ink": Shade("#1d2026", "#eceae5"),
    "muted": Shade("#5a5f69", "#a9aeb8"),
    "rule": Shade("#d7d5ce", "#3a3f49"),
    "grid": Shade("#e9e7e1", "#2a2e36"),
    "dot": Shade("#6f8dab", "#6f8fae"),
    "accent": Shade("#0b63a5", "#6db7f2"),
    "warm": Shade("#b8430a", "#ff9a62"),
    "teal": Shade("#0a6b5c", "#57c7b0"),
    "violet": Shade("#6a3d9a", "#c3a2ec"),
    "unsure": Shade("#8d9096", "#7c818b"),
    "empty": Shade("#f1efea", "#23272e"),
    "heat1": Shade("#e0ecf5", "#1f3245"),
    "heat2": Shade("#b4d2e8", "#27507a"),
    "heat3": Shade("#7cb0d6", "#2f6ca3"),
    "heat4": Shade("#2f74ad", "#69a9dc"),
    "heat5": Shade("#0c4f8a", "#b5dbf8"),
    "on_faint": Shade("#1d2027", "#eceae6"),
    "on_strong": Shade("#fefefe", "#10151b"),
}
HEAT = tuple(PALETTE[f"heat{step}"].light for step in range(1, 6))


def colour(role: str) -> str:
    """The light value of a role, as in a chart's specification."""
    return PALETTE[role].light


def darken(spec: Any) -> Any:
    """The same specification with each palette colour replaced by its dark counterpart; everything else unchanged."""
    counterpart = {shade.light: shade.dark for shade in PALETTE.values()}

    def walk(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: walk(value) for key, value in node.items()}
        if isinstance(node, list):
            return [walk(value) for value in node]
        return counterpart.get(node, node) if isinstance(node, str) else node

    return walk(spec)


def css(scope: str) -> str:
    """Style rules that let a page's custom properties (`--ink`, `--dot`, ...) recolour every SVG inside `scope`."""
    return "\n".join(
        f'{scope} [{attribute}="{shade.light}"]{{{attribute}:var(--{role.replace("_", "-")})}}'
        for role, shade in PALETTE.items()
        for attribute in ("fill", "stroke")
    )


def properties(*, dark: bool) -> str:
    """The palette as CSS custom properties, for a `:root` block."""
    return "".join(
        f"--{role.replace('_', '-')}:{shade.dark if dark else shade.light};" for role, shade in PALETTE.items()
    )


def configuration() -> dict[str, Any]:
    """The Vega-Lite configuration of every dwell chart."""
    return {
        "background": colour("paper"),
        "font": FONT,
        "padding": {"left": 4, "right": 14, "top": 6, "bottom": 4},
        "view": {"stroke": None},
        "title": {
            "anchor": "start",
            "frame": "bounds",
            "color": colour("ink"),
            "fontSize": 16,
            "fontWeight": 600,
            "subtitleColor": colour("muted"),
            "subtitleFontSize": 12,
            "subtitleLineHeight": 17,
            "subtitlePadding": 5,
            "offset": 16,
        },
        "axis": _axis(),
        "axisY": {"labelColor": colour("ink")},
        "legend": _legend(),
        "text": {"color": colour("ink"), "fontSize": 12},
        "concat": {"spacing": 28},
    }


def _axis() -> dict[str, Any]:
    return {
        "domain": False,
        "ticks": False,
        "grid": True,
        "gridColor": colour("grid"),
        "labelColor": colour("muted"),
        "labelFontSize": 12,
        "labelFlush": False,
        "labelPadding": 8,
        "labelLimit": 320,
        "titleColor": colour("muted"),
        "titleFontSize": 12,
        "titleFontWeight": 400,
        "titlePadding": 10,
    }


def _legend() -> dict[str, Any]:
    return {
        "orient": "top",
        "direction": "horizontal",
        "labelColor": colour("ink"),
        "labelFontSize": 12,
        "labelLimit": 260,
        "titleColor": colour("muted"),
        "titleFontSize": 12,
        "titleFontWeight": 400,
        "titleLimit": 400,
        "columnPadding": 40,  # the page may be shown in a wider font than the picture was laid out with
        "offset": 10,
        "symbolOpacity": 1,
    }


def literal_colour(field: str = "ink") -> alt.Color:
    """Colours that the rows contain in `field`, each the light value of a role."""
    return alt.Color(f"{field}:N", scale=None)


def literal_size(field: str = "size") -> alt.Size:
    """Areas in square pixels that the rows contain in `field`."""
    return alt.Size(f"{field}:Q", scale=None)


def link_encoding(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The link of each mark, from `url`; a row without one gets no link, where Vega alone would link to "undefined"."""
    known = [row.get("url") is not None for row in rows]
    if not any(known):
        return {}
    if all(known):
        return {"href": alt.Href("url:N")}
    return {"href": alt.condition("isValid(datum.url)", "url:N", alt.value(None))}


class InlineRows(alt.InlineData):  # type: ignore[misc]  # Altair is skipped by the type check
    """The rows of a chart, shared by its copies: Altair copies charts at each step, and their rows never change."""

    def __deepcopy__(self, memo: object) -> InlineRows:
        return self


def apply_theme(chart: Any, title: str, subtitle: Sequence[str]) -> alt.TopLevelMixin:
    """The chart with its title, its subtitle lines (units, n, what the marks are) and the shared theme."""
    heading = alt.TitleParams(text=title, subtitle=list(subtitle))
    # Both at once: each step copies every panel of a chart.
    return chart.properties(title=heading, config=alt.Config(**configuration()))


def empty_chart(title: str, reason: str, width: int = WIDE) -> alt.TopLevelMixin:
    """The chart where there is nothing to draw: the title, and one sentence that says why."""
    lines = wrap_text(reason, max(20, width // 8))
    text = alt.Chart(InlineRows(values=[{"reason": lines}])).mark_text(
        align="left", baseline="top", color=colour("muted"), fontSize=13, lineHeight=19
    )
    body = text.encode(x=alt.value(0), y=alt.value(0), text="reason:N")
    return apply_theme(body.properties(width=width, height=19 * len(lines) + 6), title, [])


def wrap_text(text: str, limit: int) -> list[str]:
    """The text in lines of at most `limit` characters, broken between words."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) + 1 > limit:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
