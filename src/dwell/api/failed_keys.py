"""Slows down guessing: how often a key with some prefix was refused to an address in the last minute."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

PER_PREFIX = 10
"""Wrong keys with one prefix, from one address, in a minute."""

PER_ADDRESS = 100
"""Wrong keys with any prefix, from one address, in a minute."""

_WINDOW_S = 60.0
_MAX_ENTRIES = 20_000
_PREFIX = 12


class FailedKeys:
    """Counts in the memory of this process, which is bounded: the address that was quiet longest is forgotten first.

    Args:
        monotonic: Returns seconds that only rise.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._windows: OrderedDict[tuple[str, ...], list[float]] = OrderedDict()  # when it began, attempts

    def begin(self, address: str, key: str) -> float:
        """Counts an attempt before it is made, so that attempts at the same time count, too.

        Returns:
            Seconds to wait; 0 if the key may be checked.
        """
        places = _places(address, key)
        waits = [self._wait(place, limit) for place, limit in places]
        if any(waits):
            return max(waits)
        for place, _ in places:
            self._window(place)[1] += 1
        return 0.0

    def succeed(self, address: str, key: str) -> None:
        """The attempt was no guess."""
        for place, _ in _places(address, key):
            window = self._windows.get(place)
            if window is not None and window[1] > 0:
                window[1] -= 1

    def remaining(self, address: str, key: str) -> int:
        """Wrong keys that may still be tried in this minute."""
        now = self._monotonic()
        left = []
        for place, limit in _places(address, key):
            began, attempts = self._windows.get(place, (now, 0))
            left.append(limit - int(attempts) if now < began + _WINDOW_S else limit)
        return max(0, min(left))

    def __len__(self) -> int:
        return len(self._windows)

    def _wait(self, place: tuple[str, ...], limit: int) -> float:
        window = self._windows.get(place)
        if window is None or window[1] < limit:
            return 0.0
        return max(0.0, window[0] + _WINDOW_S - self._monotonic())

    def _window(self, place: tuple[str, ...]) -> list[float]:
        now = self._monotonic()
        window = self._windows.get(place)
        if window is None or now >= window[0] + _WINDOW_S:
            window = self._windows[place] = [now, 0]
        self._windows.move_to_end(place)
        while len(self._windows) > _MAX_ENTRIES:
            self._windows.popitem(last=False)
        return window


def _places(address: str, key: str) -> tuple[tuple[tuple[str, ...], int], tuple[tuple[str, ...], int]]:
    network = _network(address)
    return ((network, key[:_PREFIX]), PER_PREFIX), ((network,), PER_ADDRESS)


def _network(address: str) -> str:
    """An address; of IPv6 the /64, since whoever has one of its addresses has them all."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or IPv6Address(int(parsed) >> 64 << 64))
    return address
