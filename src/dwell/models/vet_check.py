"""One check of a vetting: what was measured, what it is compared with, and how it reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

COLUMNS = ("check", "value", "low", "high", "norm", "reads_as", "n", "evidence")
SUSPICIOUS = "suspicious"
NOTHING_UNUSUAL = "nothing unusual"
CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class VetCheck:
    """One check.

    Attributes:
        check: Name of the check.
        value: The measured value; None where it is unknown.
        low: Lower end of its 95 % interval; None without an interval.
        high: Upper end.
        norm: What it is compared with, and the source of that; None without a norm.
        reads_as: The comparison in words.
        n: Number of posts (or steps) used.
        evidence: The numbers in a sentence; for a suspicious pattern also its innocent explanation.
    """

    check: str
    value: float | None
    low: float | None
    high: float | None
    norm: str | None
    reads_as: str | None
    n: int
    evidence: str

    def to_row(self) -> tuple[Any, ...]:
        """The values in the order of COLUMNS."""
        return tuple(getattr(self, name) for name in COLUMNS)


def cannot_tell(check: str, norm: str | None, why: str, n: int = 0) -> VetCheck:
    """A check that could not be made, with the reason."""
    return VetCheck(check, None, None, None, norm, CANNOT_TELL, n, why)
