"""Who follows whom: handles of other simulated creators, the same whenever one asks, newest follower first."""

from __future__ import annotations

from dwell_sandbox.creator_lookup import handle_of_number
from dwell_sandbox.creators import CREATORS
from dwell_sandbox.dice import Dice

_HALF = 2**12
_ROUNDS = 3
_MOST = CREATORS - 1


def follower_handles(seed: int, number: int, second: int, total: int, offset: int, limit: int) -> tuple[str, ...]:
    """Handles of a page of the account's followers, the newest first."""
    return _page(seed, "follower", number, second, total, offset, limit)


def following_handles(seed: int, number: int, second: int, total: int, offset: int, limit: int) -> tuple[str, ...]:
    """Handles of a page of those whom the account follows, the newest first."""
    return _page(seed, "following", number, second, total, offset, limit)


def _page(seed: int, kind: str, number: int, second: int, total: int, offset: int, limit: int) -> tuple[str, ...]:
    newest = min(total, _MOST) - 1 - max(0, offset)
    order = range(newest, max(-1, newest - max(0, limit)), -1)
    return tuple(handle_of_number(seed, _member(seed, kind, number, place), second) for place in order)


def _member(seed: int, kind: str, number: int, place: int) -> int:
    """The creator at that place of an order in which each comes once; nobody follows themselves."""
    found = _shuffled(seed, kind, number, place)
    return _shuffled(seed, kind, number, _MOST) if found == number else found


def _shuffled(seed: int, kind: str, number: int, place: int) -> int:
    """One of the `CREATORS` numbers, another for each place: a Feistel network over its two halves."""
    dice = Dice(seed, kind, number)
    left, right = divmod(place, _HALF)
    for turn in range(_ROUNDS):
        left, right = right, left ^ dice.bits(f"{turn} {right}", 12)
    return left * _HALF + right
