"""Why a row was rejected: the kind of the reason, and the value behind it, which is never cut."""

from __future__ import annotations

import re

_KIND = re.compile(r"([^'\"]*?): ")
_PYTHON = re.compile(
    r"(?:could not convert string to float|invalid literal for int\(\) with base \d+): (.*)", re.DOTALL
)


def reason_kind(reason: str) -> str:
    """The part of a reason that other rows share: `unreadable views` of `unreadable views: 1.2.3`.

    A reason that quotes its value has no such part: `'2026-01-12 06:40' is no date`.
    """
    kind = _KIND.match(reason)
    return kind[1] if kind and kind[1] else reason


def plain_reason(reason: str) -> str:
    """A reason in words of dwell: what Python says of a text that is no number is put plainly."""
    python = _PYTHON.fullmatch(reason)
    return f"not a number: {python[1]}" if python else reason
