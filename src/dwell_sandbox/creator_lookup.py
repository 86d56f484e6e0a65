"""Finds the creators of a world by number, handle or platform id: demo accounts, or drawn from the seed."""

from __future__ import annotations

from functools import lru_cache

from dwell_sandbox.account_status import draw_status_plan, with_suffix, without_suffix
from dwell_sandbox.creators import CREATORS, Creator, draw_creator, draw_niche, make_handle, parse_number
from dwell_sandbox.demo_accounts import DEMO_ACCOUNTS, DEMO_HANDLES, customize
from dwell_sandbox.seeded_random import SeededRandom


@lru_cache(maxsize=4096)
def get_creator(seed: int, number: int) -> Creator:
    """The creator with this number: a demo account, or one drawn from the seed."""
    return customize(draw_creator(seed, number))


def get_niche(seed: int, number: int) -> str:
    """The niche of the creator with this number."""
    return get_creator(seed, number).niche if number in DEMO_HANDLES else draw_niche(seed, number)


def get_handle(seed: int, number: int, second: int) -> str:
    """The creator's handle at a Unix second, without drawing the whole creator."""
    first = DEMO_HANDLES.get(number) or make_handle(number, draw_niche(seed, number))
    return with_suffix(first, draw_status_plan(seed, number), second)


def find_by_handle(seed: int, handle: str) -> Creator | None:
    """The creator who has, had or will have this handle (case and @ ignored), or null if there is none."""
    first, suffix = without_suffix(handle.removeprefix("@").lower())
    number = DEMO_ACCOUNTS.get(first, parse_number(first))
    if number is None or (suffix and draw_status_plan(seed, number).suffix != suffix):
        return None
    creator = get_creator(seed, number)
    return creator if creator.handle == first else None


def make_account_id(seed: int, creator: Creator) -> str:
    """The platform id of an account: 19 digits; the upper 32 bits are the second it joined, the rest its number."""
    spare = SeededRandom(seed, "account", creator.number).bits("low", 32) >> 24
    low = (creator.number + CREATORS * spare) ^ _mask(seed, creator.joined)
    return str((creator.joined << 32) | low)


def find_by_id(seed: int, creator_id: str) -> Creator | None:
    """The creator with this platform id, or null if there is none."""
    if not (creator_id.isascii() and creator_id.isdigit() and len(creator_id) == 19):
        return None
    joined, low = divmod(int(creator_id), 2**32)
    creator = get_creator(seed, (low ^ _mask(seed, joined)) % CREATORS)
    return creator if make_account_id(seed, creator) == creator_id else None


def _mask(seed: int, joined: int) -> int:
    return SeededRandom(seed, "account mask", joined).bits("low", 32)
