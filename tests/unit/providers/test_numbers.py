from __future__ import annotations

import pytest

from dwell.text.hashtags import extract_hashtags
from dwell.text.numbers import parse_count, parse_share
from dwell.text.percentages import is_percent_column


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("179160", 179160), ("5,431", 5431), ("1.234", 1234), ("2 473", 2473), ("2\u00a0473", 2473),
        ("1,234,567", 1234567),
        ("1.2K", 1200), ("1,2 mil", 1200), ("3.5M", 3_500_000), ("2万", 20_000), ("1.5만", 15_000), ("12 tys.", 12_000),
        ("-3", -3), ("\u22123", -3), ("0", 0), ("5.0", 5), ("undefined", None), ("-", None), ("", None),
        ("NaN", None), ("N/A", None),
    ],
)  # fmt: skip
def test_counts_as_people_write_them(text: str, value: int | None) -> None:
    assert parse_count(text) == value


@pytest.mark.parametrize("text", ["1.2.3K", "0.71", "many", "1,2345", "12 apples", "1.00001K", "1.000", "1,000"])
def test_what_is_no_count_is_never_guessed(text: str) -> None:
    with pytest.raises(ValueError, match="is not"):
        parse_count(text)


def test_shares() -> None:
    assert is_percent_column(["0.56", "0.381"]) is False
    assert is_percent_column(["61%", "39%"]) is True
    assert is_percent_column(["0.55", "0.60", "1.02"]) is False
    assert is_percent_column(["0.9", "1.4", "1.9"]) is True
    assert is_percent_column(["56", "0.4"]) is True
    assert parse_share("61%", percent=True) == 0.61
    assert parse_share("0.381", percent=False) == 0.381
    assert parse_share("undefined", percent=False) is None
    assert parse_share("120", percent=True) == 1.2
    with pytest.raises(ValueError, match="below 0"):
        parse_share("-1%", percent=True)


def test_hashtags_of_a_caption() -> None:
    assert extract_hashtags("Hi #One#two #日本 #one, #wow!") == ["one", "two", "日本", "wow"]
    assert extract_hashtags("") == extract_hashtags("none here") == []
    assert extract_hashtags(None) is None
