"""How much memory the responses in flight may take: of those above 1 MB, one is in memory at a time.

Threads read pages in parallel. A provider that sends 32 MB for each would otherwise take a gigabyte and more.
"""

from __future__ import annotations

import threading
from time import monotonic

LARGE_BYTES = 1 << 20
MAX_VALUES = 250_000
"""Values in one page; a page of 35 posts has about 10,000."""

_in_memory = threading.Semaphore()


class LargeBody:
    """The right to hold one large body, once it is acquired; it ends with the object, or when it is released.

    Args:
        until: Until when to wait for it, on the monotonic clock.
    """

    def __init__(self, until: float) -> None:
        self._until = until
        self._is_held = False

    def acquire(self) -> bool:
        """Wait for the right; False if another response held it for too long."""
        self._is_held = self._is_held or _in_memory.acquire(timeout=max(0.0, self._until - monotonic()))
        return self._is_held

    def release(self) -> None:
        """Let another large body into memory: an error that somebody keeps would keep this object alive."""
        if self._is_held:
            self._is_held = False
            _in_memory.release()

    def __del__(self) -> None:
        self.release()


def count_values(body: bytes | bytearray) -> int:
    """At most how many values a JSON document has; signs inside strings count as well."""
    return body.count(b",") + body.count(b"{") + body.count(b"[") + 1
