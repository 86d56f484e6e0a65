"""Small readers that payload parsers share: unexpected types become unknown, never an exception or a wrong value."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from dwell.text.ids import FLOAT_ID, LOST_REASON, SCIENTIFIC_ID
from dwell.text.words import parse_flag

NOT_AN_OBJECT = "not_an_object"
"""Key under which an element that isn't an object is kept, so that the parser refuses it with a reason."""


def mapping(item: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    """The first of the keys that holds an object; empty where none does."""
    for key in keys:
        value = item.get(key)
        if isinstance(value, dict):  # what JSON makes of an object; asking for any Mapping takes ten times as long
            return value
    return {}


def flag(value: Any) -> bool | None:
    """True or false of a bool, 0/1, or a text that says so; None for anything else."""
    if isinstance(value, bool):
        return value
    try:
        return parse_flag(str(value)) if isinstance(value, (int, str)) else None
    except ValueError:
        return None


def seconds(value: Any) -> int | str | None:
    """Unix seconds; None for 0, which means unknown, and for anything that isn't a time."""
    instant = counter(value)
    return None if instant in (0, "0", "") else instant


def text(value: Any) -> str | None:
    """Text as it stands, a whole number as text; None for anything else."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def name(value: Any) -> str | None:
    """An account's name; None where it is missing."""
    return (text(value) or "").strip() or None


def digits(value: Any, least: int = 1) -> str | None:
    """An id: `least` to 20 digits, as text; None for anything else, a float above all, which has lost digits."""
    string = text(value)
    return string if string and least <= len(string) <= 20 and string.isascii() and string.isdigit() else None


def lost_digits(*values: Any) -> str | None:
    """The reason against an object of whose ids a float left the first digits only; None where none is one."""
    for value in values:
        if isinstance(value, float) or (isinstance(value, str) and re.fullmatch(f"{SCIENTIFIC_ID}|{FLOAT_ID}", value)):
            return f"no post id but one that a float damaged {LOST_REASON}: {str(value)[:40]}"
    return None


def counter(value: Any) -> int | str | None:
    """A counter as the source writes it, for the loader to read; None for anything that can't be one."""
    if type(value) is int:
        return value
    if isinstance(value, float):
        return int(value) if math.isfinite(value) and value.is_integer() else None
    return None if isinstance(value, bool) or not isinstance(value, (int, str)) else value


def first_counter(*values: Any) -> int | str | None:
    """Of several places for one counter the first that holds a possible one: a counter that overflowed is negative."""
    counters = [counter(value) for value in values]
    fits = [value for value in counters if value is not None and not str(value).lstrip().startswith("-")]
    return next(iter(fits), None) if fits else next((value for value in counters if value is not None), None)


def number(value: Any) -> float | int | None:
    """A finite number, also where it is written as text; None for anything else."""
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,15})?", value):
        return float(value) if "." in value else int(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or abs(value) > 1e15:
        return None
    return value if math.isfinite(value) else None


def rows(item: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """The objects of a list that may be missing or null."""
    value = item.get(key)
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []


def objects(item: Mapping[str, Any], *keys: str) -> tuple[Mapping[str, Any], ...]:
    """The elements of the first key that holds a list; one that isn't an object is kept under `NOT_AN_OBJECT`."""
    elements: list[Any] = next((item[key] for key in keys if isinstance(item.get(key), list)), [])
    return tuple(row if isinstance(row, dict) else {NOT_AN_OBJECT: row} for row in elements)


def cursor(value: Any) -> str | None:
    """A cursor as opaque text, whatever type it came in; None where it is missing."""
    return text(int(value) if isinstance(value, float) and value.is_integer() else value) or None
