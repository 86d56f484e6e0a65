"""Finds posts by sound, hashtag or words without a table, in a sample of creators.

Each topic has a sample of a few hundred creators or fewer, drawn anew for each block of days. All posts of the sample
that have the topic are found, so counts per day rise and fade with the topic, and nothing needs to be stored. Posts of
the millions of other creators are not found: the result is always the same sample.
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

FIRST_DAY = 737_791  # 1 January 2021, as `date.toordinal`: no creator joined earlier


@lru_cache(maxsize=2048)
def sample_creators(seed: int, topic: str, block: int, niche: str, size: int) -> tuple[int, ...]:
    """Numbers of the sampled creators for a topic and a block of days; an empty `niche` means all niches."""
    rng = SeededRandom(seed, "sample", topic, block)
    drawn = (rng.integer(f"number {position}", 5, CREATORS - 1) for position in count())
    matching = (number for number in drawn if not niche or get_niche(seed, number) == niche)
    return tuple(dict.fromkeys(islice(matching, size)))  # without duplicates


def iterate_uploads(seed: int, numbers: tuple[int, ...], first: int, last: int) -> Iterator[tuple[Creator, Upload]]:
    """The uploads of these creators from the first to the last local day, both included."""
    for number in numbers:
        for day in range(first, last + 1):
            for upload in list_day_uploads(seed, number, day):
                yield get_creator(seed, number), upload


def is_visible(seed: int, upload: Upload, second: int) -> bool:
    """Whether the post is published, not deleted, and its account visible at a Unix second."""
    if upload.posted > second:
        return False
    deleted = _find_deletion(seed, upload)
    if deleted is not None and deleted <= second:
        return False
    creator = get_creator(seed, upload.number)
    status = status_at(seed, creator, handle_at(seed, creator, second), second)
    return status is not None and status.visible


def newest_visible(seed: int, blocks: Iterable[tuple[Upload, ...]], second: int, limit: int) -> tuple[str, ...]:
    """Ids of the newest posts that are visible at a Unix second; blocks are newest first, unordered inside.

    A scheduled post is published days after its upload, maybe in the next block, so one more block than needed is read.
    """
    uploads: list[Upload] = []
    enough = False
    for block in blocks:
        uploads += [upload for upload in block if is_visible(seed, upload, second)]
        if enough:
            break
        enough = len(uploads) >= limit
    uploads.sort(key=lambda upload: (upload.posted, upload.post_id), reverse=True)
    return tuple(upload.post_id for upload in uploads[: max(0, limit)])


def iterate_blocks(second: int, days: int) -> Iterator[int]:
    """Numbers of the blocks of `days` days, from the one with the second back to the first."""
    newest = int(second_to_day(second)) + 1  # one more day: east of Greenwich it has begun
    yield from range(newest // days, FIRST_DAY // days - 1, -1)


@lru_cache(maxsize=65_536)
def _find_deletion(seed: int, upload: Upload) -> int | None:
    return find_deletion(seed, get_creator(seed, upload.number), upload)
