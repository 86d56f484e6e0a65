"""Opening a desk: which provider, its key, its address, its limit and its price, out of the user's settings."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from dwell.errors import SettingsError
from dwell.http import HttpTransport
from dwell.live.client import ApiClient
from dwell.providers.base import Limit, Provider
from dwell.providers.provider_registry import get_provider, provider_names
from dwell.settings import Settings
from dwell.warehouse.live import StateDatabase
from dwell.warehouse.live.rate_limiter import RateLimiter, interval_us


@dataclass(frozen=True, slots=True)
class ProviderTerms:
    """On which terms a provider is asked.

    Attributes:
        provider: Whom.
        limit: The key's limit; None where the user switched it off.
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
        """Micro-dollars for one credit, rounded to whole ones."""
        return round(self.credit_price * 1_000_000)


def choose_provider(settings: Settings, name: str | None) -> str:
    """The provider that the user named, else the first with a key.

    Raises:
        SettingsError: There is no such provider, it cannot be used, or there is no key at all.
    """
    if name is not None:
        return get_provider(name).name
    found = next((name for name in provider_names() if settings.provider(name).key is not None), None)
    if found is None:
        raise SettingsError(
            "No provider's key is set: export DWELL_TIKLIVEAPI_KEY or DWELL_SCAVIO_KEY, or try everything for nothing "
            "with the simulation (dwell sandbox)."
        )
    return found


def read_terms(settings: Settings, name: str) -> ProviderTerms:
    """On which terms a provider is asked; needs no key.

    Raises:
        SettingsError: There is no such provider, or it cannot be used.
    """
    provider, said = get_provider(name), settings.provider(name)
    limit: Limit | None = provider.limit
    if said.limit is not None:
        limit = Limit(said.limit.requests, said.limit.per_s) if said.limit.requests else None
    return ProviderTerms(provider, limit, provider.credit_price if said.credit_price is None else said.credit_price)


@contextmanager
def open_client(settings: Settings, database: StateDatabase, name: str, stop: threading.Event) -> Iterator[ApiClient]:
    """A desk at a provider, with the user's key.

    Raises:
        SettingsError: The user has no key for it.
    """
    said, on = settings.provider(name), read_terms(settings, name)
    if said.key is None:
        variable = f"DWELL_{name.upper().replace('-', '_')}_KEY"
        raise SettingsError(f"There is no key for {name}: export {variable}, or put it in the settings file.")
    transport = HttpTransport(said.url or on.provider.base_url, on.provider.headers(said.key.reveal()))
    try:
        per_day = on.limit.per_day if on.limit else None
        limiter = RateLimiter(database, f"{name}/{said.key.fingerprint()}", round(on.interval_s * 1_000_000), per_day)
        yield ApiClient(on.provider, transport, database, limiter, on.price_micros, stop=stop)
    finally:
        transport.close()
