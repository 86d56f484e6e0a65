"""The simulated accounts that the consent page offers: of each type, of different sizes, some that lack something."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from dwell_sandbox.account_growth import REFERENCE_SECOND
from dwell_sandbox.account_status import draw_status_plan
from dwell_sandbox.creator_lookup import get_creator
from dwell_sandbox.creators import CREATORS, Creator, draw_size
from dwell_sandbox.demo_accounts import DEMO_ACCOUNTS
from dwell_sandbox.owner.account_types import account_type, has_analytics
from dwell_sandbox.timeline import list_visible

VIDEOS = 1_000
"""About how many videos the account with many of them has at `COUNTED_AT`."""

COUNTED_AT = REFERENCE_SECOND + 304 * 86_400
"""1 November 2026, the instant for which they are counted."""

_DAY = 86_400
_FEW_FOLLOWERS, _NO_GROWTH = 60.0, 0.1
_FIRST_DRAWN = len(DEMO_ACCOUNTS) + 1
_TOLERANCE = 0.02


@dataclass(frozen=True, slots=True)
class ConsentAccount:
    """One account whose owner may consent.

    Attributes:
        handle: Its first handle.
        note: What is special about it.
    """

    handle: str
    note: str


@lru_cache(maxsize=16)
def consent_accounts(seed: int) -> tuple[ConsentAccount, ...]:
    """The accounts of a world that the consent page names; every other account may consent, too."""
    demo = [ConsentAccount(handle, _describe_type(seed, number)) for handle, number in DEMO_ACCOUNTS.items()]
    small, large = _first(_small(seed)), _first(_large(seed))
    without_analytics, empty = _first(_without_analytics(seed)), _first(_empty(seed))
    special = (
        (small, "under 100 followers: nothing about the audience"),
        (large, f"about {VIDEOS:,} videos in November 2026"),
        (without_analytics, "analytics are not turned on"),
        (empty, "no public video"),
    )
    found = [
        ConsentAccount(creator.handle, f"{_describe_type(seed, creator.number)}, {note}")
        for creator, note in special
        if creator is not None
    ]
    return (*demo, *found)


def _describe_type(seed: int, number: int) -> str:
    return account_type(seed, number).replace("_", " ")


def _first(creators: Iterator[Creator]) -> Creator | None:
    return next(islice(creators, 1), None)


def _drawn(seed: int, suits: Callable[[int], bool], state: str = "ok") -> Iterator[Creator]:
    """The creators whose number suits, that are always in a state."""
    for number in range(_FIRST_DRAWN, CREATORS):
        if suits(number) and draw_status_plan(seed, number).state == state:
            yield get_creator(seed, number)


def _small(seed: int) -> Iterator[Creator]:
    few = _drawn(seed, lambda number: draw_size(seed, number) < _FEW_FOLLOWERS and has_analytics(seed, number))
    return (creator for creator in few if creator.growth < _NO_GROWTH)


def _large(seed: int) -> Iterator[Creator]:
    """Those with about as many videos, counted only where their usual number a day makes it likely."""
    for creator in _drawn(seed, lambda number: has_analytics(seed, number)):
        expected = creator.per_day * (COUNTED_AT - creator.joined) / _DAY
        if creator.deletes_posts or abs(expected / VIDEOS - 1) > _TOLERANCE:
            continue
        count = len(list_visible(seed, creator.number, creator.joined, COUNTED_AT))
        if abs(count / VIDEOS - 1) <= _TOLERANCE:
            yield creator


def _without_analytics(seed: int) -> Iterator[Creator]:
    return _drawn(seed, lambda number: not has_analytics(seed, number))


def _empty(seed: int) -> Iterator[Creator]:
    return _drawn(seed, lambda number: has_analytics(seed, number), "empty")
