"""Who used this? Finds posts by sound, hashtag or subject without a table, by asking creators and days.

Each topic has creators of its own, a few hundred or fewer, drawn anew for each block of days. Whatever they posted in
those days and really carries the topic is found, so counts by day rise and fade with the topic, and no creator is
remembered. Posts of the millions of others are not found: the list is a sample, the same for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import count, islice

from dwell_sandbox.account_status import handle_at, status_at
from dwell_sandbox.creator_lookup import get_creator, get_niche
from dwell_sandbox.creators import CREATORS, Creator
from dwell_sandbox.deletions import find_deletion
from dwell_sandbox.lifecycle import second_to_day
from dwell_sandbox.seeded_random import SeededRandom
from dwell_sandbox.uploads import Upload, list_day_uploads

FIRST_DAY = 737_791  # 1 January 2021, as `date.toordinal`: nobody had joined before


@lru_cache(maxsize=2048)
def sample_creators(seed: int, topic: str, block: int, niche: str, size: int) -> tuple[int, ...]:
    """Numbers of the creators who are asked about a topic in a block of days; of all niches where `niche` is empty."""
    rng = SeededRandom(seed, "sample", topic, block)
    drawn = (rng.integer(f"number {place}", 5, CREATORS - 1) for place in count())
    fitting = (number for number in drawn if not niche or get_niche(seed, number) == niche)
    return tuple(dict.fromkeys(islice(fitting, size)))  # a number drawn twice is asked once


def iterate_uploads(seed: int, numbers: tuple[int, ...], first: int, last: int) -> Iterator[tuple[Creator, Upload]]:
    """The uploads of these creators from the first to the last local day, both included."""
    for number in numbers:
        for day in range(first, last + 1):
            for upload in list_day_uploads(seed, number, day):
                yield get_creator(seed, number), upload


def is_visible(seed: int, upload: Upload, second: int) -> bool:
    """Whether the post is published, still there, and its account open to see at that Unix second."""
    if upload.posted > second:
        return False
    gone = _find_deletion(seed, upload)
    if gone is not None and gone <= second:
        return False
    creator = get_creator(seed, upload.number)
    now = status_at(seed, creator, handle_at(seed, creator, second), second)
    return now is not None and now.visible


def newest_visible(seed: int, blocks: Iterable[tuple[Upload, ...]], second: int, limit: int) -> tuple[str, ...]:
    """Ids of the newest posts that can be seen at that Unix second; blocks come newest first, unordered inside.

    A scheduled post comes up days after its upload, maybe in the next block, so one block more than needed is read.
    """
    found: list[Upload] = []
    enough = False
    for block in blocks:
        found += [upload for upload in block if is_visible(seed, upload, second)]
        if enough:
            break
        enough = len(found) >= limit
    found.sort(key=lambda upload: (upload.posted, upload.post_id), reverse=True)
    return tuple(upload.post_id for upload in found[: max(0, limit)])


def iterate_blocks(second: int, days: int) -> Iterator[int]:
    """Numbers of the blocks of so many days, the one that holds the second first, back to the beginning."""
    newest = int(second_to_day(second)) + 1  # a day more: east of Greenwich it has begun
    yield from range(newest // days, FIRST_DAY // days - 1, -1)


@lru_cache(maxsize=65_536)
def _find_deletion(seed: int, upload: Upload) -> int | None:
    return find_deletion(seed, get_creator(seed, upload.number), upload)
