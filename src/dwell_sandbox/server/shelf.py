"""One creator's posts in order, made once and kept, so that a page costs as much as its rows and no more."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from dwell_sandbox.creators import Creator
from dwell_sandbox.timeline import entries

_AHEAD = timedelta(days=2)
_END = datetime(2038, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """One post on the shelf.

    Attributes:
        mark: Unix milliseconds of publishing, made unlike those of the creator's other posts of the same second.
        post_id: Its id.
        gone: Unix second at which it was taken down; null if it stays.
    """

    mark: int
    post_id: str
    gone: int | None


@dataclass(slots=True)
class Shelf:
    """All posts of one creator up to a moment that is moved on as needed."""

    seed: int
    who: Creator
    _until: datetime | None = None
    _marks: list[int] = field(default_factory=list)
    _entries: list[Entry] = field(default_factory=list)

    def newest_first(self, at: datetime, older_than: int | None) -> Iterator[Entry]:
        """The posts that are there at an instant, those with a mark below `older_than` only."""
        self._fill(at)
        second = int(at.timestamp())
        end = bisect_right(self._marks, second * 1000 + 999)
        if older_than is not None:
            end = min(end, bisect_left(self._marks, older_than))
        for at_index in range(end - 1, -1, -1):
            entry = self._entries[at_index]
            if entry.gone is None or entry.gone > second:
                yield entry

    def _fill(self, at: datetime) -> None:
        since = self._until or datetime.fromtimestamp(self.who.joined, UTC)
        if self._until is not None and at < self._until:
            return
        until = min(_END, max(at, since) + _AHEAD).replace(microsecond=0)
        for made in entries(self.seed, self.who.number, int(since.timestamp()), int(until.timestamp()) - 1):
            mark = made.posted * 1000
            if self._marks and mark <= self._marks[-1]:
                mark = self._marks[-1] + 1
            self._marks.append(mark)
            self._entries.append(Entry(mark, made.post_id, made.gone))
        self._until = until
