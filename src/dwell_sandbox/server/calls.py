"""Every request that came, and what it cost: the provider's own count, to hold a ledger against."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

MOST = 500_000
"""So many calls are kept; a tenth of a gigabyte."""


@dataclass(frozen=True, slots=True)
class Served:
    """One request.

    Attributes:
        number: Counted from 1, in the order of arrival.
        protocol: `tikliveapi` or `scavio`.
        endpoint: Its name, or its path where there is no such endpoint.
        call: What the header `x-dwell-call` said.
        status: HTTP status of the answer; 0 where the connection was broken off.
        credits: Credits taken.
        fault: The fault that was put in, if any.
        simulated_at: The simulated instant of the answer.
    """

    number: int
    protocol: str
    endpoint: str
    call: str | None
    status: int
    credits: int
    fault: str | None
    simulated_at: datetime


class Calls:
    """The newest `MOST` requests."""

    def __init__(self) -> None:
        self._rows: deque[Served] = deque(maxlen=MOST)
        self.count = 0

    def next_number(self) -> int:
        """The number of the request that has just come."""
        self.count += 1
        return self.count

    def add(self, row: Served) -> None:
        """Keep one."""
        self._rows.append(row)

    def as_json(self, since: int, most: int) -> dict[str, Any]:
        """The requests numbered above `since`, at most so many, in the order in which their answers were made."""
        chosen = [row for row in self._rows if row.number > since][:most]
        rows = [{**asdict(row), "simulated_at": row.simulated_at.isoformat()} for row in chosen]
        return {"count": self.count, "kept": len(self._rows), "calls": rows}
