"""What a workbook's cell shows: a number, a clock time or a length of time in the number format of its cell.

`0:12` typed into a spreadsheet is stored as twelve minutes of a day and shown as `0:12`, which a column of seconds
reads as twelve seconds. So such cells become the text that a person sees, and not the value behind it.
"""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

from dwell.text.suffixes import EVERY

# Day 0 of a spreadsheet; before March 1900 it counts one day less, because it takes 1900 for a leap year.
_EPOCH = datetime.fromisoformat("1899-12-30")
_EARLY_EPOCH, _EARLY = datetime.fromisoformat("1899-12-31"), datetime.fromisoformat("1900-03-01")
_TOKEN = re.compile(r"\[(h+|m+|s+)\]|(h+|m+|s+)|(AM/PM|A/P)|\.(0+)|(.)", re.IGNORECASE)
_LITERAL = re.compile(r'"([^"]*)"|\\(.)')
_NO_OUTPUT = re.compile(r"\[(?!h+\]|m+\]|s+\])[^\]]*\]|_.|\*.", re.IGNORECASE)
# Units that a number format writes after a number, and that readers of text know.
_UNITS = frozenset({"s", "sec", "secs", "second", "seconds", "m", "min", "mins", "minutes", "h", "hours", *EVERY})


def show_number(value: float, number_format: str) -> str:
    """A number with the percent sign or the unit that its format shows; whole numbers without a point."""
    section = _first_section(number_format)
    bare = _LITERAL.sub("", section)
    literals = "".join(match[1] or match[2] for match in _LITERAL.finditer(section)).strip()
    if "%" in bare:
        return f"{value * 100:.10g}%"
    text = str(int(value)) if value == int(value) and abs(value) < 1e15 else str(value)
    # A comma behind the digits scales what is shown (`0.0,"K"`): the value itself is the exact one.
    is_scaled = re.search(r"[0#],+(?![0#])", bare) is not None
    if literals == "%" or (literals.casefold() in _UNITS and not is_scaled):
        return f"{text}{literals}" if literals == "%" else f"{text} {literals}"
    return text


def show_time(value: time | timedelta | datetime, number_format: str) -> str | None:
    """A clock time or a length of time as its cell shows it; None for a format with a date in it.

    Seconds that the format hides are shown all the same, and hours above 24 are counted on: nothing measured is lost.
    """
    section = _LITERAL.sub("", _first_section(number_format))
    tokens = list(_TOKEN.finditer(section))
    if isinstance(value, datetime) and (
        re.search("[dy]", section, re.IGNORECASE) or not re.search("[hs]", section, re.I)
    ):
        return None
    seconds = _seconds(value)
    units = [match[1] or match[2] for match in tokens if match[1] or match[2]]
    if not units or (seconds % 60 and not any(unit[0] in "sS" for unit in units)):
        return _full(seconds)
    return "".join(_part(match, seconds, tokens) for match in tokens).strip()


def _first_section(number_format: str) -> str:
    return _NO_OUTPUT.sub("", (number_format or "").split(";")[0])


def _seconds(value: time | timedelta | datetime) -> float:
    if isinstance(value, time):
        return value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6
    if isinstance(value, datetime):
        value -= _EARLY_EPOCH if _EARLY_EPOCH <= value < _EARLY else _EPOCH
    return round(value.total_seconds(), 3)


def _full(seconds: float) -> str:
    whole = int(seconds)
    rest = f"{seconds - whole:.3f}"[1:].rstrip("0").rstrip(".")
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}{rest}"


def _part(match: re.Match[str], seconds: float, tokens: list[re.Match[str]]) -> str:
    elapsed, unit, half, fraction, other = match.groups()
    if half:
        return "PM" if seconds % 86400 >= 43200 else "AM"
    if fraction:
        return f"{seconds % 1:.{len(fraction)}f}"[1:]
    if other is not None:
        return other
    letters = (elapsed or unit).lower()
    size = {"h": 3600, "m": 60, "s": 1}[letters[0]]
    count = int(seconds // size)
    if not elapsed and letters[0] != "h":
        count %= 60
    if letters[0] == "h" and any(token[3] for token in tokens):
        count = (count - 1) % 12 + 1
    return f"{count:0{len(letters)}}"
