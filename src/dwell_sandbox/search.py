"""Finds posts by words, as the app's search does: in the caption, in the hashtags, or the subject itself."""

from __future__ import annotations

from functools import lru_cache
from itertools import islice

from dwell_sandbox.creators import Creator
from dwell_sandbox.dice import Dice
from dwell_sandbox.found import ALL, with_hashtag
from dwell_sandbox.hashtags import Hashtag, find_hashtag
from dwell_sandbox.lookup import blocks_before, newest_first, sampled, uploads
from dwell_sandbox.made import make
from dwell_sandbox.niches import EVERYWHERE, NICHES, Niche
from dwell_sandbox.posts import TAILS, hashtags, text
from dwell_sandbox.schedule import Slot

_ASKED_A_BLOCK = 24
_BLOCK_DAYS = 14
_MOST_BLOCKS = 13


def words_of(query: str) -> tuple[str, ...]:
    """The words of a query, lower case, without #."""
    return tuple(word for part in query.lower().split() if (word := part.strip("#\"',.:!?")))


def holds(seed: int, who: Creator, slot: Slot, words: tuple[str, ...]) -> bool:
    """Whether the post's caption holds every word, or the word is the niche itself; the text is asked first."""
    said = text(Dice(seed, "post", slot.post_id), who).lower()
    rest = [word for word in words if word not in said and word != who.niche]
    return not rest or all(any(word in tag for tag in hashtags(seed, who, slot)) for word in rest)


def search(seed: int, query: str, second: int, limit: int) -> tuple[str, ...]:
    """Ids of posts that hold all words of the query and can be seen at that Unix second, newest first.

    Looks half a year back at most; empty for a query without a word. A hashtag in fashion is found by its whole name.
    """
    words = words_of(query)
    tag = next((found for word in words if (found := find_hashtag(seed, word)) and found.life), None)
    if tag is not None:
        return _under(seed, tag, words, second)[: max(0, limit)]
    niches = [niche.name for niche in NICHES.values() if words and _can_hold(niche, words)]
    blocks = (
        tuple(slot for niche in niches for slot in _holding(seed, words, niche, block, _ASKED_A_BLOCK // len(niches)))
        for block in islice(blocks_before(second, _BLOCK_DAYS), _MOST_BLOCKS)
    )
    return newest_first(seed, blocks, second, limit)


def _under(seed: int, tag: Hashtag, words: tuple[str, ...], second: int) -> tuple[str, ...]:
    found = [make(seed, post_id) for post_id in with_hashtag(seed, tag, second, ALL)]
    return tuple(made.slot.post_id for made in found if holds(seed, made.who, made.slot, words))


@lru_cache(maxsize=2048)
def _holding(seed: int, words: tuple[str, ...], niche: str, block: int, size: int) -> tuple[Slot, ...]:
    numbers = sampled(seed, f"search {' '.join(words)}", block, niche, size)
    first = block * _BLOCK_DAYS
    made = uploads(seed, numbers, first, first + _BLOCK_DAYS - 1)
    return tuple(slot for who, slot in made if holds(seed, who, slot, words))


def _can_hold(niche: Niche, words: tuple[str, ...]) -> bool:
    """Whether some caption of the niche can hold each of the words, each on its own."""
    texts = " ".join((niche.name, *niche.hashtags, *niche.subjects, *niche.openings, *TAILS, *EVERYWHERE)).lower()
    return all(word in texts for word in words)
