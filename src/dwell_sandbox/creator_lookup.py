"""Finds the creators of a world by number, handle or platform id: one of the demo accounts, or one drawn from the seed."""

from __future__ import annotations

from functools import lru_cache

from dwell_sandbox.creators import CREATORS, Creator, draw_creator, draw_niche, handle_of, number_of
from dwell_sandbox.demo_accounts import CAST, NAMES, customize
from dwell_sandbox.dice import Dice
from dwell_sandbox.standing import fate, with_suffix, without_suffix


@lru_cache(maxsize=4096)
def creator(seed: int, number: int) -> Creator:
    """The creator with this number: a demo account, or one drawn from the seed."""
    return customize(draw_creator(seed, number))


def niche_of(seed: int, number: int) -> str:
    """The niche of the creator with this number."""
    return creator(seed, number).niche if number in NAMES else draw_niche(seed, number)


def handle_of_number(seed: int, number: int, second: int) -> str:
    """The creator's handle at a Unix second, without making the whole creator."""
    first = NAMES.get(number) or handle_of(number, draw_niche(seed, number))
    return with_suffix(first, fate(seed, number), second)


def find(seed: int, handle: str) -> Creator | None:
    """The creator who has, had or will have this handle (case and @ ignored), or null: nobody ever does."""
    first, suffix = without_suffix(handle.removeprefix("@").lower())
    number = CAST.get(first, number_of(first))
    if number is None or (suffix and fate(seed, number).suffix != suffix):
        return None
    found = creator(seed, number)
    return found if found.handle == first else None


def account_id(seed: int, who: Creator) -> str:
    """The platform id of an account: 19 digits, the upper 32 bits are the second it joined, the rest is its number."""
    spare = Dice(seed, "account", who.number).bits("low", 32) >> 24
    low = (who.number + CREATORS * spare) ^ _mask(seed, who.joined)
    return str((who.joined << 32) | low)


def find_by_id(seed: int, creator_id: str) -> Creator | None:
    """The creator with this platform id, or null: nobody in this world has it."""
    if not (creator_id.isascii() and creator_id.isdigit() and len(creator_id) == 19):
        return None
    joined, low = divmod(int(creator_id), 2**32)
    found = creator(seed, (low ^ _mask(seed, joined)) % CREATORS)
    return found if account_id(seed, found) == creator_id else None


def _mask(seed: int, joined: int) -> int:
    return Dice(seed, "account mask", joined).bits("low", 32)
