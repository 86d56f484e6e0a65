"""Rate limits: calls a minute for each account and endpoint, and calls of the whole app."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from dwell_sandbox.server.rate_limits import LimitDecision, RateLimit, RateLimiter

ACCOUNT_LIMIT = RateLimit(40, 60.0)
"""Calls of one account to one endpoint."""

APP_LIMIT = RateLimit(600, 60.0, burst=10)
"""Calls of the app, over all accounts: 600 a minute, 10 a second."""

PENALTY_S: Final = 300.0
"""How long calls are refused after a limit of a minute was exceeded."""


class CallLimits:
    """The calls that were counted so far. Refused calls do not count, and do not prolong a penalty."""

    def __init__(self) -> None:
        self._limiters: dict[tuple[str, str], RateLimiter] = {}
        self._limits: dict[tuple[str, str], RateLimit] = {}
        self._blocked_until: defaultdict[tuple[str, str], float] = defaultdict(float)

    def check(self, open_id: str, endpoint: str, now: float, limit: RateLimit | None) -> float:
        """Count one call.

        Args:
            open_id: Whose account.
            endpoint: Name of the endpoint.
            now: Seconds since any fixed moment.
            limit: The limit of an account and endpoint; None for the documented one. Without any requests, nothing is
                limited, the app neither.

        Returns:
            Seconds to wait; 0 if the call is allowed.
        """
        if limit is not None and not limit.requests:
            return 0.0
        account, app = (open_id, endpoint), ("", "")
        for key in (account, app):
            if now < self._blocked_until[key]:
                return self._blocked_until[key] - now
        wait = self._count(account, limit or ACCOUNT_LIMIT, now)
        return wait or self._count(app, APP_LIMIT, now)

    def _count(self, key: tuple[str, str], limit: RateLimit, now: float) -> float:
        if self._limits.get(key) != limit:
            self._limits[key], self._limiters[key] = limit, RateLimiter(limit)
        decision = self._limiters[key].check(now)
        if decision is None or not decision.wait_s:
            return 0.0
        if _minute_is_full(decision):
            self._blocked_until[key] = now + PENALTY_S
            return PENALTY_S
        return decision.wait_s


def _minute_is_full(decision: LimitDecision) -> bool:
    """Whether the limit of the whole window was exceeded, not only the one of a second."""
    return decision.remaining == 0
