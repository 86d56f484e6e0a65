"""The lifecycle of a trending sound or hashtag: it rises for up to four weeks, peaks, and fades."""

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
    """When a trend is in use; days are counted as in `date.toordinal`, with a fraction, UTC.

    Attributes:
        serial: Its number within its niche, in the order of appearance.
        start: The day from which it is used.
        peak: The day on which it is used most.
        end: The day from which it is no longer used.
        strength: Its weight at the peak, relative to other trends; around 1.
    """

    serial: int
    start: float
    peak: float
    end: float
    strength: float

    def weight(self, day: float) -> float:
        """Its weight on a day, 0 to `strength`: two halves of a cosine wave that meet at the peak."""
        if not self.start < day < self.end:
            return 0.0
        side = self.start if day < self.peak else self.end
        return self.strength * (1 + cos(pi * (day - self.peak) / (side - self.peak))) / 2

    def momentum(self, day: float) -> float:
        """1 while it rises, -1 after the peak, linear in between around the peak; 0 outside its lifecycle."""
        if not self.start < day < self.end:
            return 0.0
        width = _TURN_WIDTH * (self.peak - self.start)
        return max(-1.0, min(1.0, (self.peak - day) / width))

    @property
    def start_at(self) -> datetime:
        """`start` as an instant."""
        return day_to_datetime(self.start)


def draw_lifecycle(rng: SeededRandom, serial: int, every_days: int) -> Lifecycle:
    """The lifecycle of the trend with this serial, where a new one starts about every `every_days` days."""
    start = _FIRST_DAY + every_days * (serial + rng.uniform("born"))
    length = rng.uniform("lasts", _MIN_DAYS, _MAX_DAYS)
    peak = start + length * rng.uniform("peak", 0.25, 0.5)
    return Lifecycle(serial, start, peak, start + length, exp(rng.normal("strength", 0.0, 0.35)))


def active_serials(day: int, every_days: int) -> range:
    """The serials of all trends that may be in use on a day."""
    newest = (day + 1 - _FIRST_DAY) // every_days
    return range(max(0, newest - 1 - int(_MAX_DAYS) // every_days), max(0, newest + 1))


def second_to_day(second: float) -> float:
    """A Unix second as a day with a fraction, counted as in `date.toordinal`, UTC."""
    return second / 86_400 + 719_163


def day_to_second(day: float) -> int:
    """The Unix second of a day with a fraction, rounded down."""
    return int((day - 719_163) * 86_400)


def day_to_datetime(day: float) -> datetime:
    """The instant of a day with a fraction."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=day_to_second(day))
