from __future__ import annotations

import pytest

from dwell.providers.captions import hashtags
from dwell.providers.numbers import count, share, writes_percent


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
    assert count(text) == value


@pytest.mark.parametrize("text", ["1.2.3K", "0.71", "many", "1,2345", "12 apples", "1.00001K"])
def test_what_is_no_count_is_never_guessed(text: str) -> None:
    with pytest.raises(ValueError, match="is not"):
        count(text)


def test_shares() -> None:
    assert writes_percent(["0.56", "0.381"]) is False
    assert writes_percent(["61%", "39%"]) is True
    assert writes_percent(["0.55", "0.60", "1.02"]) is False
    assert writes_percent(["0.9", "1.4", "1.9"]) is True
    assert writes_percent(["56", "0.4"]) is True
    assert share("61%", percent=True) == 0.61
    assert share("0.381", percent=False) == 0.381
    assert share("undefined", percent=False) is None
    with pytest.raises(ValueError, match="share"):
        share("120", percent=True)


def test_hashtags_of_a_caption() -> None:
    assert hashtags("Hi #One#two #日本 #one, #wow!") == ["one", "two", "日本", "wow"]
    assert hashtags("") == hashtags("none here") == []
    assert hashtags(None) is None
