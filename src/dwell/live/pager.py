"""Reading a listing page by page, and knowing at its end whether it was read whole, or what it lacks and why.

Pure: pages go in, the next cursor or a verdict comes out. A killed job hands its stored pages in again and goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dwell.providers.base import Page

MAX_STALE_PAGES = 3
"""So many pages in a row without anything new end a listing that claims to have more."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a listing was read.

    Attributes:
        complete: All that was asked for was read.
        reason: `all` there is, `asked` many were read, or what is wrong: `repeated_cursor`, `no_cursor`,
            `barren_pages`, `stopped_early`; the caller adds its own, such as `budget`.
        lacks: What is missing, in a sentence; empty where nothing is.
        items: Distinct items that were read.
        repeats: Items that came more than once.
        pages: Pages that were read.
    """

    complete: bool
    reason: str
    lacks: str
    items: int
    repeats: int
    pages: int


class Pager:
    """One listing on its way.

    Args:
        wanted: Stop after so many distinct items; None reads to the end.
        total: How many there are, by the provider's own count.
        slack: Part of that count by which it may be wrong: private posts, and what changed since it was asked.
    """

    def __init__(self, wanted: int | None, total: int | None = None, slack: float = 0.02) -> None:
        self.post_limit = wanted
        self.total = total
        self.slack = slack
        self.pages = 0
        self.cursor: str | None = None
        self._seen: set[str] = set()
        self._cursors: set[str] = set()
        self._read = 0
        self._unnamed = 0
        self._barren = 0
        self._end: str | None = None

    @property
    def items(self) -> int:
        """Distinct items so far; items whose id cannot be read count each."""
        return len(self._seen) + self._unnamed

    @property
    def done(self) -> bool:
        """There is nothing more to ask for."""
        return self._end is not None

    def add(self, page: Page, ids: Sequence[str | None]) -> int:
        """Takes in the next page.

        Args:
            page: As the provider read it.
            ids: The id of each of its items; None where it has none that can be read.

        Returns:
            How many of its items are new.
        """
        before = self.items
        self.pages += 1
        self._read += len(ids)
        self._unnamed += sum(one is None for one in ids)
        self._seen.update(one for one in ids if one is not None)
        fresh = self.items - before
        self._barren = 0 if fresh or page.sparse else self._barren + 1
        self._end = self._ending(page)
        if self._end is None and page.cursor is not None:
            self._cursors.add(page.cursor)
            self.cursor = page.cursor
        return fresh

    def _ending(self, page: Page) -> str | None:
        if self.post_limit is not None and self.items >= self.post_limit:
            return "asked"
        if page.has_more is False:
            return "all"
        if page.cursor is None:
            # An answer that says nothing of more, and gives nothing to ask with, is the last one.
            return "all" if page.has_more is None else "no_cursor"
        if page.cursor in self._cursors and page.items:
            return "repeated_cursor"
        # An empty page may come with the cursor that was asked for: the same question again may bring it.
        return "barren_pages" if self._barren >= MAX_STALE_PAGES else None

    def coverage(self, broken: str | None = None, why: str = "") -> Coverage:
        """The verdict.

        Args:
            broken: Reason code of an end that came from outside: `budget`, `failed`, `stopped`.
            why: That reason in a sentence.
        """
        reason, lacks = (broken, why) if broken else (self._end or "unfinished", self._says())
        if reason == "all" and self._short():
            reason = "stopped_early"
        complete = reason in {"all", "asked"}
        repeats = self._read - self._unnamed - len(self._seen)
        return Coverage(complete, reason, "" if complete else lacks, self.items, repeats, self.pages)

    def _short(self) -> bool:
        """The provider counts clearly more than its listing, which says that it is whole."""
        return self.total is not None and self.items < self.total - max(1, self.slack * self.total)

    def _says(self) -> str:
        match self._end:
            case "repeated_cursor":
                return (
                    f"after {self.items:,} posts the provider sent the same cursor again: older posts cannot be reached"
                )
            case "no_cursor":
                return f"after {self.items:,} posts the provider said there is more, and not how to ask for it"
            case "barren_pages":
                return (
                    f"after {self.items:,} posts, {MAX_STALE_PAGES} pages in a row brought nothing new, although the "
                    "provider said there is more"
                )
            case "all":
                return (
                    f"the provider counts {self.total:,} posts and its listing ended after {self.items:,}"
                    if self.total
                    else ""
                )
        return f"stopped after {self.items:,} posts"
