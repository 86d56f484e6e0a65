"""Which posts a creator deletes: two of each fortnight, on Sunday evenings one week to a year later."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from dwell_sandbox.creators import Creator
from dwell_sandbox.dice import Dice
from dwell_sandbox.schedule import Slot, day_number, slots_of_day

_BLOCK = 16
_SUNDAY_EVENING = timedelta(days=6, hours=20, minutes=15)


def deleted_second(seed: int, who: Creator, slot: Slot) -> int | None:
    """Unix second at which the post was taken down, or null if it stays.

    Of the posts of each fortnight two go, on two Sundays that follow each other, one week to a year later. The
    fortnights of a block are matched one to one with those of the next block, so that on every Sunday evening there
    is exactly one fortnight to take a post from (which may, rarely, be too empty for that).
    """
    if not who.tidies:
        return None
    fortnight = (day_number(slot.minted, who) - 1) // 14
    first = fortnight * 14 + 1
    posts = [each for day in range(first, first + 14) for each in slots_of_day(seed, who.number, day)]
    dice = Dice(seed, "tidy", who.number, fortnight)
    turn = sorted(dice.bits(each.post_id, 64) for each in posts).index(dice.bits(slot.post_id, 64))
    if turn > 1:
        return None
    block, at = divmod(fortnight, _BLOCK)
    shuffle = Dice(seed, "tidy block", who.number, block)
    step, shift = 2 * shuffle.integer("step", 0, _BLOCK // 2 - 1) + 1, shuffle.integer("shift", 0, _BLOCK - 1)
    target = (block + 1) * _BLOCK + (at * step + shift) % _BLOCK
    monday = date.fromordinal((2 * target + turn) * 7 + 1)
    evening = datetime.combine(monday, datetime.min.time()) + _SUNDAY_EVENING
    return int(evening.replace(tzinfo=who.tz).timestamp())
