"""Opens API clients: the provider, its key, address, rate limit and price come from the user's settings."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from dwell.errors import SettingsError
from dwell.http import FixedCredentials, HttpTransport
from dwell.live.client import MAX_ATTEMPTS, ApiClient
from dwell.providers.base import Limit, Provider
from dwell.providers.provider_registry import get_provider, provider_names
from dwell.settings import Settings
from dwell.state import StateDatabase
from dwell.state.rate_limiter import RateLimiter, interval_us


@dataclass(frozen=True, slots=True)
class ProviderTerms:
    """The rate limit and the price of a provider.

    Attributes:
        provider: The provider.
        limit: The rate limit of the key; None if the user switched it off.
        credit_price: US dollars for one credit.
    """

    provider: Provider
    limit: Limit | None
    credit_price: float

    @property
    def interval_s(self) -> float:
        """Seconds between two requests."""
        limit = self.limit
        return interval_us(limit.requests, limit.per_s, limit.burst_per_s) / 1_000_000 if limit else 0.0

    @property
    def price_micros(self) -> int:
        """Micro-dollars for one credit, rounded."""
        return round(self.credit_price * 1_000_000)


def choose_provider(settings: Settings, name: str | None, *, needs_key: bool = True) -> str:
    """The provider that the user named, otherwise the first with a key.

    Args:
        settings: The user's settings.
        name: As the user named it; None where they did not.
        needs_key: Without any key, it is an error. Else the first provider is taken: a price needs no key.

    Raises:
        SettingsError: The provider does not exist or cannot be used, or no key is set.
    """
    if name is not None:
        return get_provider(name).name
    chosen = next((name for name in provider_names() if settings.provider(name).key is not None), None)
    if chosen is None and not needs_key:
        return next(provider_names())
    if chosen is None:
        raise SettingsError(
            "No provider key is set: export DWELL_TIKLIVEAPI_KEY or DWELL_SCAVIO_KEY, or try everything free with the "
            "simulation (dwell sandbox)."
        )
    return chosen


def describe_missing_key(settings: Settings, name: str, *, was_named: bool) -> list[str]:
    """A sentence about a price for which no key is set; none where one is."""
    if settings.provider(name).key is not None:
        return []
    return [f"No key for {name} is set: this is its price." + ("" if was_named else " --provider names another one.")]


def read_terms(settings: Settings, name: str) -> ProviderTerms:
    """Read the rate limit and the price of a provider; needs no key.

    Raises:
        SettingsError: The provider does not exist or cannot be used.
    """
    provider, configured = get_provider(name), settings.provider(name)
    limit: Limit | None = provider.limit
    if configured.limit is not None:
        limit = Limit(configured.limit.requests, configured.limit.per_s) if configured.limit.requests else None
    return ProviderTerms(
        provider, limit, provider.credit_price if configured.credit_price is None else configured.credit_price
    )


@contextmanager
def open_client(
    settings: Settings,
    database: StateDatabase,
    name: str,
    stop: threading.Event,
    *,
    max_attempts: int = MAX_ATTEMPTS,
) -> Iterator[ApiClient]:
    """Open an API client with the user's key.

    Raises:
        SettingsError: No key for this provider is set.
    """
    configured, terms = settings.provider(name), read_terms(settings, name)
    if configured.key is None:
        variable = f"DWELL_{name.upper().replace('-', '_')}_KEY"
        raise SettingsError(f"No key for {name} is set: export {variable}, or put it in the settings file.")
    credentials = FixedCredentials(configured.key.fingerprint(), terms.provider.headers(configured.key.reveal()))
    transport = HttpTransport(configured.url or terms.provider.base_url, {})
    try:
        transport.hide(credentials.headers())
        per_day = terms.limit.per_day if terms.limit else None
        limiter = RateLimiter(
            database, f"{name}/{credentials.fingerprint}", round(terms.interval_s * 1_000_000), per_day
        )
        yield ApiClient(
            terms.provider,
            transport,
            credentials,
            database,
            limiter,
            terms.price_micros,
            stop=stop,
            max_attempts=max_attempts,
        )
    finally:
        transport.close()
