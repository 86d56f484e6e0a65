"""The waits of a client: for a token of the key's rate limiter, and for a pause that the provider asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from dwell import logs
from dwell.errors import HeldError, StoppedError
from dwell.state import StateDatabase
from dwell.state.rate_limiter import RateLimiter

MAX_PAUSE_S = 300.0
"""The longest pause of a provider's that is waited for; a longer one ends the work, which can be resumed then."""

_SHOWN_PAUSE_S = 2.0

log = logs.get_logger(__name__)


class Throttle:
    """Holds requests back until the rate limit and the provider allow them.

    Args:
        provider: Name of the provider.
        limiter: The rate limiter of the key, which all processes share.
        database: Where its pauses are stored.
        now: Returns the current time.
        stop: Set it to end every wait.

    Attributes:
        paused_until: Until when a request waits because the provider asked for a pause; None if none does.
    """

    def __init__(
        self,
        provider: str,
        limiter: RateLimiter,
        database: StateDatabase,
        now: Callable[[], datetime],
        stop: threading.Event,
    ) -> None:
        self.provider = provider
        self.limiter = limiter
        self.database = database
        self.now = now
        self.stop = stop
        self.paused_until: datetime | None = None

    def pause(self, seconds: float) -> None:
        """Nobody uses the key for a while; a pause that somebody would notice is shown."""
        now = self.now()
        self.limiter.pause(now, seconds)
        if seconds >= _SHOWN_PAUSE_S:
            until = f"{now + timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S} UTC"
            fields = {"provider": self.provider, "until": until, "wait_s": round(seconds)}
            log.warning("%(provider)s asks to wait until %(until)s (%(wait_s)d s)", fields)

    def acquire_token(self) -> None:
        """Wait until the rate limiter allows one request.

        Raises:
            HeldError: The provider asked for a pause of more than `MAX_PAUSE_S` seconds.
            StoppedError: The user stopped the job.
        """
        self.wait(0)
        seconds = self.limiter.acquire(self.now())
        log.debug("waiting %(wait_s).3f s for the rate limit", {"wait_s": seconds})
        try:
            if seconds > MAX_PAUSE_S:
                self._check_hold()
            self._wait_for_turn(seconds)
        except (StoppedError, HeldError):
            self.limiter.release()
            raise

    def wait_for_pause(self, seconds: float) -> None:
        """Wait for a pause that began after the token was taken.

        Raises:
            HeldError: It lasts more than `MAX_PAUSE_S` seconds.
            StoppedError: The user stopped the job.
        """
        if self.limiter.interval:
            return  # where there is a limit, the next token already comes after the pause
        if seconds > MAX_PAUSE_S:
            self._check_hold()
        self._wait_for_turn(seconds)

    def wait(self, seconds: float) -> None:
        """Wait for a number of seconds.

        Raises:
            StoppedError: The user stopped the job.
        """
        if self.stop.wait(seconds) if seconds > 0 else self.stop.is_set():
            raise StoppedError("Stopped by you: run the same command again to resume.")

    def _check_hold(self) -> None:
        """Give up if the provider asked for a long pause."""
        with self.database.reading() as connection:
            seconds = self.limiter.pause_left(connection, self.now())
        if seconds <= MAX_PAUSE_S:
            return
        until = self.now() + timedelta(seconds=seconds)
        raise HeldError(
            f"{self.provider} asks to wait until {until:%Y-%m-%d %H:%M:%S} UTC: run the same command again then, "
            f"or send requests sooner after `dwell limits --clear {self.provider}`.",
            until,
        )

    def _wait_for_turn(self, seconds: float) -> None:
        """Wait for the rate limit; `paused_until` tells others how long, if it takes a while."""
        if seconds >= _SHOWN_PAUSE_S:
            self.paused_until = self.now() + timedelta(seconds=seconds)
        try:
            self.wait(seconds)
        finally:
            self.paused_until = None
