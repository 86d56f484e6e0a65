"""What numbers a text can say, under any spelling that docs/reference/formats.md names: an oracle that uses no code of
dwell's. It is generous: it has every reading of a spelling, and not the one that a column decides for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

Numbers = frozenset[Fraction]

UNKNOWN = frozenset({"", "-", "--", "–", "—", "undefined", "null", "none", "nan", "n/a", "na", "#n/a"})
_MARKS = ".,'٫٬’،．， _\u00a0\u202f\u2009"
_TOKEN = re.compile(rf"[0-9](?:[0-9{re.escape(_MARKS)}]*[0-9])?|(?<=[.,٫])[0-9]+")
_CLOCK = re.compile(r"([0-9]+)[:：]([0-9]{1,2})(?:[:：]([0-9]{1,2}))?(?:[.,]([0-9]+))?")
_SUFFIX_FACTORS = tuple(Fraction(10) ** power for power in (3, 4, 5, 6, 7, 8, 9, 12))
_OF_THOUSANDS = frozenset({"k", "m", "b", "bn", "mln", "mil", "тыс", "млн", "万", "tys", "mio", "rb", "jt", "tr"})
_LENGTH_FACTORS = (Fraction(1, 1000), Fraction(60), Fraction(3600))
_MOST_DIGITS = 400


def numbers_in(text: str, *, scales: Iterable[Fraction] = (), rounds: bool = True) -> Numbers:
    """Every number that a text can say.

    Args:
        text: A cell, or a value of JSON.
        scales: What a header may multiply a plain number by.
        rounds: The number is kept with the unit that it was rounded to; without one `0K` says none.
    """
    plain = "".join(_plain(character) for character in text)
    if plain.strip().lower() in UNKNOWN:
        return frozenset()
    found = {value for match in _TOKEN.finditer(plain) for value in _token(plain, match, rounds=rounds)}
    found |= {value for match in _CLOCK.finditer(plain) for value in _clock(match)}
    found |= _sums(plain)
    found |= {value * scale for value in found for scale in scales}
    return frozenset(found)


def says(numbers: Numbers, value: Any) -> bool:
    """Whether a stored value is one of the numbers; a fraction may be rounded to ten digits."""
    if isinstance(value, int):
        return Fraction(value) in numbers
    exact = Fraction(value)
    return any(abs(exact - one) <= max(abs(one) * Fraction(1, 10**9), Fraction(1, 10**9)) for one in numbers)


def _plain(character: str) -> str:
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    if unicodedata.category(character) == "Cf":
        return ""
    if unicodedata.category(character) in {"Zs", "Cc"}:
        return " "
    return {"\u2212": "-", "＋": "+", "٪": "%", "％": "%"}.get(character, character)


def _token(text: str, match: re.Match[str], *, rounds: bool) -> set[Fraction]:
    """A run of digits and marks: each mark groups or is the decimal one, and what follows may multiply it."""
    body = match[0]
    if sum(map(str.isdigit, body)) > _MOST_DIGITS:
        return set()
    before, after = text[: match.start()], text[match.end() :]
    values = {Fraction("".join(filter(str.isdigit, body)))}
    for place, mark in enumerate(body):
        if not mark.isdigit():
            whole = "".join(filter(str.isdigit, body[:place])) or "0"
            fraction = "".join(filter(str.isdigit, body[place:]))
            values.add(Fraction(f"{whole}.{fraction}"))
            values.add(Fraction(whole))  # "12 34": a run may be several numbers
            values.add(Fraction(fraction))
    if before.rstrip(" ")[-1:] in {".", ",", "٫"}:
        values |= {Fraction(f"0.{body}")} if body.isdigit() else set()
    if power := re.match(r"\.?[eE]([+-]?[0-9]{1,3})(?![0-9])", after):
        values |= {value * Fraction(10) ** int(power[1]) for value in values}
    tail = re.match(r"[.\s+]*([^\W\d_]*)", after)
    word = tail[1].lower() if tail else ""
    if word in _OF_THOUSANDS and not rounds:  # 0K is less than a thousand, and nobody knows how much
        values = {value for value in values if value}
    if after.strip(". "):
        values |= {value * factor for value in values for factor in (*_SUFFIX_FACTORS, *_LENGTH_FACTORS)}
    values |= {value / 100 for value in values}
    sign = before.rstrip(" ")[-1:]
    return values | {-value for value in values} if sign in {"-", "–", "—"} or "-" in before else values


def _clock(match: re.Match[str]) -> set[Fraction]:
    first, second, third = int(match[1]), int(match[2]), int(match[3] or 0)
    fraction = Fraction(f"0.{match[4] or 0}")
    values = {first * 60 + second + fraction, first * 3600 + second * 60 + third + fraction}
    return values | {Fraction(f"{first}.{match[2]}")} | {Fraction(value) / 1000 for value in values}


def _sums(text: str) -> set[Fraction]:
    """`133h:48m:23s`, `PT1M30S`: one, two or three numbers with units, added up."""
    parts = re.findall(r"([0-9]+(?:[.,][0-9]+)?)[:\s]*[^\W\d_]*", text)
    if not 1 < len(parts) <= 3 or any(len(part) > 40 for part in parts):
        return set()
    numbers = [Fraction(part.replace(",", ".")) for part in parts]
    if len(numbers) == 3:
        return {numbers[0] * 3600 + numbers[1] * 60 + numbers[2]}
    first, second = numbers
    return {first * 3600 + second * 60, first * 3600 + second, first * 60 + second}
