"""When a message is tried again, and when a webhook that fails is left alone: the rules of Standard Webhooks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from dwell.http.messages import parse_http_date

SCHEDULE = (
    timedelta(0),
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""How long after the attempt before each attempt is made."""

JITTER = 0.2
"""Each wait is up to this share longer, so that messages that failed together do not come back together."""

MAX_RETRY_AFTER = timedelta(hours=24)
FURTHEST = MAX_RETRY_AFTER * (1 + JITTER) + timedelta(hours=1)
"""Nothing is ever due later than this from now."""

DISABLED_AFTER = timedelta(days=5)
_MIN_FAILURES = len(SCHEDULE)
"""Attempts that must have failed before days without a success disable a webhook: one message, given up."""

_HOLD_AFTER = timedelta(seconds=30)
_MAX_HOLD = timedelta(minutes=15)
_GONE = 410
_ASKS_TO_WAIT = frozenset({429, 503})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver answered.

    Attributes:
        status: HTTP status; None where there was no response.
        error: What went wrong; None if the message was delivered.
        retry_after: How long the receiver asks to wait; None if it does not.
    """

    status: int | None
    error: str | None
    retry_after: timedelta | None = None

    @property
    def is_gone(self) -> bool:
        """The receiver wants no more messages."""
        return self.status == _GONE


def judge(status: int, headers: Mapping[str, str], now: datetime) -> Answer:
    """What a response means: only 2xx is a success."""
    if 200 <= status < 300:
        return Answer(status, None)
    if 300 <= status < 400:
        return Answer(status, f"HTTP {status}: redirects are not followed.")
    wait = _parse_retry_after(headers.get("retry-after"), now) if status in _ASKS_TO_WAIT else None
    return Answer(status, f"HTTP {status}", wait)


def next_attempt(attempt: int, answer: Answer, now: datetime, random: float) -> datetime | None:
    """When a message is tried again; None if it is given up.

    Args:
        attempt: The attempt that failed, from 1.
        answer: What came of it.
        now: When it ended.
        random: From 0 to 1, for the jitter.
    """
    if answer.is_gone or attempt >= len(SCHEDULE):
        return None
    wait = max(SCHEDULE[attempt], answer.retry_after or timedelta(0))
    return now + wait * (1 + JITTER * random)


def hold_until(failing_since: datetime | None, answer: Answer, now: datetime) -> datetime | None:
    """Until when nothing else is sent to a webhook that failed; None if it is not held.

    A receiver that has been down for an hour is asked every quarter of an hour, not once for every message.
    """
    held = answer.retry_after
    failing = timedelta(0) if failing_since is None else now - failing_since
    if failing >= _HOLD_AFTER:
        held = max(held or timedelta(0), min(failing / 4, _MAX_HOLD))
    return None if held is None else now + held


def disabled_reason(failing_since: datetime | None, failures: int, answer: Answer, now: datetime) -> str | None:
    """Why a webhook that failed is disabled; None if it is not.

    Args:
        failing_since: When the first failure after the last success was.
        failures: Failures since then.
        answer: What came of the last attempt.
        now: When it ended.
    """
    if answer.is_gone:
        return f"the receiver answered HTTP {_GONE}: it wants no more messages"
    if failing_since is not None and now - failing_since >= DISABLED_AFTER and failures >= _MIN_FAILURES:
        return f"nothing but failures for {DISABLED_AFTER.days} days, the last: {answer.error}"
    return None


def _parse_retry_after(text: str | None, now: datetime) -> timedelta | None:
    if text and text.strip().isascii() and text.strip().isdigit():
        wait = timedelta(seconds=min(int(text.strip()[:9]), MAX_RETRY_AFTER.total_seconds()))
    else:
        at = parse_http_date(text)
        wait = timedelta(0) if at is None else at - now
    return min(wait, MAX_RETRY_AFTER) if wait > timedelta(0) else None
