"""Random numbers by name: the same seed, key and name give the same value on every machine, in any order.

They come from a hash, not from a generator with a state: a new draw never changes another, one value of one post
costs a microsecond, and no library release changes the world. The keys and names are data: changing one changes
the world.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from math import exp
from statistics import NormalDist
from typing import TypeVar

_NORMAL = NormalDist()
_MAX_POISSON = 40

Item = TypeVar("Item")


class SeededRandom:
    """Random draws that depend only on the seed, the key, and the name of the draw.

    Args:
        seed: The world's seed.
        *key: What the draws are about, e.g. `"post", 42, 1700000000`.
    """

    __slots__ = ("_state",)

    def __init__(self, seed: int, *key: int | str) -> None:
        self._state = blake2b("/".join(map(str, (seed, *key, ""))).encode(), digest_size=8)

    def bits(self, name: str, count: int) -> int:
        """An integer of `count` random bits, at most 64."""
        state = self._state.copy()
        state.update(name.encode())
        return int.from_bytes(state.digest(), "big") >> (64 - count)

    def uniform(self, name: str, low: float = 0.0, high: float = 1.0) -> float:
        """A number strictly between `low` and `high`."""
        return low + (high - low) * (self.bits(name, 52) + 0.5) / 2**52

    def normal(self, name: str, mean: float = 0.0, sd: float = 1.0) -> float:
        """A number from the normal distribution."""
        return mean + sd * _NORMAL.inv_cdf(self.uniform(name))

    def chance(self, name: str, probability: float) -> bool:
        """True with the given probability."""
        return self.uniform(name) < probability

    def integer(self, name: str, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self.uniform(name) * (high - low + 1))

    def choice(self, name: str, options: Sequence[Item], weights: Sequence[float] | None = None) -> Item:
        """One of the options, with probabilities in proportion to the weights (equal without weights)."""
        if weights is None:
            return options[self.integer(name, 0, len(options) - 1)]
        rest = self.uniform(name) * sum(weights)
        for option, weight in zip(options, weights, strict=True):
            rest -= weight
            if rest < 0:
                return option
        return options[-1]

    def poisson(self, name: str, mean: float) -> int:
        """A count from the Poisson distribution, at most 40: for small means."""
        rest = self.uniform(name)
        term = exp(-mean)
        count = 0
        while rest > term and count < _MAX_POISSON:
            rest -= term
            count += 1
            term *= mean / count
        return count
