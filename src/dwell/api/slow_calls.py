"""Calls that wait for a provider have threads of their own, so that reads never stand in line behind them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from anyio import CapacityLimiter, to_thread

from dwell.errors import ServiceUnavailableError

_THREADS = 32
_MAX_WAITING = 64
_RETRY_AFTER_S = 10.0

Answer = TypeVar("Answer")


class SlowCalls:
    """Runs slow functions in threads; when too many wait already, another one is refused."""

    def __init__(self) -> None:
        self._limiter: CapacityLimiter | None = None
        self._running = 0

    async def run(self, function: Callable[..., Answer], *arguments: Any, **options: Any) -> Answer:
        """Runs a function.

        Raises:
            ServiceUnavailableError: Too many calls wait.
        """
        if self._running >= _THREADS + _MAX_WAITING:
            raise ServiceUnavailableError("Too many videos are being read at once: try again.", _RETRY_AFTER_S)
        self._limiter = self._limiter or CapacityLimiter(_THREADS)
        self._running += 1
        try:
            return await to_thread.run_sync(partial(function, *arguments, **options), limiter=self._limiter)
        finally:
            self._running -= 1
