"""The line below every title that says whose numbers a picture shows, from when and from where."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import altair as alt

from dwell.charts.formatting import day
from dwell.charts.theme import wrap_text

_LINE = 135
_SOURCES = 5


def context_line(
    subject: str,
    first: datetime | date | str | None,
    last: datetime | date | str | None,
    sources: Iterable[str],
) -> str:
    """`@demo · observed 18 Nov 2026 to 26 Nov 2026 · source: apify, studio`.

    Args:
        subject: Whose numbers they are: `@demo`, `#recipe`.
        first: When the first of the posts was observed; None where nothing was.
        last: When the last was.
        sources: Where the rows come from, most rows first.
    """
    parts = [subject]
    if first is not None and last is not None:
        ends = [day(first), day(last)]
        parts.append(f"observed on {ends[0]}" if ends[0] == ends[1] else f"observed {ends[0]} to {ends[1]}")
    names = list(sources)
    if names:
        more = f" and {len(names) - _SOURCES} more" if len(names) > _SOURCES else ""
        parts.append(f"source: {', '.join(names[:_SOURCES])}{more}")
    return " · ".join(parts)


def add_context(chart: alt.TopLevelMixin, line: str) -> alt.TopLevelMixin:
    """The chart with that line as the last of its subtitle, so that a copied picture still says what it shows."""
    title: Any = chart.title
    titled = alt.TitleParams(text=title.text, subtitle=[*title.subtitle, *wrap_text(line, _LINE)])
    drawn: alt.TopLevelMixin = chart.properties(title=titled)
    return drawn
