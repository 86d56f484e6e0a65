"""Overview, Viewers, FollowerHistory and FollowerActivity: an account's figures by day or hour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from dwell.errors import BadFileError
from dwell.providers.files.studio.csv_rows import plain_rows
from dwell.providers.files.studio.dates import (
    count_missing_days,
    dates_from_start,
    dates_until_anchor,
    decide_order,
    drop_late_years,
    runs_down,
)
from dwell.providers.files.studio.headers import field_positions
from dwell.providers.part import Part
from dwell.providers.rewrite import Rewriter
from dwell.text.days import Order, parse_days
from dwell.text.number_style import NumberStyle, number_style
from dwell.text.numbers import parse_count, parse_count_without_unit
from dwell.text.words import is_unknown, known

PROVISIONAL_DAYS = 3
_VALUES = (
    "views",
    "profile_views",
    "likes",
    "comments",
    "shares",
    "viewers",
    "new_viewers",
    "returning_viewers",
    "followers",
    "reach",
)


@dataclass(frozen=True)
class ExportDates:
    """The basis for the years of a file's dates, and when it was exported.

    Attributes:
        start: First day, where the zip's name gives it.
        anchor: The latest possible time of the export.
        exported: When it was exported, where that is known.
        order: How 3/4/2024 is meant, as the user says.
    """

    start: date | None
    anchor: datetime
    exported: datetime | None
    order: Order = ""

    def exported_at(self, last: date) -> datetime:
        """When a file with this last day was exported: the known time, otherwise the earliest possible one."""
        return self.exported or datetime.combine(last + timedelta(days=1), time(), UTC)


@dataclass(frozen=True)
class DayRow:
    """One row: line, cells by field, its day (None where it is unreadable) and its text."""

    line: int
    cells: Mapping[str, str]
    day: date | None
    text: str


def read_day_rows(part: Part, dates: ExportDates, warnings: list[str]) -> list[DayRow]:
    """The rows with their dates, oldest or newest first; years are inferred over the whole column.

    Raises:
        BadFileError: When no row has a date, or the dates fit no year.
    """
    places = field_positions(part.header)
    raw = [
        (line, {f: row[i] for f, i in places.items() if i < len(row)}, part.delimiter.join(row))
        for line, row in plain_rows(part)
    ]
    column = [cells["date"] for _, cells, _ in raw if "date" in cells]
    parsed = parse_days(column, decide_order(part.name, column, dates.order))
    texts = [cells["date"] for _, cells, _ in raw if cells.get("date") in parsed]
    runs = [text for text, before in zip(texts, [None, *texts], strict=False) if text != before]
    if not runs:
        raise BadFileError(
            f"{part.name} has no readable date (its first is {column[0]!r}): write its dates as YYYY-MM-DD."
            if column
            else f"{part.name} has no rows."
        )
    days, changed = drop_late_years([parsed[text] for text in runs], dates.anchor.date())
    if changed:
        warnings.append(
            f"{part.name}: its dates lie in the future, because a spreadsheet gave them the year in which it opened "
            "the file; their years were taken from the day of the export."
        )
    try:
        if down := runs_down(days):
            days.reverse()
        calendar = dates_from_start(days, dates.start) if dates.start else dates_until_anchor(days, dates.anchor.date())
        if down:
            calendar.reverse()
    except BadFileError as error:
        raise BadFileError(f"{part.name}: {error}") from error
    if missing := count_missing_days(calendar):
        warnings.append(f"{part.name}: {missing} days between {min(calendar)} and {max(calendar)} are missing.")
    return _assign_dates(raw, parsed.keys(), calendar)


def _assign_dates(raw: Sequence[tuple[int, dict[str, str], str]], readable: Any, dates: list[date]) -> list[DayRow]:
    rows, at, before = [], -1, None
    for line, cells, text in raw:
        written = cells.get("date", "")
        if written not in readable:
            rows.append(DayRow(line, cells, None, text))
            continue
        at += written != before
        before = written
        rows.append(DayRow(line, cells, dates[at], text))
    return rows


def write_days(rows: list[DayRow], handle: str, dates: ExportDates, writer: Rewriter) -> None:
    """Write one row per account day; the last three days are provisional, because TikTok still updates them."""
    last = max(row.day for row in rows if row.day)
    for row in rows:
        try:
            values = _day_values(row)
        except ValueError as error:
            writer.reject(row.line, str(error), row.text)
            continue
        provisional = row.day is not None and row.day > last - timedelta(days=PROVISIONAL_DAYS)
        key = {"handle": handle, "day": row.day, "observed_at": dates.exported_at(last)}
        writer.add(row.line, {**key, "provisional": provisional, **values})


def _day_values(row: DayRow) -> dict[str, Any]:
    if row.day is None:
        raise ValueError(f"{row.cells.get('date', '')!r} can't be read as a date")
    if "viewers" in row.cells and is_unknown(row.cells["viewers"]):
        raise ValueError("TikTok gives no figures for this day; the zeros next to `undefined` mean nothing")
    values = {name: known(row.cells[name]) for name in _VALUES if name in row.cells}
    if all(value is None for value in values.values()):
        raise ValueError("TikTok gives no figures for this day")
    return values


def count_viewer_mismatches(rows: list[DayRow]) -> int:
    """Days on which new and returning viewers do not add up to the total."""
    names = ("viewers", "new_viewers", "returning_viewers")
    style = _count_style(rows, *names)
    differing = 0
    for row in rows:
        try:
            parts = [parse_count(row.cells[name], style) for name in names]
        except (KeyError, ValueError):
            continue
        total, new, returning = parts
        differing += total is not None and new is not None and returning is not None and total != new + returning
    return differing


def _count_style(rows: list[DayRow], *names: str) -> NumberStyle:
    return number_style((text for row in rows for name in names if (text := row.cells.get(name))), "count")


def write_hours(name: str, rows: list[DayRow], handle: str, dates: ExportDates, writer: Rewriter) -> None:
    """Write active followers by hour; hours of the last day that were not over at the export are left out.

    TikTok fills those with zeros. Old exports count hours from 1 to 24, which become 0 to 23.

    Raises:
        BadFileError: The rows have the hours 0 and 24.
    """
    last = max(row.day for row in rows if row.day)
    unfinished = _unfinished_lines(rows, last)
    hours = {row.cells.get("hour", "").strip().removeprefix("0") or "0" for row in rows}
    if {"0", "24"} <= hours:
        raise BadFileError(
            f"{name} has the hours 0 and 24, so nothing tells whether its hours are counted from 0 or from 1: export "
            "it again, each way of counting in a file of its own."
        )
    first = 1 if "24" in hours else 0
    style = _count_style(rows, "active_followers")
    for row in rows:
        try:
            values = _hour_values(row, first, style)
        except ValueError as error:
            writer.reject(row.line, str(error), row.text)
            continue
        if row.line in unfinished:
            writer.reject(
                row.line,
                "this hour of the last day was not over at the time of the export: its 0 is a placeholder",
                row.text,
            )
            continue
        writer.add(row.line, {"handle": handle, "day": row.day, "observed_at": dates.exported_at(last), **values})


def _hour_values(row: DayRow, first: int, style: NumberStyle) -> dict[str, Any]:
    if row.day is None:
        raise ValueError(f"{row.cells.get('date', '')!r} can't be read as a date")
    hour = parse_count(row.cells.get("hour", ""))
    active = parse_count_without_unit(row.cells.get("active_followers", ""), style)
    if hour is None or not 0 <= hour - first <= 23:
        raise ValueError(f"{row.cells.get('hour', '')!r} isn't an hour of a day")
    if active is None:
        raise ValueError("TikTok gives no figure for this hour")
    return {"hour": hour - first, "active_followers": active}


def _hour(row: DayRow) -> int:
    """The hour as written; one that cannot be read comes first."""
    try:
        return parse_count(row.cells.get("hour", "")) or 0
    except ValueError:
        return -1


def _unfinished_lines(rows: list[DayRow], last: date) -> set[int]:
    lines: set[int] = set()
    for row in sorted((row for row in rows if row.day == last), key=_hour, reverse=True):
        if row.cells.get("active_followers", "").strip() != "0":
            break
        lines.add(row.line)
    return lines
