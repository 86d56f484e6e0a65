"""When an owner's followers are on TikTok, by hour and weekday."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import altair as alt

from dwell.charts.formatting import WEEKDAYS, number, pluralize
from dwell.charts.theme import HEAT, WIDE, InlineRows, apply_theme, empty_chart


def audience_hours(
    audience_hours: Iterable[Mapping[str, Any]], *, tz: str | None = None, width: int = WIDE
) -> alt.TopLevelMixin:
    """Heat map of the followers who are active, by weekday and hour.

    Args:
        audience_hours: Rows of `audience_hours`: weekday 1-7 (1 = Monday), hour 0-23, n, active_followers.
        tz: The time zone of hours and weekdays; by default that of the result, else UTC.
        width: Whole width, pixels.
    """
    tz = tz or getattr(audience_hours, "meta", {}).get("tz") or "UTC"
    rows = [_cell(row) for row in audience_hours]
    title = f"When followers are on TikTok ({tz} time)"
    if not rows:
        return empty_chart(title, "TikTok shows active followers of business accounts from 100 followers on.", width)
    hours = sum(row["n"] for row in rows)
    subtitle = [f"Active followers by hour and weekday, mean of {pluralize(hours // 24 or 1, 'day')}"]
    base = alt.Chart(InlineRows(values=rows))
    labels = "datum.value % 3 == 0 ? +datum.value + ' h' : ''"
    chart = base.mark_rect(stroke="white", strokeWidth=1).encode(
        x=alt.X("hour:O", axis=alt.Axis(title=None, labelExpr=labels, labelAngle=0, grid=False)),
        y=alt.Y("weekday:O", sort=list(WEEKDAYS), axis=alt.Axis(title=None, grid=False)),
        color=alt.Color(
            "followers:Q",
            scale=alt.Scale(range=list(HEAT), zero=False),
            legend=alt.Legend(title="active followers", format=",.0f", gradientLength=160),
        ),
        description=alt.Description("tip:N"),
        tooltip=alt.Tooltip("tip:N"),
    )
    size = {"width": alt.Step((width - 70) / 24), "height": alt.Step(30)}
    return apply_theme(chart.properties(**size), title, subtitle)


def _cell(row: Mapping[str, Any]) -> dict[str, Any]:
    weekday, hour = WEEKDAYS[int(row["weekday"]) - 1], int(row["hour"])
    followers = number(row["active_followers"], 0)
    return {
        "weekday": weekday,
        "hour": f"{hour:02d}",
        "n": row["n"],
        "followers": row["active_followers"],
        "tip": f"{weekday} {hour:02d}:00–{hour:02d}:59: {followers} active followers",
    }
