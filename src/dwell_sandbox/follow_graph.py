"""Who follows whom: handles of other simulated creators, always the same, newest follower first."""

from __future__ import annotations

from dwell_sandbox.creator_lookup import get_handle
from dwell_sandbox.creators import CREATORS
from dwell_sandbox.seeded_random import SeededRandom

_HALF = 2**12
_ROUNDS = 3
_MAX_MEMBERS = CREATORS - 1


def follower_handles(seed: int, number: int, second: int, total: int, offset: int, limit: int) -> tuple[str, ...]:
    """Handles of a page of the account's followers, newest first."""
    return _list_handles(seed, "follower", number, second, total, offset, limit)


def following_handles(seed: int, number: int, second: int, total: int, offset: int, limit: int) -> tuple[str, ...]:
    """Handles of a page of the accounts that the account follows, newest first."""
    return _list_handles(seed, "following", number, second, total, offset, limit)


def _list_handles(
    seed: int, kind: str, number: int, second: int, total: int, offset: int, limit: int
) -> tuple[str, ...]:
    newest = min(total, _MAX_MEMBERS) - 1 - max(0, offset)
    order = range(newest, max(-1, newest - max(0, limit)), -1)
    return tuple(get_handle(seed, _member_at(seed, kind, number, position), second) for position in order)


def _member_at(seed: int, kind: str, number: int, position: int) -> int:
    """The creator at a position of an order that has each creator once; an account never follows itself."""
    member = _permute(seed, kind, number, position)
    return _permute(seed, kind, number, _MAX_MEMBERS) if member == number else member


def _permute(seed: int, kind: str, number: int, position: int) -> int:
    """A permutation of the `CREATORS` numbers: a Feistel network over the two halves of the position."""
    rng = SeededRandom(seed, kind, number)
    left, right = divmod(position, _HALF)
    for step in range(_ROUNDS):
        left, right = right, left ^ rng.bits(f"{step} {right}", 12)
    return left * _HALF + right
