"""Finds posts by words, as the app's search does: in the caption, in the hashtags, or as the niche."""

from __future__ import annotations

from functools import lru_cache
from itertools import islice

from dwell_sandbox.creators import Creator
from dwell_sandbox.hashtags import Hashtag, find_hashtag
from dwell_sandbox.niches import GENERIC_HASHTAGS, NICHES, Niche
from dwell_sandbox.post_details import get_post_details
from dwell_sandbox.posts import CAPTION_ENDINGS, draw_caption, draw_hashtags
from dwell_sandbox.seeded_random import SeededRandom
from dwell_sandbox.topic_posts import NO_LIMIT, find_posts_with_hashtag
from dwell_sandbox.topic_sample import iterate_blocks, iterate_uploads, newest_visible, sample_creators
from dwell_sandbox.uploads import Upload

_SAMPLE_SIZE_PER_BLOCK = 24
_BLOCK_DAYS = 14
_MAX_BLOCKS = 13


def split_query(query: str) -> tuple[str, ...]:
    """The words of a query, lower case, without #."""
    return tuple(word for part in query.lower().split() if (word := part.strip("#\"',.:!?")))


def matches(seed: int, creator: Creator, upload: Upload, words: tuple[str, ...]) -> bool:
    """Whether each word is in the post's caption or hashtags, or is its niche; the caption is checked first."""
    caption = draw_caption(SeededRandom(seed, "post", upload.post_id), creator).lower()
    rest = [word for word in words if word not in caption and word != creator.niche]
    return not rest or all(any(word in tag for tag in draw_hashtags(seed, creator, upload)) for word in rest)


def search_posts(seed: int, query: str, second: int, limit: int) -> tuple[str, ...]:
    """Ids of posts that match all words of the query and are visible at a Unix second, newest first.

    Goes back half a year at most; empty for a query without words. A trending hashtag matches by its whole name.
    """
    words = split_query(query)
    tag = next((tag for word in words if (tag := find_hashtag(seed, word)) and tag.lifecycle), None)
    if tag is not None:
        return _search_hashtag(seed, tag, words, second)[: max(0, limit)]
    niches = [niche.name for niche in NICHES.values() if words and _can_match(niche, words)]
    blocks = (
        tuple(
            upload
            for niche in niches
            for upload in _matching_uploads(seed, words, niche, block, _SAMPLE_SIZE_PER_BLOCK // len(niches))
        )
        for block in islice(iterate_blocks(second, _BLOCK_DAYS), _MAX_BLOCKS)
    )
    return newest_visible(seed, blocks, second, limit)


def _search_hashtag(seed: int, tag: Hashtag, words: tuple[str, ...], second: int) -> tuple[str, ...]:
    posts = [get_post_details(seed, post_id) for post_id in find_posts_with_hashtag(seed, tag, second, NO_LIMIT)]
    return tuple(post.upload.post_id for post in posts if matches(seed, post.creator, post.upload, words))


@lru_cache(maxsize=2048)
def _matching_uploads(seed: int, words: tuple[str, ...], niche: str, block: int, size: int) -> tuple[Upload, ...]:
    numbers = sample_creators(seed, f"search {' '.join(words)}", block, niche, size)
    first = block * _BLOCK_DAYS
    uploads = iterate_uploads(seed, numbers, first, first + _BLOCK_DAYS - 1)
    return tuple(upload for creator, upload in uploads if matches(seed, creator, upload, words))


def _can_match(niche: Niche, words: tuple[str, ...]) -> bool:
    """Whether each of the words can occur in some caption of the niche."""
    texts = " ".join(
        (niche.name, *niche.hashtags, *niche.subjects, *niche.openings, *CAPTION_ENDINGS, *GENERIC_HASHTAGS)
    ).lower()
    return all(word in texts for word in words)
