"""An account's posts by time, cached in blocks, so that paging does not compute them again for each page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from dwell_sandbox.creator_lookup import get_creator
from dwell_sandbox.deletions import find_deletion
from dwell_sandbox.uploads import DAY, list_uploads

_BLOCK = 64 * DAY
_MAX_SCHEDULED = 5 * DAY


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """When one post was published and deleted.

    Attributes:
        posted: Unix second of publishing.
        deleted: Unix second of its deletion; null if it stays.
        post_id: Its id.
    """

    posted: int
    deleted: int | None
    post_id: str


def iterate_entries(seed: int, number: int, since: int, until: int) -> Iterator[TimelineEntry]:
    """All posts published in a span of time, deleted ones too, oldest first."""
    first = max(since, get_creator(seed, number).joined)
    for block in range(first // _BLOCK, until // _BLOCK + 1):
        for entry in _block_entries(seed, number, block):
            if since <= entry.posted <= until:
                yield entry


def list_visible(seed: int, number: int, since: int, at: int) -> list[TimelineEntry]:
    """The posts published from `since` on that are not deleted at `at`, oldest first."""
    return [each for each in iterate_entries(seed, number, since, at) if each.deleted is None or each.deleted > at]


@lru_cache(maxsize=8192)
def _block_entries(seed: int, number: int, block: int) -> tuple[TimelineEntry, ...]:
    creator = get_creator(seed, number)
    start, end = block * _BLOCK, (block + 1) * _BLOCK
    entries = [
        TimelineEntry(upload.posted, find_deletion(seed, creator, upload), upload.post_id)
        for upload in list_uploads(seed, number, start - _MAX_SCHEDULED, end)
        if start <= upload.posted < end
    ]
    return tuple(sorted(entries, key=lambda entry: (entry.posted, entry.post_id)))
