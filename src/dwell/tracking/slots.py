"""When the slots of a video are due: one at the start, then one an hour at the minute of the account that posted it."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from dwell.clock import from_micros, to_micros

SLOTS_A_DAY = 24
"""A tracking day has 24 slots, whatever the interval."""


def interval_us(interval_s: float) -> int:
    """Microseconds between two slots."""
    return round(interval_s * 1_000_000)


def align(creator_key: str, created_at: datetime, step_us: int) -> datetime:
    """When slot 1 is due: half an interval after the start or later, at the offset of the account.

    All videos of an account have one offset, so that one page of its listing serves them all; the offsets of different
    accounts are spread over the interval by a hash.

    Args:
        creator_key: The account.
        created_at: When slot 0 is due.
        step_us: Microseconds between two slots.
    """
    digest = hashlib.blake2b(creator_key.encode(), digest_size=8).digest()
    offset = int.from_bytes(digest) % step_us
    earliest = to_micros(created_at.astimezone(UTC)) + step_us // 2
    return from_micros(earliest + (offset - earliest) % step_us)


def days_remaining(created_at: datetime, step_us: int, duration_days: int, now: datetime) -> float:
    """Tracking days that are left, to two decimals: a day is 24 slots."""
    passed = (now - created_at) / timedelta(microseconds=step_us) / SLOTS_A_DAY
    return round(min(float(duration_days), max(0.0, duration_days - passed)), 2)
