"""What the parts of the API know of a request while it is served; it lies in the ASGI scope."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from typing import Any

from dwell import clock
from dwell.tracking.service import Caller

NO_LIMIT = 1_000_000
"""What the headers show where nothing is limited."""

_KEY = "dwell"


class RequestState:
    """A request.

    Attributes:
        request_id: The id that its answer and its log records have.
        caller: Who sends it; None while nobody is known.
        limit: Requests a minute.
        remaining: Requests left in this minute.
        reset: When the next minute begins, Unix seconds.
        status: The status of the answer; None until it begins.
        complete: The answer was sent.
    """

    __slots__ = ("caller", "complete", "limit", "remaining", "request_id", "reset", "status")

    def __init__(self, request_id: str) -> None:
        self.request_id = request_id
        self.caller: Caller | None = None
        self.limit = NO_LIMIT
        self.remaining = NO_LIMIT
        self.reset = next_minute()
        self.status: int | None = None
        self.complete = False


def next_minute() -> int:
    """When the next minute begins, Unix seconds."""
    return (int(clock.now().timestamp()) // 60 + 1) * 60


def begin(scope: MutableMapping[str, Any], request_id: str) -> RequestState:
    """Puts a new state into a scope."""
    state = scope[_KEY] = RequestState(request_id)
    return state


def state_of(scope: MutableMapping[str, Any]) -> RequestState:
    """The state of a request."""
    state: RequestState = scope[_KEY]
    return state


def caller_of(scope: MutableMapping[str, Any]) -> Caller:
    """Who sends a request that was authenticated."""
    caller = state_of(scope).caller
    assert caller is not None, "only authenticated requests reach the routes"
    return caller


def header(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> str | None:
    """A header's value; None where it is missing."""
    for key, value in headers:
        if key == name:
            return value.decode("latin-1")
    return None
