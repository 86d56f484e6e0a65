"""The time that slots are judged by: this machine's, unless the provider shows that it is ahead.

A clock that jumps ahead would make every slot look missed, and end every job. So after each jump, and at the start,
the provider is asked for its `Date`; while ours is ahead of it, its time counts.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from dwell import logs
from dwell.clock import TOLERANCE

_AGAIN_S = 300.0

log = logs.get_logger(__name__)


class ProviderClock:
    """The present, corrected where the machine's clock is known to be ahead.

    Args:
        machine: The machine's clock, or the database server's.
        ask: Asks the provider for its time; None where it does not say.
        elapsed: Seconds that really pass, also while the machine sleeps.
    """

    def __init__(
        self,
        machine: Callable[[], datetime],
        ask: Callable[[], datetime | None],
        elapsed: Callable[[], float] | None = None,
    ) -> None:
        self._machine = machine
        self._ask = ask
        self._elapsed = elapsed or _boot_time
        self._ahead = timedelta(0)
        self._seen: tuple[datetime, float] | None = None
        self._asked_at = float("-inf")
        self._is_compared = False
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """The present instant."""
        return self._machine() - self._ahead

    def check_once(self) -> None:
        """Ask the provider, unless this process has done so: for whoever has no poller beside it."""
        if self._seen is None or self._lock.locked():
            with self._lock:
                if self._seen is None:
                    self._check()

    def check(self) -> None:
        """Ask the provider if the machine's clock has jumped since the last check, or was ahead then."""
        with self._lock:
            self._check()

    def _check(self) -> None:
        now, elapsed = self._machine(), self._elapsed()
        jump = timedelta(0)
        if self._seen is not None:
            jump = (now - self._seen[0]) - timedelta(seconds=elapsed - self._seen[1])
        is_first, self._seen = self._seen is None, (now, elapsed)
        if self._ahead and abs(jump) > TOLERANCE:
            self._ahead = max(timedelta(0), self._ahead + jump)
        if (
            is_first
            or abs(jump) > TOLERANCE
            or ((self._ahead or not self._is_compared) and elapsed - self._asked_at > _AGAIN_S)
        ):
            self._asked_at = elapsed
            self._compare()

    def _compare(self) -> None:
        theirs = self._ask()
        if theirs is None:  # it cannot be reached, or is a simulation
            return
        self._is_compared = True
        ahead = self._machine() - theirs
        self._ahead = ahead if ahead > TOLERANCE else timedelta(0)
        if self._ahead:
            fields = {"theirs": f"{theirs:%Y-%m-%d %H:%M:%S} UTC", "seconds": round(ahead.total_seconds())}
            log.warning(
                "This clock is %(seconds)d s ahead of the provider's (%(theirs)s): slots are judged by the provider's. "
                "Set the clock.",
                fields,
            )


def _boot_time() -> float:
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
