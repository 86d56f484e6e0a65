"""How a sound or a hashtag comes and goes: it rises for one to three weeks, peaks, and fades."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import cos, exp, pi

from dwell_sandbox.seeded_random import SeededRandom

_FIRST_DAY = 737_425  # 1 January 2020, as `date.toordinal`
_MIN_DAYS, _MAX_DAYS = 21.0, 56.0
_TURN_WIDTH = 0.15


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """When something is in fashion; days are counted as `date.toordinal` does, with a fraction, UTC.

    Attributes:
        serial: Its number within its niche, in the order of appearance.
        born: The day from which it is used.
        peak: The day on which it is used most.
        ends: The day from which nobody uses it any more.
        strength: How much it is used at its peak, next to others; around 1.
    """

    serial: int
    start: float
    peak: float
    end: float
    strength: float

    def weight(self, day: float) -> float:
        """How much it is in use on that day, 0 to `strength`: two halves of a cosine wave that meet at the peak."""
        if not self.start < day < self.end:
            return 0.0
        side = self.start if day < self.peak else self.end
        return self.strength * (1 + cos(pi * (day - self.peak) / (side - self.peak))) / 2

    def momentum(self, day: float) -> float:
        """1 while it rises, -1 once it has peaked, straight from one to the other around the peak; 0 outside."""
        if not self.start < day < self.end:
            return 0.0
        width = _TURN_WIDTH * (self.peak - self.start)
        return max(-1.0, min(1.0, (self.peak - day) / width))

    @property
    def start_at(self) -> datetime:
        """The instant from which it is used."""
        return day_to_datetime(self.start)


def draw_lifecycle(rng: SeededRandom, serial: int, every_days: int) -> Lifecycle:
    """The lifecycle of the serial-th of its kind, where one appears every so many days, give or take."""
    born = _FIRST_DAY + every_days * (serial + rng.uniform("born"))
    lasts = rng.uniform("lasts", _MIN_DAYS, _MAX_DAYS)
    peak = born + lasts * rng.uniform("peak", 0.25, 0.5)
    return Lifecycle(serial, born, peak, born + lasts, exp(rng.normal("strength", 0.0, 0.35)))


def active_serials(day: int, every_days: int) -> range:
    """The serials of all that may be in use on that day."""
    newest = (day + 1 - _FIRST_DAY) // every_days
    return range(max(0, newest - 1 - int(_MAX_DAYS) // every_days), max(0, newest + 1))


def second_to_day(second: float) -> float:
    """A Unix second as a day with its fraction, UTC."""
    return second / 86_400 + 719_163


def day_to_second(day: float) -> int:
    """The Unix second of such a day, rounded down."""
    return int((day - 719_163) * 86_400)


def day_to_datetime(day: float) -> datetime:
    """The instant of such a day."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=day_to_second(day))
