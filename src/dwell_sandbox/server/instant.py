"""What time it is in the simulated world: it starts at an instant of your choice and may run faster than ours."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from dwell.errors import SettingsError

LAST = datetime(2037, 12, 31, tzinfo=UTC)
"""Where simulated time stands still: ids hold their second in 32 bits with a sign, which end in January 2038."""

FASTEST = 604_800.0
"""A simulated week a second; faster, and a sweep would see its first and last page years apart."""


class SimulatedTime:
    """Simulated instants, as a function of the real time that has gone by.

    Args:
        start: The first instant; time zone needed.
        speed: Simulated seconds per real second, 0 (time stands still) to `FASTEST`.
        elapsed: Real seconds from any fixed moment, never falling.

    Raises:
        SettingsError: The start has no time zone or lies behind `LAST`, or the speed is out of range.
    """

    def __init__(self, start: datetime, speed: float = 1.0, elapsed: Callable[[], float] = time.monotonic) -> None:
        if start.tzinfo is None or start >= LAST:
            raise SettingsError(f"The sandbox cannot start at {start}; give an instant in UTC before {LAST:%Y-%m-%d}.")
        if not 0 <= speed <= FASTEST:
            raise SettingsError(
                f"The sandbox's time cannot run {speed:g} times as fast as ours; choose a speed from 0 to {FASTEST:g}."
            )
        self.start, self.speed, self._elapsed = start.astimezone(UTC), speed, elapsed
        self._began = elapsed()

    def elapsed(self) -> float:
        """Real seconds since it began."""
        return self._elapsed() - self._began

    def now(self) -> datetime:
        """The simulated instant, UTC; at most `LAST`."""
        ahead = self.elapsed() * self.speed
        return min(LAST, self.start + timedelta(seconds=min(ahead, 1e9)))
