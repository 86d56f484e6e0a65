"""Days and times of options: a week is none."""

from __future__ import annotations

import pytest

from dwell.errors import MissingTimeError
from dwell.records import Hints
from dwell.text.iso_times import parse_iso_day, parse_iso_time


@pytest.mark.parametrize("text", ["2026-W12", "2026-W12-1", "2026w12", "2026W121", "soon"])
def test_a_week_is_no_day_and_no_time(text: str) -> None:
    for parse in (parse_iso_day, parse_iso_time):
        with pytest.raises(ValueError, match=r"is a week|[Ii]nvalid"):
            parse(text)
    with pytest.raises(MissingTimeError, match=r"--as-of .* isn't a day or a time; write 2026-03-22"):
        Hints(as_of=text).as_of_instant()
    assert not Hints(as_of=text).as_of_is_day


def test_days_and_times_are_read() -> None:
    assert str(parse_iso_day("2026-03-16")) == "2026-03-16"
    assert str(parse_iso_time("2026-03-16T01:02Z")) == "2026-03-16 01:02:00+00:00"
    assert Hints(as_of="20260316").as_of_is_day
