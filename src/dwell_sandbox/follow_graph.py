"""Who follows whom: handles of other simulated creators, the same whenever one asks, newest follower first."""

from __future__ import annotations

from dwell_sandbox.creator_lookup import get_handle
from dwell_sandbox.creators import CREATORS
from dwell_sandbox.seeded_random import SeededRandom

_HALF = 2**12
_ROUNDS = 3
_MAX_MEMBERS = CREATORS - 1


def follower_handles(seed: int, number: int, second: int, total: int, offset: int, limit: int) -> tuple[str, ...]:
    """Handles of a page of the account's followers, the newest first."""
    return _list_handles(seed, "follower", number, second, total, offset, limit)


def following_handles(seed: int, number: int, second: int, total: int, offset: int, limit: int) -> tuple[str, ...]:
    """Handles of a page of those whom the account follows, the newest first."""
    return _list_handles(seed, "following", number, second, total, offset, limit)


def _list_handles(
    seed: int, kind: str, number: int, second: int, total: int, offset: int, limit: int
) -> tuple[str, ...]:
    newest = min(total, _MAX_MEMBERS) - 1 - max(0, offset)
    order = range(newest, max(-1, newest - max(0, limit)), -1)
    return tuple(get_handle(seed, _member_at(seed, kind, number, place), second) for place in order)


def _member_at(seed: int, kind: str, number: int, place: int) -> int:
    """The creator at that place of an order in which each comes once; nobody follows themselves."""
    found = _permute(seed, kind, number, place)
    return _permute(seed, kind, number, _MAX_MEMBERS) if found == number else found


def _permute(seed: int, kind: str, number: int, place: int) -> int:
    """One of the `CREATORS` numbers, another for each place: a Feistel network over its two halves."""
    rng = SeededRandom(seed, kind, number)
    left, right = divmod(place, _HALF)
    for turn in range(_ROUNDS):
        left, right = right, left ^ rng.bits(f"{turn} {right}", 12)
    return left * _HALF + right
