"""Sounds: original ones, each of one post, and trending ones of a niche; each id leads back to its sound."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from dwell_sandbox.creator_lookup import get_creator
from dwell_sandbox.creators import Creator
from dwell_sandbox.lifecycle import Lifecycle, day_to_second
from dwell_sandbox.niches import NICHES
from dwell_sandbox.seeded_random import SeededRandom
from dwell_sandbox.trends import SOUNDS, followed_serial, get_lifecycle
from dwell_sandbox.uploads import Upload, day_number, find_upload

_NICHES = tuple(NICHES)
_SERIALS = 2**12
_TITLE_WORDS = (
    ("Paper", "Velvet", "Slow", "Neon", "Tidal", "Copper", "Sunday", "Little"),
    ("Moon", "Motors", "Habit", "Garden", "Static", "Kites", "Signal", "Honey"),
)


@dataclass(frozen=True, slots=True)
class Sound:
    """One sound.

    Attributes:
        sound_id: 19 digits; the upper 32 bits are the second of its creation.
        title: Its title.
        author: Its author.
        original: Whether it belongs to one post.
        duration_s: Its length in seconds.
        niche: The niche in which it is a trend; null for an original sound.
        lifecycle: When it is a trend; null for an original sound.
        post_id: The post of an original sound; else null.
    """

    sound_id: str
    title: str
    author: str
    original: bool
    duration_s: int
    niche: str | None = None
    lifecycle: Lifecycle | None = None
    post_id: str | None = None


def get_sound(seed: int, creator: Creator, upload: Upload) -> Sound:
    """The sound of a post: original for nearly two of three posts, else the trend its creator follows that day."""
    serial = trending_serial(seed, creator, upload)
    return original_sound(seed, creator, upload) if serial is None else trending_sound(seed, creator.niche, serial)


def trending_serial(seed: int, creator: Creator, upload: Upload) -> int | None:
    """The serial, within the creator's niche, of the post's trending sound; null if the sound is original."""
    if not SeededRandom(seed, "post", upload.post_id).chance("in fashion", SOUNDS.chance):
        return None
    return followed_serial(seed, SOUNDS, creator.niche, creator.number, day_number(upload.minted, creator))


def original_sound(seed: int, creator: Creator, upload: Upload) -> Sound:
    """The original sound of a post."""
    created, low = divmod(int(upload.post_id), 2**32)
    sound_id = str((created << 32) | (low ^ _mask(seed, "own sound", created)))
    title = f"original sound - {creator.handle}"
    return Sound(sound_id, title, creator.handle, original=True, duration_s=30, post_id=upload.post_id)


@lru_cache(maxsize=4096)
def trending_sound(seed: int, niche: str, serial: int) -> Sound:
    """The trending sound of a niche with this serial."""
    lifecycle = get_lifecycle(seed, SOUNDS, niche, serial)
    rng = SeededRandom(seed, "sound", niche, serial)
    created = day_to_second(lifecycle.start)
    plain = _NICHES.index(niche) + 8 * (serial + _SERIALS * rng.bits("spare", 17))
    title = " ".join(rng.choice(f"word {at}", words) for at, words in enumerate(_TITLE_WORDS))
    sound_id = str((created << 32) | (plain ^ _mask(seed, "sound", created)))
    duration = rng.integer("length", 12, 60)
    return Sound(sound_id, title, "demo artist", original=False, duration_s=duration, niche=niche, lifecycle=lifecycle)


def find_sound(seed: int, sound_id: str) -> Sound | None:
    """The sound with this id, or null if this world has none."""
    if not (sound_id.isascii() and sound_id.isdigit() and len(sound_id) == 19 and int(sound_id) < 2**63):
        return None
    created, low = divmod(int(sound_id), 2**32)
    index, rest = (low ^ _mask(seed, "sound", created)) % 8, (low ^ _mask(seed, "sound", created)) // 8
    if index < len(_NICHES) and trending_sound(seed, _NICHES[index], rest % _SERIALS).sound_id == sound_id:
        return trending_sound(seed, _NICHES[index], rest % _SERIALS)
    upload = find_upload(seed, str((created << 32) | (low ^ _mask(seed, "own sound", created))))
    if upload is None or trending_serial(seed, get_creator(seed, upload.number), upload) is not None:
        return None
    return original_sound(seed, get_creator(seed, upload.number), upload)


def _mask(seed: int, purpose: str, created: int) -> int:
    return SeededRandom(seed, purpose, created).bits("low", 32)
