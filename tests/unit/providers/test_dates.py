from __future__ import annotations

from datetime import date, timedelta

import pytest
from babel import Locale
from babel.dates import format_date
from babel.localedata import locale_identifiers

from dwell.errors import AmbiguousDatesError, BadFileError
from dwell.providers.files.studio.dates import (
    count_missing_days,
    dates_from_start,
    dates_until_anchor,
    latest_date,
    published_date,
)
from dwell.text.days import (
    LANGUAGES,
    MonthDay,
    _clean,
    _months,
    _other_languages,
    _words,
    parse_days,
    possible_orders,
)

YEAR = [date(2025, 1, 1) + timedelta(days=n) for n in range(365)]


@pytest.mark.parametrize(
    ("text", "month", "day"),
    [
        ("August 31", 8, 31), ("28 August", 8, 28), ("1 April", 4, 1), ("25 Φεβρουαρίου", 2, 25), ("18 января", 1, 18),
        ("18 tháng Tám", 8, 18), ("10 tháng Mười Một", 11, 10), ("3 tháng Mười", 10, 3), ("9月13日", 9, 13),
        ("8 de setembro", 9, 8),
        ("10 de febrero", 2, 10), ("11 septembre", 9, 11), ("5. März", 3, 5), ("3月5日", 3, 5), ("3월 5일", 3, 5),
        ("5 Maret", 3, 5), ("5 มีนาคม", 3, 5), ("5 مارس", 3, 5), ("٥ مارس", 3, 5), ("25 Φεβρουάριος", 2, 25),
        ("1er mars", 3, 1), ("September 2nd", 9, 2), ("8 decembre", 12, 8), ("mars", None, None),
        ("23 בינואר", 1, 23), ("23 ינואר", 1, 23), ("23 جنوری", 1, 23), ("23 មករា", 1, 23), ("ဇန်နဝါရီ 23", 1, 23),
        ("၂၃ ဇန်နဝါရီ", 1, 23), ("23 كانون الثاني", 1, 23), ("23 جانفي", 1, 23), ("23 يوليوز", 7, 23),
        ("Septyembre 9", 9, 9), ("23. januára", 1, 23), ("23-Jan", 1, 23), ("23. Jänner", 1, 23), ("23-janv.", 1, 23),
        ("23 ta’ Jannar", 1, 23), ("saus. 23 d.", 1, 23), ("Montag, 12. Januar", 1, 12), ("३ जनवरी", 1, 3),
    ],
)  # fmt: skip
def test_days_in_the_languages_of_studio(text: str, month: int | None, day: int | None) -> None:
    found = parse_days([text]).get(text)
    assert found == (MonthDay(month, day) if month and day else None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_day_that_cldr_writes_is_read_back(language: str) -> None:
    pattern = {"ja": "M月d日", "zh": "M月d日", "ko": "M월 d일"}.get(language, "d MMMM")
    texts = {format_date(day, pattern, locale=language): day for day in YEAR[::5]}
    assert {text: (day.month, day.day) for text, day in texts.items()} == {
        text: (found.month, found.day) for text, found in parse_days(texts).items()
    }


def test_every_name_of_a_month_in_cldr_is_known() -> None:
    known = {name for language in (*LANGUAGES, *_other_languages()) for name in _months(language)}
    for identifier in locale_identifiers():
        contexts = Locale.parse(identifier).months.values()
        names = [pair for one in contexts for width in ("abbreviated", "wide") for pair in one[width].items()]
        named = {_words(_clean(name)) for _, name in names if not any(map(str.isdecimal, name))}
        assert named - {""} <= known, identifier


def test_names_that_mean_different_months_are_asked_for() -> None:
    with pytest.raises(AmbiguousDatesError, match="Polish than in Croatian"):
        parse_days(["23 listopad", "24 listopad"])
    assert parse_days(["30 listopad", "1 studeni"])["1 studeni"].month == 11


def test_numeric_days_need_an_order_where_they_have_two() -> None:
    assert possible_orders(["3/4/2026", "23/4/2026"]) == ("dmy",)
    assert possible_orders(["3/4/2026"]) == ("dmy", "mdy")
    assert parse_days(["3/4/2026"]) == {}
    assert parse_days(["3/4/2026"], "mdy")["3/4/2026"].date == date(2026, 3, 4)
    assert parse_days(["23.01.2026", "2026. 1. 12.", "2026-01-23 00:00:00", "2026年1月12日(月)"]).keys() == {
        "23.01.2026", "2026. 1. 12.", "2026-01-23 00:00:00", "2026年1月12日(月)",
    }  # fmt: skip


def test_dates_with_a_year() -> None:
    found = parse_days(["2026/05/10", "2024-02-29"])
    assert [day.date for day in found.values()] == [date(2026, 5, 10), date(2024, 2, 29)]
    assert parse_days(["Feb 8, 2025"])["Feb 8, 2025"].date == date(2025, 2, 8)


def test_one_language_is_chosen_for_the_whole_column() -> None:
    # "listopada" is November in Polish and Ukrainian reckoning, October in Croatian; "lutego" is Polish only.
    assert parse_days(["3 lutego", "3 listopada"])["3 listopada"].month == 11


def test_a_damaged_cell_does_not_change_the_language() -> None:
    found = parse_days(["18 января", "19 января", "undefined", "31 февраля"])
    assert list(found) == ["18 января", "19 января"]


def _days(dates: list[date]) -> list[MonthDay]:
    return [MonthDay(day.month, day.day) for day in dates]


def test_backward_over_new_year() -> None:
    dates = [date(2025, 11, 22) + timedelta(days=n) for n in range(363)]
    assert dates_until_anchor(_days(dates), date(2026, 11, 20)) == dates


def test_backward_with_the_anchor_before_the_last_day() -> None:
    assert dates_until_anchor(_days([date(2025, 12, 30), date(2025, 12, 31)]), date(2026, 1, 2))[-1] == date(
        2025, 12, 31
    )


def test_backward_with_a_zone_that_is_a_day_ahead() -> None:
    dates = [date(2026, 11, 25), date(2026, 11, 26)]
    assert dates_until_anchor(_days(dates), date(2026, 11, 25)) == dates


def test_forward_from_the_start_of_the_zip() -> None:
    dates = [date(2025, 8, 28) + timedelta(days=n) for n in range(365)]
    assert dates_from_start(_days(dates), date(2025, 8, 28)) == dates
    assert dates_from_start(_days(dates), date(2025, 8, 29)) == dates


@pytest.mark.parametrize("digits", [5, 30, 5000])
def test_a_number_of_many_digits_beside_a_month_is_no_day(digits: int) -> None:
    assert parse_days([f"November{'9' * digits} 1", f"1 November {'9' * digits}", "November 2"]) == {
        "November 2": parse_days(["November 2"])["November 2"]
    }


def test_forward_refuses_another_start() -> None:
    with pytest.raises(BadFileError, match="zip says 2025-08-25"):
        dates_from_start(_days([date(2025, 8, 28)]), date(2025, 8, 25))


def test_a_leap_day_needs_a_leap_year() -> None:
    leap = [MonthDay(2, 28), MonthDay(2, 29), MonthDay(3, 1)]
    assert dates_until_anchor(leap, date(2024, 6, 1))[1] == date(2024, 2, 29)
    with pytest.raises(BadFileError, match="February 29"):
        dates_until_anchor(leap, date(2026, 6, 1))


def test_more_than_a_year_of_rows_is_refused() -> None:
    with pytest.raises(BadFileError, match="366 days"):
        dates_until_anchor([MonthDay(3, 2), MonthDay(3, 1), MonthDay(2, 1)], date(2026, 11, 20))


def test_gaps_are_counted() -> None:
    assert count_missing_days([date(2026, 1, 1), date(2026, 1, 4)]) == 2


def test_latest() -> None:
    assert latest_date(MonthDay(11, 21), date(2026, 11, 20)) == date(2025, 11, 21)
    assert latest_date(MonthDay(11, 20), date(2026, 11, 20)) == date(2026, 11, 20)


@pytest.mark.parametrize(
    ("post_id", "day", "expected"),
    [
        ("7612545815780805904", MonthDay(3, 2), date(2026, 3, 2)),
        ("7608627113117125889", MonthDay(2, 24), date(2026, 2, 24)),
        ("7595200027580976385", MonthDay(1, 14), date(2026, 1, 14)),
        ("7595200027580976385", MonthDay(1, 13), date(2026, 1, 13)),
    ],
)
def test_post_days_follow_the_time_in_the_id(post_id: str, day: MonthDay, expected: date) -> None:
    assert published_date(day, date(2026, 3, 25), post_id) == expected
    assert published_date(day, date(2027, 12, 31), post_id) == expected


def test_an_export_from_before_its_posts_is_refused() -> None:
    with pytest.raises(BadFileError, match="--as-of"):
        published_date(MonthDay(3, 2), date(2025, 3, 25), "7612545815780805904")
