"""Every request that the sandbox received and what it cost: the provider's own count, to compare a ledger with."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

MAX_LOGGED = 500_000
"""The number of requests that are kept; they take about 100 MB."""


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """One request. The field names are the keys of its JSON.

    Attributes:
        number: Counted from 1, in the order of arrival.
        protocol: Name of the protocol.
        endpoint: Name of the endpoint, or the path if there is no such endpoint.
        call: Value of the header `x-dwell-call`.
        status: HTTP status of the response; 0 if the connection was dropped.
        credits: Credits charged.
        fault: The fault that was injected, if any.
        simulated_at: Simulated instant of the response.
        code: Code of the envelope, for protocols whose errors have status 200; 0 for success.
    """

    number: int
    protocol: str
    endpoint: str
    call: str | None
    status: int
    credits: int
    fault: str | None
    simulated_at: datetime
    code: int = 0


class RequestLog:
    """The newest `MAX_LOGGED` requests."""

    def __init__(self) -> None:
        self._rows: deque[LoggedRequest] = deque(maxlen=MAX_LOGGED)
        self.count = 0

    def next_number(self) -> int:
        """Count a new request and return its number."""
        self.count += 1
        return self.count

    def add(self, row: LoggedRequest) -> None:
        """Append a request."""
        self._rows.append(row)

    def to_json(self, since: int, limit: int) -> dict[str, Any]:
        """The requests with a number above `since`, at most `limit` of them, in the order of their responses."""
        chosen = [row for row in self._rows if row.number > since][:limit]
        rows = [{**asdict(row), "simulated_at": row.simulated_at.isoformat()} for row in chosen]
        return {"count": self.count, "kept": len(self._rows), "calls": rows}
