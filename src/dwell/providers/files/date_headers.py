"""Which of a table's headers is the posting time, where it has two of them: their values tell.

`Date` beside `Post time` is the day of the reading where the other holds a date of its own, and only a clock time
completes a date.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from dwell.text.days import is_plain_date

if TYPE_CHECKING:
    from dwell.providers.files.table_headers import Headers


def settle_dates(headers: Headers, clock_values: Sequence[str]) -> Headers:
    """The headers with the posting time and the time of the reading told apart.

    Args:
        headers: As their names suggest.
        clock_values: First values of the column that is named as a clock time.
    """
    if headers.clock and any(map(_has_date, clock_values)):
        columns, dropped = dict(headers.columns), headers.dropped
        day = columns.get("posted_at", "")
        columns["posted_at"] = headers.clock
        if "observed_at" not in columns and is_plain_date(day):
            columns["observed_at"] = day
        else:
            dropped = (*dropped, day)
        return replace(headers, columns=columns, clock=None, dropped=dropped)
    day = next(filter(is_plain_date, headers.dropped), "")
    free = [column for column in ("posted_at", "observed_at") if column not in headers.columns]
    if not day or not free:
        return headers
    dropped = tuple(name for name in headers.dropped if name != day)
    return replace(headers, columns={**headers.columns, free[0]: day}, dropped=dropped)


def _has_date(text: str) -> bool:
    numbers = re.findall(r"\d+", text)
    return len(numbers) > 4 or any(len(number) == 4 for number in numbers)
