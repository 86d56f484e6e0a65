from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from dwell.providers.number_format import show_number, show_time

LONG = timedelta(hours=133, minutes=48)


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (time(0, 12), "h:mm", "0:12"), (time(0, 12), "[h]:mm", "0:12"), (time(0, 12), "HH:MM", "00:12"),
        (time(0, 12), "h:mm:ss", "0:12:00"), (time(0, 0, 12), "mm:ss", "00:12"), (LONG, "[h]:mm:ss", "133:48:00"),
        (time(0, 0, 12, 500_000), "mm:ss.0", "00:12.5"), (timedelta(seconds=12), "[ss]", "12"),
        (time(21, 30), "[$-409]h:mm AM/PM;@", "9:30 PM"), (time(0, 5), "h:mm AM/PM", "12:05 AM"),
        (datetime.fromisoformat("1900-01-01T12:00"), "h:mm", "36:00"),
        (datetime.fromisoformat("2026-01-12T06:40"), "yyyy-mm-dd h:mm", None),
        (datetime.fromisoformat("2026-01-12"), "d-mmm", None),
    ],
)  # fmt: skip
def test_times_as_they_are_shown(value: time | timedelta | datetime, number_format: str, text: str | None) -> None:
    assert show_time(value, number_format) == text


def test_seconds_that_a_format_hides_are_shown() -> None:
    assert show_time(time(0, 0, 12), "h:mm") == "0:00:12"
    assert show_time(time(0, 12), "General") == "0:12:00"


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (0.346, "0.0%", "34.6%"), (34.6, '0.0"%"', "34.6%"), (34.6, r"0.0\%", "34.6%"), (5, '0" min"', "5 min"),
        (8.98, '0.00"s"', "8.98 s"), (12_345, '#,##0.0,"K"', "12345"), (12.3, '0.0"K"', "12.3 K"), (5.0, "0", "5"),
        (5, '0 "views"', "5"), (0.1, "General", "0.1"),
    ],
)  # fmt: skip
def test_numbers_as_they_are_shown(value: float, number_format: str, text: str) -> None:
    assert show_number(value, number_format) == text
