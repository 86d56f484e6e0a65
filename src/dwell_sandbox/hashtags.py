"""Hashtags: those that a niche always uses, and those that come and go; each id leads back to its name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from dwell_sandbox.dice import Dice
from dwell_sandbox.lifecycle import Lifecycle
from dwell_sandbox.niches import EVERYWHERE, NICHES
from dwell_sandbox.trends import HASHTAGS, life

_FIRST = (
    "slow", "tiny", "golden", "lazy", "secret", "honest", "midnight", "rainy", "quiet", "crispy", "second", "little",
    "perfect", "messy", "winter", "summer", "monday", "sunday", "silent", "brave", "cosy", "cheap", "wild", "gentle",
    "neon", "paper", "velvet", "salty", "lucky", "odd", "early", "late",
)  # fmt: skip
_SECOND = (
    "lemon", "window", "river", "button", "kettle", "pocket", "ladder", "garden", "mirror", "engine", "pillow",
    "ticket", "candle", "bridge", "carpet", "orange", "pepper", "shadow", "thunder", "whistle", "marble", "feather",
    "corner", "basket", "copper", "puzzle", "rocket", "saddle", "tunnel", "anchor", "blanket", "compass",
)  # fmt: skip
_ENDINGS = {
    "cooking": "bites", "running": "miles", "beauty": "glow", "tech": "setup", "travel": "trip", "comedy": "bit",
}  # fmt: skip
_NAMES = len(_FIRST) * len(_SECOND)
_ALWAYS = tuple((name, tag) for name in NICHES for tag in NICHES[name].hashtags) + tuple(
    ("", tag) for tag in EVERYWHERE
)
_BITS = 39
_CODES = 2**14


@dataclass(frozen=True, slots=True)
class Hashtag:
    """One hashtag.

    Attributes:
        hashtag_id: Up to 12 digits.
        name: Lower case, without #.
        niche: Who uses it; null where all do.
        life: When it is in use; null for one that always is.
    """

    hashtag_id: str
    name: str
    niche: str | None
    life: Lifecycle | None


def trending_name(seed: int, niche: str, serial: int) -> str:
    """The name of the serial-th hashtag that comes and goes in a niche; names return after 19 years."""
    step, shift = _shuffle(seed, niche)
    first, second = divmod((serial * step + shift) % _NAMES, len(_SECOND))
    return _FIRST[first] + _SECOND[second] + _ENDINGS[niche]


@lru_cache(maxsize=8192)
def find_hashtag(seed: int, name: str) -> Hashtag | None:
    """The hashtag with this name (case and # ignored), or null: nobody in this world ever uses it."""
    wanted = name.removeprefix("#").lower()
    for code, (niche, tag) in enumerate(_ALWAYS):
        if tag == wanted:
            return Hashtag(_id(seed, code, wanted), tag, niche or None, None)
    for at, (niche, ending) in enumerate(_ENDINGS.items()):
        place = _places().get(wanted.removesuffix(ending)) if wanted.endswith(ending) else None
        if place is not None:
            step, shift = _shuffle(seed, niche)
            serial = (place - shift) * pow(step, -1, _NAMES) % _NAMES
            code = len(_ALWAYS) + at * _NAMES + serial
            return Hashtag(_id(seed, code, wanted), wanted, niche, life(seed, HASHTAGS, niche, serial))
    return None


def find_hashtag_by_id(seed: int, hashtag_id: str) -> Hashtag | None:
    """The hashtag with this id, or null."""
    if not (hashtag_id.isascii() and hashtag_id.isdigit() and len(hashtag_id) <= 12):
        return None
    code = (int(hashtag_id) ^ _mask(seed)) % _CODES
    if code < len(_ALWAYS):
        found = find_hashtag(seed, _ALWAYS[code][1])
    else:
        at, serial = divmod(code - len(_ALWAYS), _NAMES)
        niches = tuple(_ENDINGS)
        found = find_hashtag(seed, trending_name(seed, niches[at], serial)) if at < len(niches) else None
    return found if found and found.hashtag_id == hashtag_id else None


def _id(seed: int, code: int, name: str) -> str:
    spare = Dice(seed, "hashtag", name).bits("spare", _BITS - 14)
    return str((code + _CODES * spare) ^ _mask(seed))


def _mask(seed: int) -> int:
    return Dice(seed, "hashtag mask").bits("low", _BITS)


@lru_cache(maxsize=64)
def _shuffle(seed: int, niche: str) -> tuple[int, int]:
    dice = Dice(seed, "hashtag names", niche)
    return 2 * dice.integer("step", 0, _NAMES // 2 - 1) + 1, dice.integer("shift", 0, _NAMES - 1)


@lru_cache(maxsize=1)
def _places() -> dict[str, int]:
    return {
        first + second: at * len(_SECOND) + to for at, first in enumerate(_FIRST) for to, second in enumerate(_SECOND)
    }
