"""Which fault a request meets: drawn by rate from a seed and the request's number, or set by a script."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from dwell.errors import SettingsError
from dwell_sandbox.dice import Dice

BREAKS = ("status_429", "status_500", "status_502", "status_503", "message", "slow", "dropped", "truncated")
"""Faults that are gone when the same is asked again: the whole answer fails."""

DISTORTS = (
    "repeated_cursor", "empty_page", "stops_early", "short_page", "duplicate_row", "missing_statistics",
    "missing_collect_count", "new_field", "retyped_field", "title_null", "empty_play", "has_more_type", "counters_down",
)  # fmt: skip
"""Faults inside an answer that looks well; they touch only answers that have what they distort."""

BY_SCRIPT = ("status_400", "status_401", "status_402", "status_403", "status_404", "status_410", "status_531")
"""Further faults, which come only when a script says so."""

KINDS = (*BREAKS, *DISTORTS, *BY_SCRIPT)
Mode = Literal["none", "some", "all"]
_RATES = {"none": 0.0, "some": 0.05, "all": 0.2}
_POOLS = {"none": (), "some": BREAKS, "all": (*BREAKS, *DISTORTS)}


@dataclass(frozen=True, slots=True)
class Faults:
    """Faults by rate.

    Attributes:
        mode: `none`; `some`, which are gone when asked again; `all`, answers with wrong paging or fields too.
        rate: Share of the requests that meet one; None for the mode's own, 5 % (some) or 20 % (all).
        seed: The same seed gives the same request the same fault.
        slow_s: Seconds that a slow answer takes.
    """

    mode: Mode = "none"
    rate: float | None = None
    seed: int = 0
    slow_s: float = 0.3

    def __post_init__(self) -> None:
        if self.mode not in _RATES:
            raise SettingsError(f"{self.mode!r} is no choice of faults; choose none, some or all.")
        if self.rate is not None and not 0 <= self.rate <= 1:
            raise SettingsError(f"{self.rate:g} is no share of the requests; choose one from 0 to 1.")

    def draw(self, number: int) -> str | None:
        """The fault of the request with this number, if any."""
        pool = _POOLS[self.mode]
        dice = Dice(self.seed, "fault", number)
        rate = _RATES[self.mode] if self.rate is None else self.rate
        return dice.pick("kind", pool) if pool and dice.chance("hit", rate) else None


@dataclass(frozen=True, slots=True)
class Scripted:
    """One line of a script.

    Attributes:
        fault: One of `KINDS`.
        times: How many requests meet it.
        protocol: Only requests of this protocol, and `endpoint`, only of this endpoint; null for any.
    """

    fault: str
    times: int = 1
    protocol: str | None = None
    endpoint: str | None = None

    @classmethod
    def read(cls, line: Any) -> Scripted:
        """A line as it comes in JSON: the name of a fault, or an object with these attributes.

        Raises:
            SettingsError: It is something else.
        """
        line = {"fault": line} if isinstance(line, str) else line
        known = isinstance(line, Mapping) and line.keys() <= {"fault", "times", "protocol", "endpoint"}
        if not known or line.get("fault") not in KINDS:
            raise SettingsError(f"{line!r} is no fault; a fault is one of {', '.join(KINDS)}.")
        times = line.get("times", 1)
        if not isinstance(times, int) or isinstance(times, bool) or times < 1:
            raise SettingsError(f"{times!r} is no number of times; give 1 or more.")
        return cls(line["fault"], times, line.get("protocol"), line.get("endpoint"))


class Script:
    """Faults in the order in which the next requests meet them."""

    def __init__(self) -> None:
        self._lines: list[Scripted] = []

    @property
    def left(self) -> int:
        """Faults that no request has met yet."""
        return sum(line.times for line in self._lines)

    def set(self, lines: Iterable[Scripted]) -> None:
        """Replace what is left of the script."""
        self._lines = list(lines)

    def candidates(self, protocol: str, endpoint: str) -> list[Scripted]:
        """The lines that this request might meet, first things first."""
        return [line for line in self._lines if line.protocol in (None, protocol) and line.endpoint in (None, endpoint)]

    def met(self, line: Scripted) -> None:
        """A request met this line's fault."""
        at = self._lines.index(line)
        self._lines[at : at + 1] = [replace(line, times=line.times - 1)] if line.times > 1 else []
