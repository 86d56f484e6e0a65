"""Logs each request to a provider with its outcome, duration, price and size."""

from __future__ import annotations

from time import monotonic

from dwell import logs
from dwell.errors import ProviderError
from dwell.http import HttpRequest, HttpResponse

_SUCCESS = (
    "%(endpoint)s of %(subject)s: %(outcome)s, status %(status)s, %(duration_ms)d ms, %(credits)d credits, "
    "%(bytes)d bytes"
)
_FAILURE = _SUCCESS + ": %(error)s"

log = logs.get_logger(__name__)


class RequestLog:
    """The log of one attempt; its clock starts now.

    Args:
        request: What is sent.
        subject: The account or topic, as named in the ledger.
    """

    def __init__(self, request: HttpRequest, subject: str) -> None:
        self._request = request
        self._subject = subject
        self._started = monotonic()
        self._duration_s: float | None = None

    def stop_clock(self) -> None:
        """The response is here; what follows is dwell's own work."""
        self._duration_s = monotonic() - self._started

    def write(self, response: HttpResponse | None, credits_charged: int, error: ProviderError | None = None) -> None:
        """Log the outcome.

        Args:
            response: The response, if there was one.
            credits_charged: What it cost.
            error: Why it failed.
        """
        if self._duration_s is None:
            self.stop_clock()
        fields = {
            "endpoint": self._request.endpoint,
            "subject": self._subject,
            "status": response.status if response else None,
            "outcome": error.code if error else "ok",
            "duration_ms": round(1_000 * (self._duration_s or 0.0)),
            "credits": credits_charged,
            "bytes": len(response.body) if response else 0,
        }
        if error:
            log.info(_FAILURE, {**fields, "error": str(error)})
        else:
            log.info(_SUCCESS, fields)
