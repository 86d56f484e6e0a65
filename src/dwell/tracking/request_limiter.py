"""Requests a minute that an account may send: exact in one process, and no write to the database for each request.

A process takes permits from the row of the account in groups of a twentieth of the limit, and spends them from memory.
All processes together never permit more than the limit; one that hoards a group may leave a twentieth unused. Permits
end with their minute.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from dwell.clock import to_micros
from dwell.state import StateDatabase
from dwell.state.request_windows import MINUTE_US, TakenPermits, check_database, take_permits

GROUPS = 20
_MAX_ACCOUNTS = 10_000
_LOCKS = 64


@dataclass(frozen=True, slots=True)
class Permit:
    """Whether a request may be served, and how many more may.

    Attributes:
        granted: It may.
        limit: Requests a minute.
        remaining: Requests left in this minute.
        reset: When the next minute begins, Unix seconds.
    """

    granted: bool
    limit: int
    remaining: int
    reset: int


class _Window:
    """The permits that this process holds for one account.

    Attributes:
        started_at: Their minute, in microseconds.
        until: When it ends, by the monotonic clock, which nobody sets.
        used: Permits of the minute that all processes have taken, as far as this one knows.
        left: Those of this process that are not spent.
    """

    __slots__ = ("left", "started_at", "until", "used")

    def __init__(self, started_at: int) -> None:
        self.started_at = started_at
        self.until = 0.0
        self.used = 0
        self.left = 0


class RequestLimiter:
    """The request limits of all accounts, for one process.

    Args:
        database: Where the processes share them.
        now: Returns the current time; the database's own by default, which all machines share.
        monotonic: Returns seconds that only rise.
    """

    def __init__(
        self,
        database: StateDatabase,
        *,
        now: Callable[[], datetime] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._now = now or database.now
        self._monotonic = monotonic
        self._windows: dict[str, _Window] = {}
        self._lock = threading.Lock()  # never held while the database is asked
        self._refills = [threading.Lock() for _ in range(_LOCKS)]

    def try_acquire(self, account_id: str, limit: int) -> Permit | None:
        """Decides from memory; None if the database has to be asked (`acquire`).

        Args:
            account_id: The account.
            limit: Its requests a minute.
        """
        with self._lock:
            window = self._windows.get(account_id)
            if window is None or self._monotonic() >= window.until:
                return None
            return _spend(window, limit)

    def acquire(self, account_id: str, limit: int) -> Permit:
        """Decides, and takes a group of permits from the database if there is none in memory.

        Args:
            account_id: The account.
            limit: Its requests a minute.

        Raises:
            StorageError: The database cannot be used.
        """
        with self._refills[hash(account_id) % _LOCKS]:
            permit = self.try_acquire(account_id, limit)  # another thread may have been faster
            if permit is not None:
                return permit
            at = to_micros(self._now())
            minute = at - at % MINUTE_US
            taken = (
                take_permits(self._database, account_id, minute, max(1, limit // GROUPS), limit)
                if limit > 0
                else TakenPermits(minute, 0, 0)
            )
            with self._lock:
                window = self._windows.get(account_id)
                if window is None or window.started_at != taken.started_at:
                    window = self._add(account_id, taken.started_at)
                window.until = self._monotonic() + (taken.started_at + MINUTE_US - at) / 1_000_000
                window.used = taken.used
                window.left += taken.granted
                return _spend(window, limit) or _refusal(window, limit)

    def check(self) -> None:
        """Asks the database one cheap question.

        Raises:
            StorageError: It does not answer.
        """
        check_database(self._database)

    def _add(self, account_id: str, started_at: int) -> _Window:
        if len(self._windows) >= _MAX_ACCOUNTS:
            now = self._monotonic()
            self._windows = {name: window for name, window in self._windows.items() if window.until > now}
        window = self._windows[account_id] = _Window(started_at)
        return window


def _spend(window: _Window, limit: int) -> Permit | None:
    if window.left:
        window.left -= 1
        remaining = max(0, limit - window.used + window.left)
        return Permit(granted=True, limit=limit, remaining=remaining, reset=_reset(window))
    return _refusal(window, limit) if window.used >= limit else None


def _refusal(window: _Window, limit: int) -> Permit:
    return Permit(granted=False, limit=limit, remaining=0, reset=_reset(window))


def _reset(window: _Window) -> int:
    return (window.started_at + MINUTE_US) // 1_000_000
