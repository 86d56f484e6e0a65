"""The world as a provider sees it: which accounts and posts it can show at an instant. Costly results are cached."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Literal

from dwell_sandbox.creators import CREATORS, Creator
from dwell_sandbox.posts import Post
from dwell_sandbox.server.post_index import IndexedPost, PostIndex
from dwell_sandbox.world import Profile, World

FollowKind = Literal["followers", "followings"]
_HIDDEN = ("private", "region_blocked")
_MAX_INDEXES = 512
_PIN_PERIOD_S = 900  # deletions and quarters happen on whole quarters of an hour


class NotVisibleError(Exception):
    """An account or post that the provider cannot show; `state` as in `records.state`."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


@dataclass(frozen=True, slots=True)
class Account:
    """An account at an instant.

    Attributes:
        creator: The creator behind it.
        account_id: Its platform id.
        handle: Its handle at that instant.
        state: `ok`, `empty`, `private` or `region_blocked`: the states in which a profile is shown.
    """

    creator: Creator
    account_id: str
    handle: str
    state: str


@dataclass(frozen=True, slots=True)
class FollowPage:
    """A page of followers.

    Attributes:
        rows: Position and account; accounts that are no longer visible leave gaps.
        next_below: The next page has the positions below this one; 0 after the last page.
        total: How many there are altogether.
    """

    rows: list[tuple[int, Account]]
    next_below: int
    total: int


class ProviderView:
    """What a provider can see.

    Args:
        world: The world.
        region: The provider's region.
    """

    def __init__(self, world: World, region: str) -> None:
        self.world, self.region = world, region
        self._indexes: OrderedDict[int, PostIndex] = OrderedDict()
        self._pinned: OrderedDict[tuple[int, int], frozenset[str]] = OrderedDict()

    def account_by_handle(self, handle: str, at: datetime) -> Account:
        """The account with this handle at that instant.

        Raises:
            NotVisibleError: There is none (`not_found`; `renamed` if the handle is an old one), or it was banned or
                deleted.
        """
        try:
            status = self.world.status(handle, at)
        except LookupError:
            raise NotVisibleError("not_found") from None
        if status.state in ("banned", "deleted", "renamed"):
            raise NotVisibleError(status.state)
        creator = self.world.creator(handle)
        if at.timestamp() < creator.joined:
            raise NotVisibleError("not_found")
        blocked = status.state == "region_blocked" and self.region in status.regions
        state = "ok" if status.state == "region_blocked" and not blocked else status.state
        return Account(creator, self.world.creator_id(creator.handle), status.handle, state)

    def account_by_id(self, account_id: str, at: datetime) -> Account:
        """The account with this platform id, whatever its handle is at that instant.

        Raises:
            NotVisibleError: As `account_by_handle`.
        """
        try:
            creator = self.world.creator_by_id(account_id)
        except LookupError:
            raise NotVisibleError("not_found") from None
        return self.account_by_handle(self.world.handle_at(creator.number, at), at)

    def profile(self, account: Account, at: datetime) -> Profile:
        """The account's public counters."""
        return self.world.profile(account.creator.handle, at)

    def posts(self, account: Account, at: datetime, older_than: int | None = None) -> Iterator[IndexedPost]:
        """The account's posts, newest first.

        Args:
            account: Whose posts.
            at: The instant.
            older_than: Only posts with a `cursor_ms` below it.

        Raises:
            NotVisibleError: The account is private, or blocked in the provider's region.
        """
        if account.state in _HIDDEN:
            raise NotVisibleError(account.state)
        return iter(()) if account.state == "empty" else self._index(account.creator).newest_first(at, older_than)

    def pinned(self, account: Account, at: datetime) -> frozenset[str]:
        """Ids of the account's pinned posts."""
        if account.state != "ok":
            return frozenset()
        key = (account.creator.number, int(at.timestamp()) // _PIN_PERIOD_S)
        if key not in self._pinned:
            self._pinned[key] = self.world.pinned(account.creator.handle, at)
            if len(self._pinned) > 4 * _MAX_INDEXES:
                self._pinned.popitem(last=False)
        return self._pinned[key]

    def pinned_posts(self, account: Account, at: datetime) -> list[IndexedPost]:
        """The account's pinned posts, newest first."""
        pinned = self.pinned(account, at)
        return list(islice((post for post in self.posts(account, at) if post.post_id in pinned), len(pinned)))

    def post(self, post_id: str, at: datetime) -> tuple[Account, Post]:
        """One post and its account.

        Raises:
            NotVisibleError: The post does not exist (yet) or was deleted, or its account is not visible.
        """
        try:
            post = self.world.post(post_id)
        except LookupError:
            raise NotVisibleError("not_found") from None
        deleted_at = self.world.deleted_at(post_id)
        if post.posted_at > at:
            raise NotVisibleError("not_found")
        if deleted_at is not None and deleted_at <= at:
            raise NotVisibleError("deleted")
        account = self.author_account(post, at)
        if account.state in _HIDDEN:
            raise NotVisibleError(account.state)
        return account, post

    def author_account(self, post: Post, at: datetime) -> Account:
        """The account that published the post.

        Raises:
            NotVisibleError: As `account_by_handle`.
        """
        number = self.world.creator(post.handle).number
        return self.account_by_handle(self.world.handle_at(number, at), at)

    def visible_posts(
        self, posts: Sequence[Post], at: datetime, offset: int, count: int
    ) -> list[tuple[int, Account, Post]]:
        """Rows `offset` to `offset + count` of some posts: the offset after each, its account, and the post.

        A post that cannot be shown leaves a gap: the page is shorter, although there may be more rows.
        """
        rows = []
        for position, post in enumerate(posts[offset : offset + count], offset + 1):
            try:
                account, visible = self.post(post.post_id, at)
            except NotVisibleError:
                continue
            rows.append((position, account, visible))
        return rows

    def follow_page(
        self, account: Account, kind: FollowKind, at: datetime, below: int | None, count: int
    ) -> FollowPage:
        """Followers or followed accounts, newest first, from the position `below` on (None: from the newest).

        Positions count from the oldest, so that an account keeps its position while new ones arrive.

        Raises:
            NotVisibleError: The account is private, or blocked in the provider's region.
        """
        if account.state in _HIDDEN:
            raise NotVisibleError(account.state)
        handle = account.creator.handle
        if kind == "followers":
            list_handles, total = self.world.follower_handles, self.world.profile_followers(handle, at)
        else:
            list_handles, total = self.world.following_handles, self.profile(account, at).following
        top = min(total, CREATORS - 1)
        first = top if below is None else min(top, below)
        rows = []
        handles = list_handles(handle, at, top - first, count)
        for position, each in zip(range(first - 1, -1, -1), handles, strict=False):
            try:
                rows.append((position, self.account_by_handle(each, at)))
            except NotVisibleError:
                continue
        return FollowPage(rows, first - len(handles), total)

    def _index(self, creator: Creator) -> PostIndex:
        index = self._indexes.pop(creator.number, None) or PostIndex(self.world.seed, creator)
        self._indexes[creator.number] = index
        if len(self._indexes) > _MAX_INDEXES:
            self._indexes.popitem(last=False)
        return index
