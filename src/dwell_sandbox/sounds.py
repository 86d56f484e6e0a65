"""What is heard: the creator's own sound, or one that is in fashion in the niche; each id leads back to its sound."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from dwell_sandbox.creator_lookup import creator
from dwell_sandbox.creators import Creator
from dwell_sandbox.dice import Dice
from dwell_sandbox.lifecycle import Lifecycle, unix_second
from dwell_sandbox.niches import NICHES
from dwell_sandbox.schedule import Slot, day_number, slot_of
from dwell_sandbox.trends import SOUNDS, followed, life

_NICHES = tuple(NICHES)
_SERIALS = 2**12
_WORDS = (
    ("Paper", "Velvet", "Slow", "Neon", "Tidal", "Copper", "Sunday", "Little"),
    ("Moon", "Motors", "Habit", "Garden", "Static", "Kites", "Signal", "Honey"),
)


@dataclass(frozen=True, slots=True)
class Sound:
    """One sound.

    Attributes:
        sound_id: 19 digits; the upper 32 bits are the second it was made.
        title: As shown.
        author: Who made it.
        original: Made for the post it is heard in.
        duration_s: Its length in seconds.
        niche: Where it is in fashion, and `life`, when; null for an original sound.
        life: See `niche`.
        post_id: The one post that an original sound was made for; else null.
    """

    sound_id: str
    title: str
    author: str
    original: bool
    duration_s: int
    niche: str | None = None
    life: Lifecycle | None = None
    post_id: str | None = None


def sound_for(seed: int, who: Creator, slot: Slot) -> Sound:
    """The sound of a post: its creator's own in nearly two of three, else the one that the creator follows that day."""
    serial = trending_serial(seed, who, slot)
    return own(seed, who, slot) if serial is None else trending(seed, who.niche, serial)


def trending_serial(seed: int, who: Creator, slot: Slot) -> int | None:
    """The serial, within the creator's niche, of the sound in fashion that the post uses; null if it has its own."""
    if not Dice(seed, "post", slot.post_id).chance("in fashion", SOUNDS.chance):
        return None
    return followed(seed, SOUNDS, who.niche, who.number, day_number(slot.minted, who))


def own(seed: int, who: Creator, slot: Slot) -> Sound:
    """The sound that was made for this post."""
    made, low = divmod(int(slot.post_id), 2**32)
    sound_id = str((made << 32) | (low ^ _mask(seed, "own sound", made)))
    title = f"original sound - {who.handle}"
    return Sound(sound_id, title, who.handle, original=True, duration_s=30, post_id=slot.post_id)


@lru_cache(maxsize=4096)
def trending(seed: int, niche: str, serial: int) -> Sound:
    """The serial-th sound of a niche."""
    spans = life(seed, SOUNDS, niche, serial)
    dice = Dice(seed, "sound", niche, serial)
    made = unix_second(spans.born)
    plain = _NICHES.index(niche) + 8 * (serial + _SERIALS * dice.bits("spare", 17))
    title = " ".join(dice.pick(f"word {at}", words) for at, words in enumerate(_WORDS))
    sound_id = str((made << 32) | (plain ^ _mask(seed, "sound", made)))
    duration = dice.integer("length", 12, 60)
    return Sound(sound_id, title, "demo artist", original=False, duration_s=duration, niche=niche, life=spans)


def find_sound(seed: int, sound_id: str) -> Sound | None:
    """The sound with this id, or null: nothing in this world sounds like that."""
    if not (sound_id.isascii() and sound_id.isdigit() and len(sound_id) == 19 and int(sound_id) < 2**63):
        return None
    made, low = divmod(int(sound_id), 2**32)
    at, rest = (low ^ _mask(seed, "sound", made)) % 8, (low ^ _mask(seed, "sound", made)) // 8
    if at < len(_NICHES) and trending(seed, _NICHES[at], rest % _SERIALS).sound_id == sound_id:
        return trending(seed, _NICHES[at], rest % _SERIALS)
    slot = slot_of(seed, str((made << 32) | (low ^ _mask(seed, "own sound", made))))
    if slot is None or trending_serial(seed, creator(seed, slot.number), slot) is not None:
        return None
    return own(seed, creator(seed, slot.number), slot)


def _mask(seed: int, purpose: str, made: int) -> int:
    return Dice(seed, purpose, made).bits("low", 32)
