"""How fast a key may ask: so many requests in any window of so many seconds, and so many in a short burst."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from typing import Self

from dwell.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Rate:
    """A limit.

    Attributes:
        requests: Requests allowed in any `per_s` seconds; 0 for no limit at all.
        per_s: Length of that window.
        burst: Requests allowed in any sixtieth of the window (one second of a minute's limit); 0 for no such limit.
    """

    requests: int
    per_s: float
    burst: int = 0

    @classmethod
    def parse(cls, text: str, *, burst: int = 0) -> Self:
        """`200/60` (requests per seconds) or `none`.

        Raises:
            SettingsError: It is neither.
        """
        if text == "none":
            return cls(0, 1.0)
        found = re.fullmatch(r"(\d{1,9})/(\d{1,6}(?:\.\d{1,6})?)", text)
        if not found or not int(found[1]) or not float(found[2]):
            raise SettingsError(
                f"{text!r} is no limit; write requests/seconds such as 200/60, or none for no limit at all."
            )
        return cls(int(found[1]), float(found[2]), burst)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a limiter says to one request.

    Attributes:
        wait_s: Seconds after which it would be let through; 0 lets it through.
        limit: Requests of the window, and `remaining`, how many of them are left.
        reset_s: Seconds until the oldest request leaves the window.
    """

    wait_s: float
    limit: int
    remaining: int
    reset_s: float


class Limiter:
    """A sliding window for one key. Refused requests do not count.

    Args:
        rate: What is allowed.
    """

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._window: deque[float] = deque()
        self._burst: deque[float] = deque()

    def ask(self, now: float) -> Verdict | None:
        """Count one request at this moment (seconds from any fixed moment); None where there is no limit."""
        rate = self._rate
        if not rate.requests:
            return None
        wait = max(
            _wait(self._window, rate.requests, rate.per_s, now), _wait(self._burst, rate.burst, rate.per_s / 60, now)
        )
        if not wait:
            self._window.append(now)
            if rate.burst:
                self._burst.append(now)
        reset = rate.per_s - (now - self._window[0]) if self._window else 0.0
        return Verdict(wait, rate.requests, max(0, rate.requests - len(self._window)), reset)


def _wait(sent: deque[float], most: int, per_s: float, now: float) -> float:
    # One subtraction, now - sent, decides both who has left and how long to wait: `sent + per_s - now` and
    # `now - per_s` round differently, and a wait could come out as 0 or longer than the window.
    while sent and now - sent[0] >= per_s:
        sent.popleft()
    return per_s - (now - sent[0]) if most and len(sent) >= most else 0.0
