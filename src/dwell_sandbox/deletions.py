"""Which posts a creator deletes: two of each fortnight, on Sunday evenings one week to a year later."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from dwell_sandbox.creators import Creator
from dwell_sandbox.seeded_random import SeededRandom
from dwell_sandbox.uploads import Upload, day_number, list_day_uploads

_BLOCK = 16
_SUNDAY_EVENING = timedelta(days=6, hours=20, minutes=15)


def find_deletion(seed: int, creator: Creator, upload: Upload) -> int | None:
    """Unix second at which the post is deleted, or null if it stays.

    Two posts of each fortnight are deleted, on two consecutive Sundays one week to a year later. The fortnights of a
    block are matched one to one with those of the next block, so that each Sunday evening has exactly one fortnight
    to delete a post from (which may, rarely, have too few posts).
    """
    if not creator.deletes_posts:
        return None
    fortnight = (day_number(upload.minted, creator) - 1) // 14
    first = fortnight * 14 + 1
    posts = [each for day in range(first, first + 14) for each in list_day_uploads(seed, creator.number, day)]
    rng = SeededRandom(seed, "tidy", creator.number, fortnight)
    rank = sorted(rng.bits(each.post_id, 64) for each in posts).index(rng.bits(upload.post_id, 64))
    if rank > 1:
        return None
    block, at = divmod(fortnight, _BLOCK)
    shuffle = SeededRandom(seed, "tidy block", creator.number, block)
    step, shift = 2 * shuffle.integer("step", 0, _BLOCK // 2 - 1) + 1, shuffle.integer("shift", 0, _BLOCK - 1)
    target = (block + 1) * _BLOCK + (at * step + shift) % _BLOCK
    monday = date.fromordinal((2 * target + rank) * 7 + 1)
    evening = datetime.combine(monday, datetime.min.time()) + _SUNDAY_EVENING
    return int(evening.replace(tzinfo=creator.tz).timestamp())
