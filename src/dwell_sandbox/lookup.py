"""Who used this? Finds posts by sound, hashtag or subject without a table, by asking creators and days.

Each topic has creators of its own, a few hundred or fewer, drawn anew for each block of days. Whatever they posted in
those days and really carries the topic is found, so counts by day rise and fade with the topic, and no creator is
remembered. Posts of the millions of others are not found: the list is a sample, the same for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import count, islice

from dwell_sandbox.creator_lookup import creator, niche_of
from dwell_sandbox.creators import CREATORS, Creator
from dwell_sandbox.deletions import deleted_second
from dwell_sandbox.dice import Dice
from dwell_sandbox.lifecycle import day_of
from dwell_sandbox.schedule import Slot, slots_of_day
from dwell_sandbox.standing import handle_at, standing

FIRST_DAY = 737_791  # 1 January 2021, as `date.toordinal`: nobody had joined before


@lru_cache(maxsize=2048)
def sampled(seed: int, topic: str, block: int, niche: str, size: int) -> tuple[int, ...]:
    """Numbers of the creators who are asked about a topic in a block of days; of all niches where `niche` is empty."""
    dice = Dice(seed, "sample", topic, block)
    drawn = (dice.integer(f"number {place}", 5, CREATORS - 1) for place in count())
    fitting = (number for number in drawn if not niche or niche_of(seed, number) == niche)
    return tuple(dict.fromkeys(islice(fitting, size)))  # a number drawn twice is asked once


def uploads(seed: int, numbers: tuple[int, ...], first: int, last: int) -> Iterator[tuple[Creator, Slot]]:
    """The uploads of these creators from the first to the last local day, both included."""
    for number in numbers:
        for day in range(first, last + 1):
            for slot in slots_of_day(seed, number, day):
                yield creator(seed, number), slot


def shown(seed: int, slot: Slot, second: int) -> bool:
    """Whether the post is published, still there, and its account open to see at that Unix second."""
    if slot.posted > second:
        return False
    gone = _gone(seed, slot)
    if gone is not None and gone <= second:
        return False
    who = creator(seed, slot.number)
    now = standing(seed, who, handle_at(seed, who, second), second)
    return now is not None and now.visible


def newest_first(seed: int, blocks: Iterable[tuple[Slot, ...]], second: int, limit: int) -> tuple[str, ...]:
    """Ids of the newest posts that can be seen at that Unix second; blocks come newest first, unordered inside.

    A scheduled post comes up days after its upload, maybe in the next block, so one block more than needed is read.
    """
    found: list[Slot] = []
    enough = False
    for block in blocks:
        found += [slot for slot in block if shown(seed, slot, second)]
        if enough:
            break
        enough = len(found) >= limit
    found.sort(key=lambda slot: (slot.posted, slot.post_id), reverse=True)
    return tuple(slot.post_id for slot in found[: max(0, limit)])


def blocks_before(second: int, days: int) -> Iterator[int]:
    """Numbers of the blocks of so many days, the one that holds the second first, back to the beginning."""
    newest = int(day_of(second)) + 1  # a day more: east of Greenwich it has begun
    yield from range(newest // days, FIRST_DAY // days - 1, -1)


@lru_cache(maxsize=65_536)
def _gone(seed: int, slot: Slot) -> int | None:
    return deleted_second(seed, creator(seed, slot.number), slot)
