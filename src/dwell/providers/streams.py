"""Streams: what a provider can be read for page by page, and what becomes of the items."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream of a provider; `Provider.listing` makes the request for a page of it, `Provider.page` reads that.

    Attributes:
        tables: The tables that its items give rows to.
        item: What its items are: the parser's function of that name reads them.
        page_size: Maximum number of items a page.
        cursor_field: The field of an item from whose highest value the next read goes on; None where each read begins
            with the newest item.
        window_days: How many days back the provider answers; None where it answers for all.
        paged: A response has a cursor to the next page; otherwise one response is all.
    """

    tables: tuple[str, ...]
    item: str
    page_size: int
    cursor_field: str | None = None
    window_days: int | None = None
    paged: bool = True


_ACCOUNTS, _TOPIC_POSTS = (("creators", "creator_snapshots"), "user"), (("topic_posts",), "post")
_STANDARD: Mapping[str, tuple[tuple[str, ...], str]] = {
    "user_posts": (("posts", "post_snapshots", "creators"), "post"),
    "hashtag_posts": _TOPIC_POSTS,
    "sound_posts": _TOPIC_POSTS,
    "search_posts": _TOPIC_POSTS,
    "comments": (("comments",), "comment"),
    "followers": _ACCOUNTS,
    "following": _ACCOUNTS,
}
STANDARD_STREAMS = tuple(_STANDARD)
"""The streams that dwell's commands read of public accounts and topics; a provider may have others."""


def standard_streams(page_sizes: Mapping[str, int]) -> Mapping[str, Stream]:
    """The declarations of some of `STANDARD_STREAMS`.

    Args:
        page_sizes: Stream -> maximum number of items a page.
    """
    return {name: Stream(*_STANDARD[name], size) for name, size in page_sizes.items()}
