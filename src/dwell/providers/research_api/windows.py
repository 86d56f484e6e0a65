"""Paging back through time in windows of 30 days, encoded in an opaque cursor."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from dwell import clock
from dwell.errors import ProviderError
from dwell.providers.values import digits, text

WINDOW_DAYS = 30
WINDOW_KEY = "asked_window"
"""Where a payload keeps the requested window."""
FIRST_DAY = date(2016, 9, 1)
"""TikTok began in September 2016: paging ends there."""


@dataclass(frozen=True, slots=True)
class Window:
    """A position: a window of days, both ends included, and how far it has been read."""

    start: date
    end: date
    cursor: int = 0
    search_id: str | None = None

    def to_body(self) -> dict[str, Any]:
        """The part of a request's body that says where to read."""
        paging = {"cursor": self.cursor or None, "search_id": self.search_id}
        more = {name: value for name, value in paging.items() if value is not None}
        return {"start_date": f"{self.start:%Y%m%d}", "end_date": f"{self.end:%Y%m%d}", **more}

    def to_cursor(self) -> str:
        """As a cursor."""
        return json.dumps([f"{self.start:%Y%m%d}", f"{self.end:%Y%m%d}", self.cursor, self.search_id])


def parse_cursor(cursor: str | None) -> Window:
    """The window that a cursor points to; without a cursor, the one that ends today (UTC).

    Raises:
        ProviderError: It isn't a cursor of this API.
    """
    if cursor is None:
        today = clock.now().date()
        return Window(today - timedelta(days=WINDOW_DAYS - 1), today)
    try:
        start, end, at, search_id = json.loads(cursor)
        return Window(_parse_day(start), _parse_day(end), int(at), text(search_id))
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise ProviderError("This isn't a cursor of TikTok's Research API: start again without one.") from error


def next_window(payload: Mapping[str, Any], *, more: bool) -> Window | None:
    """The next position: in the same window while it has more, otherwise in the one before.

    None at the first window, and where the response has more but does not say how to reach it.
    """
    try:
        start, end = (_parse_day(day) for day in payload[WINDOW_KEY])
    except (KeyError, ValueError, TypeError):
        return None
    if more:
        at = digits(payload.get("cursor"))
        return Window(start, end, int(at), text(payload.get("search_id"))) if at else None
    if start <= FIRST_DAY:
        return None
    return Window(max(FIRST_DAY, start - timedelta(days=WINDOW_DAYS)), start - timedelta(days=1))


def parse_offset(cursor: str | None) -> int:
    """A plain numeric cursor; 0 without one.

    Raises:
        ProviderError: It isn't a number.
    """
    if cursor is None:
        return 0
    if digits(cursor) is None:
        raise ProviderError("This isn't a cursor of TikTok's Research API: start again without one.")
    return int(cursor)


def _parse_day(value: Any) -> date:
    return date.fromisoformat(str(value))
