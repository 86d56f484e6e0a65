"""The year that Studio leaves out of its dates, inferred for a whole file and never guessed per row.

A file that a spreadsheet saved again has dates in the spreadsheet's own form, with the year in which it was opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from dwell.errors import AmbiguousDatesError, BadFileError
from dwell.text.days import MonthDay, Order, needs_order, parse_days, possible_orders
from dwell.text.ids import minted_at

MAX_SPAN_DAYS = 366
MAX_STEP_DAYS = 122
"""From a row to the next: a third of a year, so that the same step in the other direction is twice as long."""
_LEAP_YEAR_DAYS = 366


def decide_order(name: str, texts: Sequence[str], hint: Order) -> Order:
    """How a column of ascending days writes 3/4/2024: the order in which one row is the day after the one before.

    Args:
        name: Of the file, for the message.
        texts: The column.
        hint: What the user said, used where the column cannot tell.

    Raises:
        AmbiguousDatesError: Nothing tells.
    """
    orders = possible_orders(texts)
    if len(orders) == 1:
        return orders[0]
    steps = {order: _steps_of_a_day(texts, order) for order in orders}
    if orders and steps["dmy"] != steps["mdy"]:
        return max(orders, key=lambda order: steps[order])
    example = next(filter(needs_order, texts), None)
    if example is not None and not hint:
        raise AmbiguousDatesError(
            f"Nothing in {name} tells whether {example} is day/month or month/day; say --dates dmy or --dates mdy."
        )
    return hint


def _steps_of_a_day(texts: Sequence[str], order: Order) -> int:
    days = [day.date for day in parse_days(texts, order).values()]
    return sum(
        before is not None and after is not None and (after - before).days == 1 for before, after in pairwise(days)
    )


def drop_late_years(days: Sequence[MonthDay], anchor: date) -> tuple[list[MonthDay], bool]:
    """Days without their years where one of these lies after the export, and whether that was so.

    A spreadsheet gives a day without a year the one in which it opens the file.
    """
    late = any(day.date is not None and day.date > anchor + timedelta(days=1) for day in days)
    return [MonthDay(day.month, day.day) if late else day for day in days], late


def runs_down(days: Sequence[MonthDay]) -> bool:
    """Whether rows without years are newest first: one direction has no step of over four months, the other has.

    Raises:
        BadFileError: Both directions have such a step: a day is repeated, or the rows are in no order.
    """
    if any(day.year is not None for day in days):
        return False
    up = [(after - before) % _LEAP_YEAR_DAYS for before, after in pairwise(map(_day_of_year, days))]
    if max(up, default=0) <= MAX_STEP_DAYS:
        return False
    if all(-step % _LEAP_YEAR_DAYS <= MAX_STEP_DAYS for step in up):
        return True
    raise BadFileError(
        "Its dates have no years, and its rows are in no order, or a day is repeated further down: sort it by date "
        "with each day once, or write its dates as YYYY-MM-DD."
    )


def dates_from_start(days: Sequence[MonthDay], start: date) -> list[date]:
    """Dates of ascending rows whose first one is known: a year is added whenever month and day go back.

    Raises:
        BadFileError: The first row is not `start` (give or take a day), or February 29 falls in a common year.
    """
    around = (days[0].date, *(days[0].in_year(start.year + shift) for shift in (-1, 0, 1)))
    first = min((day for day in around if day), key=lambda day: abs((day - start).days), default=None)
    if first is None or abs((first - start).days) > 1:
        raise BadFileError(
            f"The export starts on day {days[0].day} of month {days[0].month}, but the name of its zip says {start}: "
            "download it again, or unpack it and give --as-of."
        )
    year, dates = first.year, [first]
    for before, day in pairwise(days):
        year += _key(day) < _key(before)
        dates.append(_date_in_year(day, year))
    return _check_span(days, dates)


def dates_until_anchor(days: Sequence[MonthDay], anchor: date) -> list[date]:
    """Dates of ascending rows, the last of which is the latest such day up to `anchor` and a day: zones are ahead.

    Raises:
        BadFileError: When February 29 falls in a year that isn't a leap year, or the rows span more than 366 days.
    """
    year = latest_date(days[-1], anchor + timedelta(days=1)).year
    dates = [_date_in_year(days[-1], year)]
    for after, day in zip(days[:0:-1], days[-2::-1], strict=True):
        year -= _key(day) > _key(after)
        dates.append(_date_in_year(day, year))
    return _check_span(days, dates[::-1])


def latest_date(day: MonthDay, anchor: date) -> date:
    """The latest such day up to `anchor`.

    Raises:
        BadFileError: For February 29, when the matching year isn't a leap year.
    """
    if day.year is not None:
        return _date_in_year(day, day.year)
    return _date_in_year(day, anchor.year if _key(day) <= (anchor.month, anchor.day) else anchor.year - 1)


def published_date(day: MonthDay, snapshot: date, post_id: str | None) -> date:
    """The day a post was published: the one nearest to the time in its id, from the day before it on.

    A scheduled post gets its id days before it is published, so the id is a lower bound; the account's time
    zone can shift it by a day at most. Without an id: the latest such day up to the snapshot.

    Raises:
        BadFileError: When no year fits between the id's day and the snapshot.
    """
    if day.year is not None or post_id is None:
        return latest_date(day, snapshot)
    lower = minted_at(post_id).date() - timedelta(days=1)
    fitting = [
        candidate
        for year in range(lower.year, snapshot.year + 1)
        if (candidate := day.in_year(year)) and candidate >= lower
    ]
    if not fitting or fitting[0] > snapshot + timedelta(days=1):
        raise BadFileError(
            f"Post {post_id} was made on {lower + timedelta(days=1)}, after the apparent day of the export, "
            f"{snapshot}: say when it was made with --as-of."
        )
    return fitting[0]


def count_missing_days(dates: Sequence[date]) -> int:
    """Days that are missing between the first and the last."""
    return (max(dates) - min(dates)).days + 1 - len(set(dates))


def _date_in_year(day: MonthDay, year: int) -> date:
    dated = day.in_year(day.year or year)
    if dated is None:
        raise BadFileError(
            f"February 29 would fall in {year}, which is not a leap year: say when the export was made with --as-of."
        )
    return dated


def _day_of_year(day: MonthDay) -> int:
    return date(2024, day.month, day.day).timetuple().tm_yday


def _key(day: MonthDay) -> tuple[int, int]:
    # A written year decides alone, so rows that have one never add or drop a year.
    return (0, 0) if day.year is not None else (day.month, day.day)


def _check_span(days: Sequence[MonthDay], dates: list[date]) -> list[date]:
    if all(day.year is not None for day in days):
        return dates
    span = (dates[-1] - dates[0]).days + 1
    if dates != sorted(dates) or (span > MAX_SPAN_DAYS):
        raise BadFileError(
            f"The rows would run from {dates[0]} to {dates[-1]}; an export holds up to 366 days in ascending order: "
            "download it again."
        )
    return dates
