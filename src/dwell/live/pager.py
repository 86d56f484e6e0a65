"""Reads a listing page by page, and knows at its end whether it is complete, or what is missing and why.

Pure: pages go in, the next cursor or the coverage comes out. A resumed job adds its stored pages again and continues.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dwell.providers.base import Page

MAX_STALE_PAGES = 3
"""Consecutive pages without new items after which a listing ends, even if it claims to have more."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a listing was read.

    Attributes:
        complete: Everything requested was read.
        reason: `all` if the listing ended, `asked` if the limit was reached, or what went wrong: `repeated_cursor`,
            `no_cursor`, `barren_pages`, `stopped_early`, `unreadable`; the caller adds its own, such as `budget`.
        lacks: What is missing, in a sentence; empty if nothing is.
        items: Number of distinct items read.
        repeats: Number of repeated items.
        pages: Number of pages read.
    """

    complete: bool
    reason: str
    lacks: str
    items: int
    repeats: int
    pages: int

    @classmethod
    def empty(cls, reason: str, lacks: str) -> Coverage:
        """Of a listing of which nothing was read."""
        return cls(complete=False, reason=reason, lacks=lacks, items=0, repeats=0, pages=0)


class Pager:
    """The state of reading one listing.

    Args:
        limit: Stop after this number of distinct items; None reads to the end.
        total: Number of items by the provider's own count.
        tolerance: Fraction by which that count may be off: private posts, and changes since it was read.
    """

    def __init__(self, limit: int | None, total: int | None = None, tolerance: float = 0.02) -> None:
        self.post_limit = limit
        self.total = total
        self.tolerance = tolerance
        self.pages = 0
        self.cursor: str | None = None
        self._seen: set[str] = set()
        self._cursors: set[str] = set()
        self._read = 0
        self._unnamed = 0
        self._stale_pages = 0
        self._end: str | None = None

    @property
    def items(self) -> int:
        """Number of distinct items so far; each item without a readable id counts as one."""
        return len(self._seen) + self._unnamed

    @property
    def done(self) -> bool:
        """There are no more pages to request."""
        return self._end is not None

    def add(self, page: Page, ids: Sequence[str | None]) -> int:
        """Add the next page.

        Args:
            page: The page.
            ids: The id of each item; None if an item has no readable id.

        Returns:
            The number of new items.
        """
        before = self.items
        self.pages += 1
        self._read += len(ids)
        self._unnamed += sum(item_id is None for item_id in ids)
        self._seen.update(item_id for item_id in ids if item_id is not None)
        new = self.items - before
        self._stale_pages = 0 if new or page.sparse else self._stale_pages + 1
        self._end = self._end_reason(page)
        if self._end is None and page.cursor is not None:
            self._cursors.add(page.cursor)
            self.cursor = page.cursor
        return new

    def _end_reason(self, page: Page) -> str | None:
        if self.post_limit is not None and self.items >= self.post_limit:
            return "asked"
        if page.has_more is False:
            return "all"
        if page.cursor is None:
            # A response that neither claims more nor gives a cursor is the last one.
            return "all" if page.has_more is None else "no_cursor"
        if page.cursor in self._cursors and page.items:
            return "repeated_cursor"
        # An empty page may repeat the requested cursor: the same request may succeed the next time.
        return "barren_pages" if self._stale_pages >= MAX_STALE_PAGES else None

    def coverage(self, reason_code: str | None = None, detail: str = "") -> Coverage:
        """How much was read.

        Args:
            reason_code: Reason of an end that came from outside: `budget`, `failed`, `stopped`.
            detail: That reason in a sentence.
        """
        reason, lacks = (reason_code, detail) if reason_code else (self._end or "unfinished", self._describe_gap())
        if reason == "all" and self._is_short():
            reason = "stopped_early"
        if reason in {"all", "asked"} and self._unnamed:
            reason, lacks = "unreadable", f"{self._unnamed:,} of {self._read:,} posts listed have no readable id"
        complete = reason in {"all", "asked"}
        repeats = self._read - self._unnamed - len(self._seen)
        return Coverage(complete, reason, "" if complete else lacks, self.items, repeats, self.pages)

    def _is_short(self) -> bool:
        """The provider counts clearly more items than its finished listing contains."""
        return self.total is not None and self.items < self.total - max(1, self.tolerance * self.total)

    def _describe_gap(self) -> str:
        match self._end:
            case "repeated_cursor":
                return (
                    f"after {self.items:,} posts the provider repeated the same cursor: older posts cannot be reached"
                )
            case "no_cursor":
                return f"after {self.items:,} posts the provider reported more, but sent no cursor to request them"
            case "barren_pages":
                return (
                    f"after {self.items:,} posts, {MAX_STALE_PAGES} consecutive pages had nothing new, although the "
                    "provider reported more"
                )
            case "all":
                return (
                    f"the provider counts {self.total:,} posts, but its listing ended after {self.items:,}"
                    if self.total
                    else ""
                )
        return f"stopped after {self.items:,} posts"
