"""When a call is sent again: after which failures, and how long after."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from dwell import clock, logs
from dwell.client.calls import Call
from dwell.errors import ConflictError, TemporaryError
from dwell.http import HttpResponse
from dwell.http.messages import parse_http_date

log = logs.get_logger(__name__)

_FIRST_S, _FACTOR, _LONGEST_S = 0.5, 2.0, 8.0
_MOST = 8
_TOO_MANY = 429
_BUSY = frozenset({_TOO_MANY, 502, 503, 504})
_CONFLICT = 409


@dataclass(slots=True)
class Retries:
    """The tries of one call.

    Attributes:
        call: What is sent.
        wait_s: Seconds that all its waits may still take.
        tries: How often it was sent.
    """

    call: Call[Any]
    wait_s: float
    tries: int = 0

    def after_error(self, error: TemporaryError) -> float | None:
        """Seconds to wait after a failure of the connection; None if it is final."""
        self.tries += 1
        return None if error.sent and self.call.repeat == "once" else self._wait(None)

    def after_response(self, response: HttpResponse) -> float | None:
        """Seconds to wait after this response; None if it is final."""
        self.tries += 1
        return self._wait(read_retry_after(response)) if self._may_repeat(response) else None

    def _may_repeat(self, response: HttpResponse) -> bool:
        if response.status in _BUSY:
            return response.status == _TOO_MANY or self.call.repeat != "once"
        code = response.json.get("code") if isinstance(response.json, dict) else None
        # The first try, whose answer was lost, is still being carried out.
        return response.status == _CONFLICT and code == ConflictError.code and self._is_second_with_key()

    def _is_second_with_key(self) -> bool:
        return self.call.repeat == "keyed" and self.tries > 1

    def _wait(self, asked_s: float | None) -> float | None:
        backoff_s = min(_LONGEST_S, _FIRST_S * _FACTOR ** (self.tries - 1)) * random.uniform(0.5, 1.0)
        wait_s = backoff_s if asked_s is None else max(asked_s, 0.0) + 0.1 * backoff_s
        if self.tries > _MOST or wait_s > self.wait_s:
            return None
        self.wait_s -= wait_s
        if self.tries == 1:
            fields = {"path": self.call.request.path, "seconds": self.wait_s + wait_s}
            log.warning("%(path)s was not answered; trying again for up to %(seconds).0f s", fields)
        return wait_s


def read_retry_after(response: HttpResponse) -> float | None:
    """Seconds that a response asks to wait: a number, or a date; None if it does not say."""
    text = response.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    instant = parse_http_date(text)
    return None if instant is None else max(0.0, (instant - clock.now()).total_seconds())
