"""`dwell audience` and `dwell traffic`: when followers are on TikTok, and where views come from."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from dwell.cli.options import ChartOut, Creator, Csv, Data, Engine, Json, TimeZone
from dwell.cli.output import Output
from dwell.cli.tables.choice import current_choice
from dwell.cli.tables.layout import Layout, shows
from dwell.cli.tables.table import result_table, table
from dwell.results import Result

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SHOWN = 10
_MONTHS = 12


_HOURS = Layout(("weekday", "hour", "n", "active_followers"))
_SOURCES = Layout(("month", "traffic_source", "share", "videos", "views"))


@shows(_HOURS)
def audience(
    *,
    creator: Creator,
    tz: TimeZone = "UTC",
    days: Annotated[int, typer.Option("--days", min=1, help="How many of the newest days count.", metavar="N")] = 28,
    show_all: Annotated[bool, typer.Option("--all", help="All 168 hours of the week.")] = False,
    data: Data = None,
    engine: Engine = None,
    as_json: Json = False,
    as_csv: Csv = False,
    output: ChartOut = None,
) -> None:
    """Show when the followers of a connected account are on TikTok.

    Followers active by weekday and hour, on the clocks of --tz, from the days that dwell sync has read. TikTok shows
    them of business accounts from 100 followers on.

    \b
    Example:
      dwell audience --creator @you --tz Europe/Berlin
      dwell audience --creator @you --tz Europe/Berlin -o audience.svg
    """
    import dwell

    workspace = dwell.open(data, engine=engine)
    options: dict[str, Any] = {"creator": creator, "tz": tz, "days": days}
    result = workspace.audience_hours(**options)
    Output(as_json, as_csv, output).show(
        result, lambda shown: _hours(shown, show_all=show_all), lambda: workspace.charts.audience_hours(**options)
    )


@shows(_SOURCES)
def traffic(
    *,
    creator: Creator,
    data: Data = None,
    engine: Engine = None,
    as_json: Json = False,
    as_csv: Csv = False,
    output: ChartOut = None,
) -> None:
    """Show where the views of a connected account's videos come from: For You, Follow, Search and so on.

    By month of publishing; each video counts with its views. From the lists that dwell sync has read.

    \b
    Example:
      dwell traffic --creator @you
      dwell traffic --creator @you -o traffic.svg
    """
    import dwell

    workspace = dwell.open(data, engine=engine)
    result = workspace.traffic_sources(creator=creator)
    Output(as_json, as_csv, output).show(result, _sources, lambda: workspace.charts.traffic_sources(creator=creator))


def _hours(result: Result, *, show_all: bool) -> str:
    if current_choice().is_made:
        return result_table(result, _HOURS)
    rows = sorted(result, key=lambda row: -row["active_followers"])
    shown = rows if show_all else rows[:_SHOWN]
    cells = [[_WEEKDAYS[row["weekday"] - 1], f"{row['hour']:02d}:00", round(row["active_followers"])] for row in shown]
    best = cells[0]
    lines = [f"Most followers are on TikTok on {best[0]} at {best[1]} ({result.meta['tz']} time).", ""]
    lines.append(table(("weekday", "hour", "active followers"), cells))
    if len(rows) > len(shown):
        lines += ["", f"{len(rows) - len(shown)} more hours: --all shows them, -o audience.svg draws them."]
    return "\n".join(lines)


def _sources(result: Result) -> str:
    if current_choice().is_made:
        return result_table(result, _SOURCES)
    names = list(dict.fromkeys(row["traffic_source"] for row in sorted(result, key=lambda row: -row["share"])))[:6]
    months: dict[Any, dict[str, Any]] = {}
    for row in result:
        cell = months.setdefault(row["month"], {"videos": row["videos"]})
        cell[row["traffic_source"]] = row["share"]
    newest = sorted(months)[-_MONTHS:]
    cells = [
        [f"{month:%Y-%m}", months[month]["videos"], *(_share(months[month].get(name)) for name in names)]
        for month in newest
    ]
    lines = [table(("month", "videos", *names), cells)]
    if len(months) > len(newest):
        lines += ["", f"{len(months) - len(newest)} earlier months: --csv has them, -o traffic.svg draws them."]
    return "\n".join(lines)


def _share(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"
