"""What is heard: the creator's own sound, or one of the sounds that are around in that month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from dwell.sandbox.dice import Dice
from dwell.sandbox.schedule import Slot

_ORIGINAL = 0.55
_AROUND = 10
_MONTH = 2_629_800
_WORDS = (
    ("Paper", "Velvet", "Slow", "Neon", "Tidal", "Copper", "Sunday", "Little"),
    ("Moon", "Motors", "Habit", "Garden", "Static", "Kites", "Signal", "Honey"),
)


@dataclass(frozen=True, slots=True)
class Sound:
    """One sound.

    Attributes:
        sound_id: 19 digits.
        title: As shown.
        author: Who made it.
        original: Made for the post it is heard in.
        duration_s: Its length in seconds.
    """

    sound_id: str
    title: str
    author: str
    original: bool
    duration_s: int


def sound_for(seed: int, slot: Slot, dice: Dice, handle: str) -> Sound:
    """The sound of a post: its creator's own in a little over half of them, else one that is around that month."""
    if dice.chance("original", _ORIGINAL):
        sound_id = (slot.minted << 32) | Dice(seed, "own sound", slot.post_id).bits("low", 32)
        return Sound(str(sound_id), f"original sound - {handle}", handle, original=True, duration_s=30)
    rank = min(dice.integer("sound", 0, _AROUND - 1), dice.integer("sound again", 0, _AROUND - 1))
    return _around(seed, slot.posted // _MONTH - dice.integer("late", 0, 2), rank)


def _around(seed: int, month: int, rank: int) -> Sound:
    dice = Dice(seed, "sound", month, rank)
    made = int(datetime.fromtimestamp(month * _MONTH, UTC).timestamp()) + dice.integer("second", 0, _MONTH - 1)
    title = " ".join(dice.pick(f"word {at}", words) for at, words in enumerate(_WORDS))
    return Sound(str((made << 32) | dice.bits("low", 32)), title, "demo artist", original=False, duration_s=60)
