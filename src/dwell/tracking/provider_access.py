"""The provider that tracking asks: found when somebody needs it, so that stored videos can be read without its key."""

from __future__ import annotations

import threading
from functools import cached_property

from dwell.live.client_factory import ProviderTerms, choose_provider, read_terms
from dwell.live.parse_responses import ItemCache
from dwell.settings import Settings
from dwell.settings.tracking import TrackingSettings
from dwell.state import StateDatabase
from dwell.tracking.capacity import find_capacity
from dwell.tracking.day_budget import DayBudget
from dwell.tracking.post_reader import PostReader


class ProviderAccess:
    """The provider, its limits, and what reads posts from it.

    Args:
        settings: Where the provider's key is.
        tracking: Which provider, and the credits of a day.
        database: Ledger, rate limits and stored responses.
        stop: Set it to end every wait.

    Attributes:
        budget: The credits of the day.
        parsed: Items of responses that this process has read, until their rows are stored.
    """

    def __init__(
        self, settings: Settings, tracking: TrackingSettings, database: StateDatabase, stop: threading.Event
    ) -> None:
        self._settings = settings
        self._tracking = tracking
        self._database = database
        self._stop = stop
        self.budget = DayBudget(database, tracking.max_credits)
        self.parsed = ItemCache()

    @cached_property
    def name(self) -> str:
        """The provider that is asked.

        Raises:
            SettingsError: No key of a provider is set.
        """
        return choose_provider(self._settings, self._tracking.provider)

    @property
    def has_key(self) -> bool:
        """A key of the provider is set on this machine."""
        return self._settings.provider(self.name).key is not None

    @cached_property
    def terms(self) -> ProviderTerms:
        """Its rate limit and price."""
        return read_terms(self._settings, self.name)

    @cached_property
    def reader(self) -> PostReader:
        """What reads posts from it.

        Raises:
            SettingsError: It does not offer single posts.
        """
        return PostReader(self._settings, self._database, self.name, self.budget, self._stop, self.parsed)

    def capacity(self) -> int | None:
        """How many accounts its limits can serve each interval; None without a limit."""
        return find_capacity(self.terms, self._tracking.max_credits, self._tracking.interval_s)

    def close(self) -> None:
        """Close the connections."""
        if "reader" in self.__dict__:
            self.reader.close()
