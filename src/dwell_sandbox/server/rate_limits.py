"""Rate limits of a key: a number of requests in any window of some seconds, and a smaller number in a short burst."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from typing import Self

from dwell.errors import SettingsError


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A rate limit.

    Attributes:
        requests: Requests allowed in any `per_s` seconds; 0 for no limit at all.
        per_s: Length of that window in seconds.
        burst: Requests allowed in any sixtieth of the window (one second of a minute's limit); 0 for no such limit.
    """

    requests: int
    per_s: float
    burst: int = 0

    @classmethod
    def parse(cls, text: str, *, burst: int = 0) -> Self:
        """Parse `200/60` (requests per seconds) or `none`.

        Raises:
            SettingsError: The text is neither.
        """
        if text == "none":
            return cls(0, 1.0)
        match = re.fullmatch(r"(\d{1,9})/(\d{1,6}(?:\.\d{1,6})?)", text)
        if not match or not int(match[1]) or not float(match[2]):
            raise SettingsError(
                f"{text!r} is not a rate limit; write requests/seconds, such as 200/60, or none for no limit."
            )
        return cls(int(match[1]), float(match[2]), burst)


@dataclass(frozen=True, slots=True)
class LimitDecision:
    """What a rate limiter decides about one request.

    Attributes:
        wait_s: Seconds after which the request would be allowed; 0 if it is allowed now.
        limit: Requests allowed in the window.
        remaining: Requests of the window that are left.
        reset_s: Seconds until the oldest request leaves the window.
    """

    wait_s: float
    limit: int
    remaining: int
    reset_s: float


class RateLimiter:
    """A sliding window for one key. Rejected requests do not count.

    Args:
        rate_limit: What is allowed.
    """

    def __init__(self, rate_limit: RateLimit) -> None:
        self._rate_limit = rate_limit
        self._window: deque[float] = deque()
        self._burst: deque[float] = deque()

    def check(self, now: float) -> LimitDecision | None:
        """Count one request at this moment (seconds since any fixed moment); None if there is no limit."""
        limit = self._rate_limit
        if not limit.requests:
            return None
        wait = max(
            _wait_s(self._window, limit.requests, limit.per_s, now),
            _wait_s(self._burst, limit.burst, limit.per_s / 60, now),
        )
        if not wait:
            self._window.append(now)
            if limit.burst:
                self._burst.append(now)
        reset = limit.per_s - (now - self._window[0]) if self._window else 0.0
        return LimitDecision(wait, limit.requests, max(0, limit.requests - len(self._window)), reset)


def _wait_s(sent: deque[float], limit: int, per_s: float, now: float) -> float:
    # One subtraction, now - sent, decides both which requests have left the window and how long to wait: `sent +
    # per_s - now` and `now - per_s` round differently, and a wait could come out as 0 or longer than the window.
    while sent and now - sent[0] >= per_s:
        sent.popleft()
    return per_s - (now - sent[0]) if limit and len(sent) >= limit else 0.0
