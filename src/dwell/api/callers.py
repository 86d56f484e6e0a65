"""Who is behind a key: asked of the service, and remembered for a few seconds."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable

from dwell.tracking.service import Caller

REMEMBERED_S = 4.0
"""A key that was revoked works no longer than this."""

_MAX_KEYS = 4_096


class Callers:
    """Callers by the digest of their keys: no key stays in memory.

    Args:
        monotonic: Returns seconds that only rise.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._known: OrderedDict[bytes, tuple[float, Caller]] = OrderedDict()

    def find(self, key: str) -> Caller | None:
        """The caller, if the key was checked a moment ago."""
        until, caller = self._known.get(_digest(key), (0.0, None))
        return caller if self._monotonic() < until else None

    def remember(self, key: str, caller: Caller) -> None:
        """Keeps the answer of the service."""
        self._known[_digest(key)] = self._monotonic() + REMEMBERED_S, caller
        self._known.move_to_end(_digest(key))
        while len(self._known) > _MAX_KEYS:
            self._known.popitem(last=False)


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
