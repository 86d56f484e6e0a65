"""The posts that carry a sound or a hashtag, as far as the sample of creators behind each topic holds them."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import islice
from math import ceil, floor

from dwell_sandbox import posts, sounds
from dwell_sandbox.creator_lookup import creator
from dwell_sandbox.creators import Creator
from dwell_sandbox.dice import Dice
from dwell_sandbox.hashtags import Hashtag
from dwell_sandbox.lifecycle import Lifecycle
from dwell_sandbox.lookup import blocks_before, newest_first, sampled, uploads
from dwell_sandbox.schedule import Slot, slot_of, slots_of_day
from dwell_sandbox.sounds import Sound
from dwell_sandbox.trends import HASHTAGS, SOUNDS, Kind, followed, life

ALL = 10**9
"""A limit that no sample reaches."""

_ASKED = 260
_ASKED_A_BLOCK = 24
_BLOCK_DAYS = 14
_MOST_BLOCKS = 26
_TAKES_PART: dict[str, Callable[[int, Creator, Slot], int | None]] = {
    SOUNDS.name: sounds.trending_serial,
    HASHTAGS.name: posts.trending_serial,
}


def with_sound(seed: int, sound: Sound, second: int, limit: int) -> tuple[str, ...]:
    """Ids of posts that use the sound and can be seen at that Unix second, newest first."""
    if sound.post_id is not None:
        slot = slot_of(seed, sound.post_id)
        return newest_first(seed, [] if slot is None else [(slot,)], second, limit)
    return _following(seed, SOUNDS, sound.niche, sound.life, second, limit)


def with_hashtag(seed: int, tag: Hashtag, second: int, limit: int) -> tuple[str, ...]:
    """Ids of posts that carry the hashtag and can be seen at that Unix second, newest first.

    For one that is always in use this looks a year back at most.
    """
    if tag.life is not None:
        return _following(seed, HASHTAGS, tag.niche, tag.life, second, limit)
    recent = islice(blocks_before(second, _BLOCK_DAYS), _MOST_BLOCKS)
    blocks = (_carrying(seed, tag.name, tag.niche or "", block) for block in recent)
    return newest_first(seed, blocks, second, limit)


def _following(
    seed: int, kind: Kind, niche: str | None, spans: Lifecycle | None, second: int, limit: int
) -> tuple[str, ...]:
    if niche is None or spans is None:
        return ()
    return newest_first(seed, [_followers(seed, kind, niche, spans.serial)], second, limit)


@lru_cache(maxsize=512)
def _followers(seed: int, kind: Kind, niche: str, serial: int) -> tuple[Slot, ...]:
    """Uploads that take part in something that comes and goes, over its whole life."""
    spans = life(seed, kind, niche, serial)
    days = range(floor(spans.born), ceil(spans.ends))
    takes_part = _TAKES_PART[kind.name]
    return tuple(
        slot
        for number in sampled(seed, f"{kind.name} {serial}", 0, niche, _ASKED)
        for day in days
        if followed(seed, kind, niche, number, day) == serial
        for slot in slots_of_day(seed, number, day)
        if takes_part(seed, creator(seed, number), slot) == serial
    )


@lru_cache(maxsize=1024)
def _carrying(seed: int, tag: str, niche: str, block: int) -> tuple[Slot, ...]:
    """Uploads of one block of days that carry a hashtag which is always in use."""
    numbers = sampled(seed, f"tag {tag}", block, niche, _ASKED_A_BLOCK)
    first = block * _BLOCK_DAYS
    return tuple(
        slot
        for who, slot in uploads(seed, numbers, first, first + _BLOCK_DAYS - 1)
        if posts.carries(Dice(seed, "post", slot.post_id), who, tag)
    )
