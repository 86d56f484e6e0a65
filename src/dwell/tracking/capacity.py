"""How many accounts the provider's limits can serve each interval: one request an account and slot."""

from __future__ import annotations

from dwell.live.client_factory import ProviderTerms

_DAY_S = 86_400.0


def find_capacity(terms: ProviderTerms, max_credits: int | None, interval_s: float) -> int | None:
    """Requests that may be sent in one interval; None without a limit.

    Args:
        terms: Rate limit of the provider's key.
        max_credits: Credits that polls may spend a day.
        interval_s: Seconds between two slots.
    """
    limits = []
    if terms.interval_s:
        limits.append(interval_s / terms.interval_s)
    if terms.limit is not None and terms.limit.per_day is not None:
        limits.append(terms.limit.per_day * interval_s / _DAY_S)
    if max_credits is not None:
        limits.append(max_credits * interval_s / _DAY_S)
    return int(min(limits)) if limits else None
