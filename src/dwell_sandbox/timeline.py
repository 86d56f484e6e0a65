"""An account's posts by time, kept in blocks, so that leafing through it does not make it anew for each page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from dwell_sandbox.creator_lookup import creator
from dwell_sandbox.deletions import deleted_second
from dwell_sandbox.schedule import DAY, slots

_BLOCK = 64 * DAY
_LONGEST_SCHEDULE = 5 * DAY


@dataclass(frozen=True, slots=True)
class Entry:
    """One post's place in time.

    Attributes:
        posted: Unix second of publishing.
        gone: Unix second at which it was taken down; null if it stays.
        post_id: Its id.
    """

    posted: int
    gone: int | None
    post_id: str


def entries(seed: int, number: int, since: int, until: int) -> Iterator[Entry]:
    """All posts published in that time, those taken down since then too, oldest first."""
    first = max(since, creator(seed, number).joined)
    for block in range(first // _BLOCK, until // _BLOCK + 1):
        for entry in _block(seed, number, block):
            if since <= entry.posted <= until:
                yield entry


def there(seed: int, number: int, since: int, at: int) -> list[Entry]:
    """The posts published from `since` on that are still there at `at`, oldest first."""
    return [each for each in entries(seed, number, since, at) if each.gone is None or each.gone > at]


@lru_cache(maxsize=8192)
def _block(seed: int, number: int, block: int) -> tuple[Entry, ...]:
    who = creator(seed, number)
    start, end = block * _BLOCK, (block + 1) * _BLOCK
    made = [
        Entry(slot.posted, deleted_second(seed, who, slot), slot.post_id)
        for slot in slots(seed, number, start - _LONGEST_SCHEDULE, end)
        if start <= slot.posted < end
    ]
    return tuple(sorted(made, key=lambda entry: (entry.posted, entry.post_id)))
