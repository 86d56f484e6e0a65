"""Finds the posts with a sound or a hashtag among a sample of creators for each topic."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import islice
from math import ceil, floor

from dwell_sandbox import posts, sounds
from dwell_sandbox.creator_lookup import get_creator
from dwell_sandbox.creators import Creator
from dwell_sandbox.hashtags import Hashtag
from dwell_sandbox.lifecycle import Lifecycle
from dwell_sandbox.seeded_random import SeededRandom
from dwell_sandbox.sounds import Sound
from dwell_sandbox.topic_sample import iterate_blocks, iterate_uploads, newest_visible, sample_creators
from dwell_sandbox.trends import HASHTAGS, SOUNDS, TrendKind, followed_serial, get_lifecycle
from dwell_sandbox.uploads import Upload, find_upload, list_day_uploads

NO_LIMIT = 10**9
"""A limit that no sample reaches."""

_SAMPLE_SIZE = 260
_SAMPLE_SIZE_PER_BLOCK = 24
_BLOCK_DAYS = 14
_MAX_BLOCKS = 26
_TRENDING_SERIAL: dict[str, Callable[[int, Creator, Upload], int | None]] = {
    SOUNDS.name: sounds.trending_serial,
    HASHTAGS.name: posts.trending_serial,
}


def find_posts_with_sound(seed: int, sound: Sound, second: int, limit: int) -> tuple[str, ...]:
    """Ids of posts with the sound that are visible at a Unix second, newest first."""
    if sound.post_id is not None:
        upload = find_upload(seed, sound.post_id)
        return newest_visible(seed, [] if upload is None else [(upload,)], second, limit)
    return _find_trend_posts(seed, SOUNDS, sound.niche, sound.lifecycle, second, limit)


def find_posts_with_hashtag(seed: int, tag: Hashtag, second: int, limit: int) -> tuple[str, ...]:
    """Ids of posts with the hashtag that are visible at a Unix second, newest first.

    For a lasting hashtag this goes back a year at most.
    """
    if tag.lifecycle is not None:
        return _find_trend_posts(seed, HASHTAGS, tag.niche, tag.lifecycle, second, limit)
    recent = islice(iterate_blocks(second, _BLOCK_DAYS), _MAX_BLOCKS)
    blocks = (_hashtag_uploads(seed, tag.name, tag.niche or "", block) for block in recent)
    return newest_visible(seed, blocks, second, limit)


def _find_trend_posts(
    seed: int, kind: TrendKind, niche: str | None, lifecycle: Lifecycle | None, second: int, limit: int
) -> tuple[str, ...]:
    if niche is None or lifecycle is None:
        return ()
    return newest_visible(seed, [_trend_uploads(seed, kind, niche, lifecycle.serial)], second, limit)


@lru_cache(maxsize=512)
def _trend_uploads(seed: int, kind: TrendKind, niche: str, serial: int) -> tuple[Upload, ...]:
    """Uploads of the sample that follow a trend, over its whole lifecycle."""
    lifecycle = get_lifecycle(seed, kind, niche, serial)
    days = range(floor(lifecycle.start), ceil(lifecycle.end))
    trending_serial = _TRENDING_SERIAL[kind.name]
    return tuple(
        upload
        for number in sample_creators(seed, f"{kind.name} {serial}", 0, niche, _SAMPLE_SIZE)
        for day in days
        if followed_serial(seed, kind, niche, number, day) == serial
        for upload in list_day_uploads(seed, number, day)
        if trending_serial(seed, get_creator(seed, number), upload) == serial
    )


@lru_cache(maxsize=1024)
def _hashtag_uploads(seed: int, tag: str, niche: str, block: int) -> tuple[Upload, ...]:
    """Uploads of the sample with a lasting hashtag, in one block of days."""
    numbers = sample_creators(seed, f"tag {tag}", block, niche, _SAMPLE_SIZE_PER_BLOCK)
    first = block * _BLOCK_DAYS
    return tuple(
        upload
        for creator, upload in iterate_uploads(seed, numbers, first, first + _BLOCK_DAYS - 1)
        if posts.has_hashtag(SeededRandom(seed, "post", upload.post_id), creator, tag)
    )
