"""Where the listing of an account is to begin, so that most of the tracked posts are on one page.

Pinned posts stand before the others, and new posts before the tracked ones: both take places on the page. Where a
provider's cursors are times, a listing can begin behind them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dwell.providers.base import Provider, TimeCursors
from dwell.records.item import PostItem
from dwell.text.ids import minted_at

_REMEMBERED_FOR = timedelta(hours=12)
"""How long it is remembered what the first page of an account showed."""
_DISTRUSTED_FOR = timedelta(hours=6)
_AHEAD = timedelta(days=1)
"""A listing from this far ahead begins with the newest post, whatever the clocks say."""
_LAST_SECOND = 20_000_000_000


@dataclass(frozen=True, slots=True)
class _FirstPage:
    """What the first page of an account's listing showed.

    Attributes:
        read_at: When.
        pinned: Posts that are pinned.
        newest: Of the posts that were wanted and are not pinned, the highest id.
        posted_at: When the last of them was published, which may be another one; None where that is not known.
    """

    read_at: datetime
    pinned: frozenset[str]
    newest: str | None
    posted_at: datetime | None


class ListingStarts:
    """Where the listings of accounts begin.

    Args:
        provider: Whose listings.
        now: The present.
    """

    def __init__(self, provider: Provider, now: Callable[[], datetime]) -> None:
        self._provider = provider
        self._now = now
        self._first_pages: dict[str, _FirstPage] = {}
        self._distrusted_until: dict[str, datetime] = {}

    def find_cursor(self, creator_key: str, wanted: frozenset[str]) -> str | None:
        """The cursor to begin at; None for the top.

        Pinned posts are left out, if none of them is wanted, and so are posts that were published after all of these.
        """
        page, now = self._first_pages.get(creator_key), self._now()
        if page is None or not isinstance(self._provider, TimeCursors) or page.pinned & wanted:
            return None
        if now - page.read_at > _REMEMBERED_FOR or now < self._distrusted_until.get(creator_key, now):
            return None
        if page.posted_at is not None and page.newest == max(wanted, key=int):
            return self._provider.cursor_before(page.posted_at + timedelta(seconds=1))
        return self._provider.cursor_before(now + _AHEAD) if page.pinned else None

    def remember(self, creator_key: str, posts: Sequence[PostItem], wanted: frozenset[str]) -> None:
        """Remember what the first page, read from the top, showed."""
        pinned = frozenset(post.post_id for post in posts if post.is_pinned)
        matches = [post for post in posts if post.post_id in wanted and post.post_id not in pinned]
        newest = max((post.post_id for post in matches), key=int, default=None)
        times = [post.posted_at for post in matches if isinstance(post.posted_at, int)]
        posted_at = None
        if newest is not None and len(times) == len(matches):
            last = max(times)  # a scheduled post is published later than one whose id was made after its own
            if minted_at(newest).timestamp() <= last < _LAST_SECOND:
                posted_at = datetime.fromtimestamp(last, UTC)
        self._first_pages[creator_key] = _FirstPage(self._now(), pinned, newest, posted_at)

    def distrust(self, creator_key: str) -> None:
        """Begin at the top for some hours: a listing that began elsewhere lacked some of the posts."""
        self._distrusted_until[creator_key] = self._now() + _DISTRUSTED_FOR
