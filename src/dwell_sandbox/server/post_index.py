"""One creator's posts in order, built once and kept, so that a page costs only as much as its rows."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from dwell_sandbox.creators import Creator
from dwell_sandbox.timeline import iterate_entries

_AHEAD = timedelta(days=2)
_END = datetime(2038, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class IndexedPost:
    """One post of the index.

    Attributes:
        cursor_ms: Unix milliseconds of publishing, made unique among the creator's posts of the same second.
        post_id: Its id.
        deleted: Unix second of its deletion; null if it stays.
    """

    cursor_ms: int
    post_id: str
    deleted: int | None


@dataclass(slots=True)
class PostIndex:
    """All posts of one creator up to an instant, which is moved forward as needed."""

    seed: int
    creator: Creator
    _until: datetime | None = None
    _cursors: list[int] = field(default_factory=list)
    _posts: list[IndexedPost] = field(default_factory=list)

    def newest_first(self, at: datetime, older_than: int | None) -> Iterator[IndexedPost]:
        """The posts that are visible at an instant, newest first; only those with a cursor below `older_than`."""
        self._extend(at)
        second = int(at.timestamp())
        end = bisect_right(self._cursors, second * 1000 + 999)
        if older_than is not None:
            end = min(end, bisect_left(self._cursors, older_than))
        for position in range(end - 1, -1, -1):
            post = self._posts[position]
            if post.deleted is None or post.deleted > second:
                yield post

    def _extend(self, at: datetime) -> None:
        since = self._until or datetime.fromtimestamp(self.creator.joined, UTC)
        if self._until is not None and at < self._until:
            return
        until = min(_END, max(at, since) + _AHEAD).replace(microsecond=0)
        first, last = int(since.timestamp()), int(until.timestamp()) - 1
        for entry in iterate_entries(self.seed, self.creator.number, first, last):
            cursor = entry.posted * 1000
            if self._cursors and cursor <= self._cursors[-1]:
                cursor = self._cursors[-1] + 1
            self._cursors.append(cursor)
            self._posts.append(IndexedPost(cursor, entry.post_id, entry.deleted))
        self._until = until
