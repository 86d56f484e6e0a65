from __future__ import annotations

import pytest

from dwell.providers.responses import quote_message
from dwell.providers.states import find_state
from dwell.providers.values import counter, cursor, digits, flag, number, objects, seconds, text


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("User not found.", "User not found"),
        ("two\nlines\x00and\ta tab", "two lines and a tab"),
        ("key sk_live_0a1b is bad", "key [hidden] is bad"),
        ("Bearer abc is bad", "[hidden] is bad"),
        ("token act.xyz!1 is bad", "token [hidden] is bad"),
        ("0a1b2c3d4e5f6a7b is bad", "[hidden] is bad"),
        ("post 7350810998023949599 is gone", "post 7350810998023949599 is gone"),
        ("incomprehensibilities stay", "incomprehensibilities stay"),
        ("x " * 1_000, ("x " * 1_000)[:199] + "…"),
    ],
)
def test_words_of_a_provider_are_quoted_without_keys(message: str, shown: str) -> None:
    assert quote_message(message) == shown


def test_quoting_takes_no_longer_than_its_text() -> None:
    assert len(quote_message("a" * 10_000_000)) == 200


@pytest.mark.parametrize(
    ("message", "state"),
    [
        ("This account is private", "private"),
        ("The user was suspended", "banned"),
        ("Not available in this region.", "region_blocked"),
        ("geo-blocked", "region_blocked"),
        ("This video has been removed", "deleted"),
        ("no such user", "not_found"),
        ("user doesn't exist", "not_found"),
        ("Url parsing is failed! Please check url.", "not_found"),
        ("The field region is unknown", None),
        ("This endpoint was removed", None),
        ("The request failed", None),
        ("", None),
    ],
)
def test_what_words_say_of_a_state(message: str, state: str | None) -> None:
    assert find_state(message) == state


def test_odd_types_become_unknown() -> None:
    assert [text(value) for value in ("", "x", 5, True, 1.5, None, [], {})] == ["", "x", "5", *[None] * 5]
    assert [digits(value) for value in ("5", 5, "05", "x", "", True, 5.0, "٣", "9" * 21)] == [
        "5",
        "5",
        "05",
        *[None] * 6,
    ]
    assert [counter(value) for value in (5, "5", 5.0, 5.5, float("inf"), True, [], None)] == [5, "5", 5, *[None] * 5]
    assert [number(value) for value in (5, 5.5, "5", "5.5", "-1", "x", "1e5", True, [], 1e300)] == [
        5, 5.5, 5, 5.5, -1, *[None] * 5
    ]  # fmt: skip
    assert [flag(value) for value in (True, 1, "1", "true", False, 0, "0", 2, "", None, [])] == [
        *[True] * 4, *[False] * 3, *[None] * 4
    ]  # fmt: skip
    assert [seconds(value) for value in (0, "0", "", 5, "5", None, {})] == [None, None, None, 5, "5", None, None]
    assert [cursor(value) for value in ("", "0", 0, 5.0, None, True, [], "x")] == [
        None, "0", "0", "5", None, None, None, "x"
    ]  # fmt: skip
    assert objects({"a": None, "b": [{"x": 1}, 5]}, "a", "b") == ({"x": 1}, {"not_an_object": 5})
