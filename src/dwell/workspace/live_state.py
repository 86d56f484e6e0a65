"""What a data folder keeps of its requests to providers: watchlists, ledger, stored responses, rate limits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import astuple
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from dwell.errors import NoDataError
from dwell.live import target
from dwell.providers.provider_registry import get_provider
from dwell.results import Result
from dwell.state import StateDatabase, drift, ledger, rate_limiter, watchlists
from dwell.text.labels import check_label
from dwell.workspace.state import open_state

if TYPE_CHECKING:
    from dwell.workspace.workspace import Workspace


class LiveState:
    """Watchlists, and what was requested and paid.

    Args:
        workspace: Where the data is stored.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    @cached_property
    def database(self) -> StateDatabase:
        """Rate limits, ledger, stored responses, watchlists and schedules of this data folder."""
        return open_state(self._workspace.store)

    def close(self) -> None:
        """Close the state, if it is open; the next question opens it again."""
        if "database" in self.__dict__:
            self.__dict__.pop("database").close()

    def watchlist_add(self, watchlist: str, names: Sequence[str]) -> int:
        """Add accounts, `#hashtag`, `sound:ID`, `search:words` to a list; returns how many were new."""
        label, members = check_label(watchlist, "watchlist"), [target.parse_target(name) for name in names]
        return watchlists.add(
            self.database, label, [(member.kind, member.name) for member in members], self.database.now()
        )

    def watchlist_remove(self, watchlist: str, names: Sequence[str]) -> int:
        """Remove members from a list; returns how many were on it."""
        members = [target.parse_target(name) for name in names]
        return watchlists.remove(self.database, watchlist, [(member.kind, member.name) for member in members])

    def watchlists(self) -> Result:
        """All lists: one row per member."""
        return watchlists.list_all(self.database)

    def cost(self, *, by: str = "provider", since: datetime | None = None) -> Result:
        """The ledger: requests, credits and US dollars by provider, command, account, endpoint, sweep or day."""
        return ledger.group_totals(self.database, by, since)

    def replay(
        self,
        *,
        provider: str | None = None,
        since: datetime | None = None,
        every: bool = False,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> Result:
        """Parse stored responses again with the current parser; sends no request."""
        store = self._workspace.store
        from dwell.live import replay as replaying

        return replaying.replay(
            store, self.database, provider=provider, since=since, every=every, on_progress=on_progress
        )

    def limits(self) -> Result:
        """The rate limiter of each key that was used: one row per key, times null where nothing waits."""
        limits = rate_limiter.list_limits(self.database, self.database.now())
        return Result(tuple(rate_limiter.KeyLimit.__slots__), [astuple(limit) for limit in limits])

    def clear_holds(self, provider: str) -> int:
        """End the pauses that a provider asked for; returns how many keys were held.

        Raises:
            SettingsError: The provider does not exist.
        """
        return rate_limiter.clear_holds(self.database, self.database.now(), get_provider(provider).name)

    def drift(self) -> Result:
        """Where objects of providers differ from their contracts: one row per field."""
        return drift.list_all(self.database)

    def _members(self, watchlist: str | None) -> list[tuple[str, str]]:
        if watchlist is None:
            return []
        members = watchlists.members(self.database, watchlist)
        if not members:
            names = sorted({row["watchlist"] for row in self.watchlists()})
            raise NoDataError(
                f"Watchlist {watchlist!r} not found (watchlists: {', '.join(names) or 'none'}). Create it with "
                f"dwell watchlist add {watchlist} @name."
            )
        return members
