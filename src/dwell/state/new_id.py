"""Ids of rows that users see: they sort by the time at which they were made, and cannot be guessed."""

from __future__ import annotations

import secrets
from datetime import datetime

from dwell.clock import to_micros

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def new_id(prefix: str, now: datetime) -> str:
    """An id such as `vid_1j0v3k8x7zq2...`: the prefix, the microsecond in base 36, and 60 random bits."""
    return f"{prefix}_{_base36(to_micros(now), 11)}{_base36(secrets.randbits(60), 12)}"


def _base36(value: int, length: int) -> str:
    digits = ""
    while value:
        value, digit = divmod(value, 36)
        digits = _DIGITS[digit] + digits
    return digits.rjust(length, "0")
