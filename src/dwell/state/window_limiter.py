"""How many requests a key may send in any minute: the first ones do not wait, as long as no window has too many.

`rate_limiter` spaces requests evenly, which makes ten requests take as long as a quarter of a full window. Here the
row of a key has the times of its newest requests; the next one goes out when there is room in every window.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from dwell.clock import to_micros
from dwell.state.connection_schema import rate_windows
from dwell.state.rate_limiter import RateLimiter
from dwell.state.upsert import insert_into

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from dwell.state.database import StateDatabase

_MARGIN = 0.01
"""Windows are taken for so much longer: requests do not arrive in the rhythm in which they were sent."""

_LONGEST_QUEUE = 900_000_000
"""Microseconds: nobody waits so long for a place."""


@dataclass(frozen=True, slots=True)
class RateWindow:
    """At most `requests` in any `per_s` seconds.

    Attributes:
        name: What is limited: keys of the same name share the window.
        requests: How many.
        per_s: Length of the window.
    """

    name: str
    requests: int
    per_s: float

    @property
    def micros(self) -> int:
        """The length that is kept, microseconds."""
        return round(self.per_s * (1 + _MARGIN) * 1_000_000)


class WindowLimiter(RateLimiter):
    """Lets a request go out as soon as every window has room; pauses are the key's, as of `RateLimiter`.

    Args:
        database: Where the times are.
        name: The key.
        windows: What is allowed; those with one name share its times.
    """

    def __init__(self, database: StateDatabase, name: str, windows: Sequence[RateWindow]) -> None:
        super().__init__(database, name, round(max(each.per_s / each.requests for each in windows) * 1_000_000))
        self._taken: int | None = None
        self._windows = sorted(windows, key=lambda each: each.name)  # always in one order, so that no two wait in turn

    def acquire(self, now: datetime) -> float:
        """Takes the next place in every window; returns how many seconds to wait before the request may go out."""
        with self.database.transaction(durable=False) as connection:
            start = to_micros(now)
            at = start + round(self.pause_left(connection, now) * 1_000_000)
            sent = {name: self._lock(connection, name) for name in dict.fromkeys(each.name for each in self._windows)}
            for name, times in sent.items():
                # What is far ahead is left of a clock that was once wrong.
                sent[name] = sorted(time for time in times if time <= at + _LONGEST_QUEUE)
            for window in self._windows:
                times = sent[window.name]
                if len(times) >= window.requests:
                    at = max(at, times[-window.requests] + window.micros)
            for name, times in sent.items():
                most = max(each.requests for each in self._windows if each.name == name)
                # By their number, not by now: a clock that is ahead forgets nothing. Some of them may be returned.
                self._store(connection, name, sorted([*times, at])[-2 * most :])
            self._taken = at
        return (at - start) / 1_000_000

    def release(self) -> None:
        """Returns the place that was acquired last, and not used."""
        with self.database.transaction(durable=False) as connection:
            for name in dict.fromkeys(each.name for each in self._windows):
                times = self._lock(connection, name)
                if self._taken in times:
                    times.remove(self._taken)
                    self._store(connection, name, times)

    def _lock(self, connection: Connection, name: str) -> list[int]:
        """The times of one name, whose row nobody else can change until the transaction ends."""
        row = rate_windows.c
        empty = insert_into(connection, rate_windows).values(name=name, sent=[])
        connection.execute(empty.on_conflict_do_nothing())
        found = connection.scalar(select(row.sent).where(row.name == name).with_for_update())
        return [int(time) for time in found or ()]

    def _store(self, connection: Connection, name: str, times: Sequence[int]) -> None:
        connection.execute(update(rate_windows).where(rate_windows.c.name == name).values(sent=list(times)))
