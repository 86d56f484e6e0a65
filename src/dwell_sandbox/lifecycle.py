"""How a sound or a hashtag comes and goes: it rises for one to three weeks, peaks, and fades."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import cos, exp, pi

from dwell_sandbox.dice import Dice

_BEGINNING = 737_425  # 1 January 2020, as `date.toordinal`
_SHORTEST, _LONGEST = 21.0, 56.0
_TURN = 0.15


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
    born: float
    peak: float
    ends: float
    strength: float

    def weight(self, day: float) -> float:
        """How much it is in use on that day, 0 to `strength`: two halves of a cosine wave that meet at the peak."""
        if not self.born < day < self.ends:
            return 0.0
        side = self.born if day < self.peak else self.ends
        return self.strength * (1 + cos(pi * (day - self.peak) / (side - self.peak))) / 2

    def tide(self, day: float) -> float:
        """1 while it rises, -1 once it has peaked, straight from one to the other around the peak; 0 outside."""
        if not self.born < day < self.ends:
            return 0.0
        width = _TURN * (self.peak - self.born)
        return max(-1.0, min(1.0, (self.peak - day) / width))

    @property
    def born_at(self) -> datetime:
        """The instant from which it is used."""
        return instant_of(self.born)


def lifecycle(dice: Dice, serial: int, every_days: int) -> Lifecycle:
    """The lifecycle of the serial-th of its kind, where one appears every so many days, give or take."""
    born = _BEGINNING + every_days * (serial + dice.uniform("born"))
    lasts = dice.uniform("lasts", _SHORTEST, _LONGEST)
    peak = born + lasts * dice.uniform("peak", 0.25, 0.5)
    return Lifecycle(serial, born, peak, born + lasts, exp(dice.normal("strength", 0.0, 0.35)))


def serials_around(day: int, every_days: int) -> range:
    """The serials of all that may be in use on that day."""
    newest = (day + 1 - _BEGINNING) // every_days
    return range(max(0, newest - 1 - int(_LONGEST) // every_days), max(0, newest + 1))


def day_of(second: float) -> float:
    """A Unix second as a day with its fraction, UTC."""
    return second / 86_400 + 719_163


def unix_second(day: float) -> int:
    """The Unix second of such a day, rounded down."""
    return int((day - 719_163) * 86_400)


def instant_of(day: float) -> datetime:
    """The instant of such a day."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=unix_second(day))
