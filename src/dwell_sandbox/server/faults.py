"""Which fault a request meets: drawn at random from a seed and the request's number, or set by a script."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from dwell.errors import SettingsError
from dwell_sandbox.seeded_random import SeededRandom

TEMPORARY_FAULTS = (
    "status_429", "status_500", "status_502", "status_503", "message", "slow", "dropped", "truncated",
)  # fmt: skip
"""Faults that a retry overcomes: the whole response fails."""

CONTENT_FAULTS = (
    "repeated_cursor", "empty_page", "stops_early", "short_page", "duplicate_row", "missing_statistics",
    "missing_collect_count", "new_field", "retyped_field", "title_null", "empty_play", "has_more_type", "counters_down",
)  # fmt: skip
"""Faults inside a response with status 200; each applies only to responses that have what it distorts."""

SCRIPT_ONLY_FAULTS = (
    "status_400", "status_401", "status_402", "status_403", "status_404", "status_410", "status_531",
)  # fmt: skip
"""Faults that only a script injects."""

PARTIAL_FAULT = "partial_success"
"""Part of the data of a Business API response is left out, with code 20001; only a script injects it."""

FAULTS = (*TEMPORARY_FAULTS, *CONTENT_FAULTS, *SCRIPT_ONLY_FAULTS, PARTIAL_FAULT)
FaultMode = Literal["none", "some", "all"]
_RATES = {"none": 0.0, "some": 0.05, "all": 0.2}
_POOLS = {"none": (), "some": TEMPORARY_FAULTS, "all": (*TEMPORARY_FAULTS, *CONTENT_FAULTS)}


@dataclass(frozen=True, slots=True)
class FaultRates:
    """Random faults.

    Attributes:
        mode: `none`; `some`: faults that a retry overcomes; `all`: also responses with wrong paging or fields.
        rate: Share of the requests that meet a fault; None for the mode's own, 5 % (some) or 20 % (all).
        seed: With the same seed, a request number always meets the same fault.
        slow_s: Delay of a slow response in seconds.
    """

    mode: FaultMode = "none"
    rate: float | None = None
    seed: int = 0
    slow_s: float = 0.3

    def __post_init__(self) -> None:
        if self.mode not in _RATES:
            raise SettingsError(f"Unknown fault mode {self.mode!r}; choose none, some or all.")
        if self.rate is not None and not 0 <= self.rate <= 1:
            raise SettingsError(f"The fault rate cannot be {self.rate:g}; choose a share from 0 to 1.")

    def draw(self, number: int) -> str | None:
        """The fault of the request with this number, if any."""
        pool = _POOLS[self.mode]
        rng = SeededRandom(self.seed, "fault", number)
        rate = _RATES[self.mode] if self.rate is None else self.rate
        return rng.choice("kind", pool) if pool and rng.chance("hit", rate) else None


@dataclass(frozen=True, slots=True)
class ScriptedFault:
    """One line of a script.

    Attributes:
        fault: One of `FAULTS`.
        times: How many requests meet it.
        protocol: Apply it only to requests of this protocol; null for any.
        endpoint: Apply it only to requests of this endpoint; null for any.
    """

    fault: str
    times: int = 1
    protocol: str | None = None
    endpoint: str | None = None

    @classmethod
    def parse(cls, line: Any) -> ScriptedFault:
        """Parse a line from JSON: the name of a fault, or an object with these attributes.

        Raises:
            SettingsError: The line is neither, or names an unknown fault.
        """
        line = {"fault": line} if isinstance(line, str) else line
        known = isinstance(line, Mapping) and line.keys() <= {"fault", "times", "protocol", "endpoint"}
        if not known or line.get("fault") not in FAULTS:
            raise SettingsError(f"Unknown fault {line!r}; choose one of {', '.join(FAULTS)}.")
        times = line.get("times", 1)
        if not isinstance(times, int) or isinstance(times, bool) or times < 1:
            raise SettingsError(f"times must be a whole number of 1 or more, not {times!r}.")
        return cls(line["fault"], times, line.get("protocol"), line.get("endpoint"))


class FaultScript:
    """Faults in the order in which the next requests meet them."""

    def __init__(self) -> None:
        self._lines: list[ScriptedFault] = []

    @property
    def remaining(self) -> int:
        """Faults that no request has met yet."""
        return sum(line.times for line in self._lines)

    def set(self, lines: Iterable[ScriptedFault]) -> None:
        """Replace the script."""
        self._lines = list(lines)

    def candidates(self, protocol: str, endpoint: str) -> list[ScriptedFault]:
        """The lines that apply to a request, in order."""
        return [line for line in self._lines if line.protocol in (None, protocol) and line.endpoint in (None, endpoint)]

    def consume(self, line: ScriptedFault) -> None:
        """Count that a request met this line's fault."""
        index = self._lines.index(line)
        self._lines[index : index + 1] = [replace(line, times=line.times - 1)] if line.times > 1 else []
