"""The clock of the simulated world: it starts at any instant and may run faster than real time."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from dwell.errors import SettingsError

LAST_INSTANT = datetime(2037, 12, 31, tzinfo=UTC)
"""Where simulated time stops: ids hold their second in 32 signed bits, which end in January 2038."""

MAX_SPEED = 604_800.0
"""One simulated week per second; at a higher speed, the first and last page of a sweep would be years apart."""


class SimulatedClock:
    """Simulated instants, as a function of the real time that has passed.

    Args:
        start: The first instant, with a time zone.
        speed: Simulated seconds per real second, 0 (time stands still) to `MAX_SPEED`.
        elapsed: Real seconds since any fixed moment; must never decrease.

    Raises:
        SettingsError: The start has no time zone or is not before `LAST_INSTANT`, or the speed is out of range.
    """

    def __init__(self, start: datetime, speed: float = 1.0, elapsed: Callable[[], float] = time.monotonic) -> None:
        if start.tzinfo is None or start >= LAST_INSTANT:
            raise SettingsError(
                f"The sandbox cannot start at {start}; give a time in UTC before {LAST_INSTANT:%Y-%m-%d}."
            )
        if not 0 <= speed <= MAX_SPEED:
            raise SettingsError(f"The sandbox cannot run at speed {speed:g}; choose a speed from 0 to {MAX_SPEED:g}.")
        self.start, self.speed, self._elapsed = start.astimezone(UTC), speed, elapsed
        self._started = elapsed()

    def elapsed(self) -> float:
        """Real seconds since the clock started."""
        return self._elapsed() - self._started

    def now(self) -> datetime:
        """The simulated instant, UTC; at most `LAST_INSTANT`."""
        ahead = self.elapsed() * self.speed
        return min(LAST_INSTANT, self.start + timedelta(seconds=min(ahead, 1e9)))
