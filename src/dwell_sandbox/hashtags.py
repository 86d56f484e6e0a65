"""Hashtags: lasting ones, which a niche always uses, and trending ones; the name can be computed from each id."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from dwell_sandbox.lifecycle import Lifecycle
from dwell_sandbox.niches import GENERIC_HASHTAGS, NICHES
from dwell_sandbox.seeded_random import SeededRandom
from dwell_sandbox.trends import HASHTAGS, get_lifecycle

_FIRST_WORDS = (
    "slow", "tiny", "golden", "lazy", "secret", "honest", "midnight", "rainy", "quiet", "crispy", "second", "little",
    "perfect", "messy", "winter", "summer", "monday", "sunday", "silent", "brave", "cosy", "cheap", "wild", "gentle",
    "neon", "paper", "velvet", "salty", "lucky", "odd", "early", "late",
)  # fmt: skip
_SECOND_WORDS = (
    "lemon", "window", "river", "button", "kettle", "pocket", "ladder", "garden", "mirror", "engine", "pillow",
    "ticket", "candle", "bridge", "carpet", "orange", "pepper", "shadow", "thunder", "whistle", "marble", "feather",
    "corner", "basket", "copper", "puzzle", "rocket", "saddle", "tunnel", "anchor", "blanket", "compass",
)  # fmt: skip
_ENDINGS = {
    "cooking": "bites", "running": "miles", "beauty": "glow", "tech": "setup", "travel": "trip", "comedy": "bit",
}  # fmt: skip
_NAMES = len(_FIRST_WORDS) * len(_SECOND_WORDS)
_LASTING_HASHTAGS = tuple((name, tag) for name in NICHES for tag in NICHES[name].hashtags) + tuple(
    ("", tag) for tag in GENERIC_HASHTAGS
)
_BITS = 39
_CODES = 2**14


@dataclass(frozen=True, slots=True)
class Hashtag:
    """One hashtag.

    Attributes:
        hashtag_id: Up to 12 digits.
        name: Lower case, without #.
        niche: The niche that uses it; null if all do.
        lifecycle: When it is in use; null for a lasting one.
    """

    hashtag_id: str
    name: str
    niche: str | None
    lifecycle: Lifecycle | None


def trending_hashtag_name(seed: int, niche: str, serial: int) -> str:
    """The name of a niche's trending hashtag with this serial; names repeat after 19 years."""
    step, shift = _shuffle(seed, niche)
    first, second = divmod((serial * step + shift) % _NAMES, len(_SECOND_WORDS))
    return _FIRST_WORDS[first] + _SECOND_WORDS[second] + _ENDINGS[niche]


@lru_cache(maxsize=8192)
def find_hashtag(seed: int, name: str) -> Hashtag | None:
    """The hashtag with this name (case and # ignored), or null if this world has none."""
    wanted = name.removeprefix("#").lower()
    for code, (niche, tag) in enumerate(_LASTING_HASHTAGS):
        if tag == wanted:
            return Hashtag(_id(seed, code, wanted), tag, niche or None, None)
    for index, (niche, ending) in enumerate(_ENDINGS.items()):
        position = _name_positions().get(wanted.removesuffix(ending)) if wanted.endswith(ending) else None
        if position is not None:
            step, shift = _shuffle(seed, niche)
            serial = (position - shift) * pow(step, -1, _NAMES) % _NAMES
            code = len(_LASTING_HASHTAGS) + index * _NAMES + serial
            return Hashtag(_id(seed, code, wanted), wanted, niche, get_lifecycle(seed, HASHTAGS, niche, serial))
    return None


def find_hashtag_by_id(seed: int, hashtag_id: str) -> Hashtag | None:
    """The hashtag with this id, or null if there is none."""
    if not (hashtag_id.isascii() and hashtag_id.isdigit() and len(hashtag_id) <= 12):
        return None
    code = (int(hashtag_id) ^ _mask(seed)) % _CODES
    if code < len(_LASTING_HASHTAGS):
        hashtag = find_hashtag(seed, _LASTING_HASHTAGS[code][1])
    else:
        index, serial = divmod(code - len(_LASTING_HASHTAGS), _NAMES)
        niches = tuple(_ENDINGS)
        known = index < len(niches)
        hashtag = find_hashtag(seed, trending_hashtag_name(seed, niches[index], serial)) if known else None
    return hashtag if hashtag and hashtag.hashtag_id == hashtag_id else None


def _id(seed: int, code: int, name: str) -> str:
    spare = SeededRandom(seed, "hashtag", name).bits("spare", _BITS - 14)
    return str((code + _CODES * spare) ^ _mask(seed))


def _mask(seed: int) -> int:
    return SeededRandom(seed, "hashtag mask").bits("low", _BITS)


@lru_cache(maxsize=64)
def _shuffle(seed: int, niche: str) -> tuple[int, int]:
    rng = SeededRandom(seed, "hashtag names", niche)
    return 2 * rng.integer("step", 0, _NAMES // 2 - 1) + 1, rng.integer("shift", 0, _NAMES - 1)


@lru_cache(maxsize=1)
def _name_positions() -> dict[str, int]:
    return {
        first + second: row * len(_SECOND_WORDS) + column
        for row, first in enumerate(_FIRST_WORDS)
        for column, second in enumerate(_SECOND_WORDS)
    }
