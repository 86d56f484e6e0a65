"""The world as a provider sees it: who may be shown, and what, at an instant; with what is dear to make kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Literal

from dwell_sandbox.creators import CREATORS, Creator
from dwell_sandbox.posts import Post
from dwell_sandbox.server.shelf import Entry, Shelf
from dwell_sandbox.world import Profile, World

People = Literal["followers", "followings"]
_SHELVES = 512
_PINNED_S = 900  # posts are taken down, and quarters turn, on whole quarters of an hour


class Gone(Exception):  # noqa: N818 - no failure: there is nothing to show
    """An account or post that is not to be had; `state` as in `records.state`."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


@dataclass(frozen=True, slots=True)
class Account:
    """An account at an instant.

    Attributes:
        who: The creator behind it.
        account_id: Its platform id.
        handle: What it is called now.
        state: `ok`, `empty`, `private` or `region_blocked`: those of which a profile is shown.
    """

    who: Creator
    account_id: str
    handle: str
    state: str


@dataclass(frozen=True, slots=True)
class Crowd:
    """A page of followers.

    Attributes:
        rows: Place and account; those that are gone leave gaps.
        below: The place below which the next page begins; 0 behind the last.
        total: How many there are altogether.
    """

    rows: list[tuple[int, Account]]
    below: int
    total: int


class View:
    """What a provider can see.

    Args:
        world: The world.
        region: Where the provider looks from.
    """

    def __init__(self, world: World, region: str) -> None:
        self.world, self.region = world, region
        self._shelves: OrderedDict[int, Shelf] = OrderedDict()
        self._pinned: OrderedDict[tuple[int, int], frozenset[str]] = OrderedDict()

    def by_handle(self, handle: str, at: datetime) -> Account:
        """The account that is called so at that instant.

        Raises:
            Gone: Nobody is (`not_found`; `renamed` where the handle is an old one), or it was banned or deleted.
        """
        try:
            standing = self.world.standing(handle, at)
        except LookupError:
            raise Gone("not_found") from None
        if standing.state in ("banned", "deleted", "renamed"):
            raise Gone(standing.state)
        who = self.world.creator(handle)
        if at.timestamp() < who.joined:
            raise Gone("not_found")
        blocked = standing.state == "region_blocked" and self.region in standing.regions
        state = "ok" if standing.state == "region_blocked" and not blocked else standing.state
        return Account(who, self.world.creator_id(who.handle), standing.handle, state)

    def by_id(self, account_id: str, at: datetime) -> Account:
        """The account with this platform id, whatever it is called by now.

        Raises:
            Gone: As `by_handle`.
        """
        try:
            who = self.world.by_id(account_id)
        except LookupError:
            raise Gone("not_found") from None
        return self.by_handle(self.world.handle_at(who.number, at), at)

    def profile(self, account: Account, at: datetime) -> Profile:
        """Its public counters."""
        return self.world.profile(account.who.handle, at)

    def posts(self, account: Account, at: datetime, older_than: int | None = None) -> Iterator[Entry]:
        """Its posts, newest first.

        Raises:
            Gone: It is private, or blocked where the provider looks from.
        """
        if account.state in ("private", "region_blocked"):
            raise Gone(account.state)
        return iter(()) if account.state == "empty" else self._shelf(account.who).newest_first(at, older_than)

    def pinned(self, account: Account, at: datetime) -> frozenset[str]:
        """Ids of its pinned posts."""
        if account.state != "ok":
            return frozenset()
        key = (account.who.number, int(at.timestamp()) // _PINNED_S)
        if key not in self._pinned:
            self._pinned[key] = self.world.pinned(account.who.handle, at)
            if len(self._pinned) > 4 * _SHELVES:
                self._pinned.popitem(last=False)
        return self._pinned[key]

    def top(self, account: Account, at: datetime) -> list[Entry]:
        """Its pinned posts, newest first."""
        pinned = self.pinned(account, at)
        return list(islice((each for each in self.posts(account, at) if each.post_id in pinned), len(pinned)))

    def post(self, post_id: str, at: datetime) -> tuple[Account, Post]:
        """One post and its account.

        Raises:
            Gone: It does not exist (yet), was taken down, or its account is not to be seen.
        """
        try:
            post = self.world.post(post_id)
        except LookupError:
            raise Gone("not_found") from None
        gone = self.world.deleted_at(post_id)
        if post.posted_at > at:
            raise Gone("not_found")
        if gone is not None and gone <= at:
            raise Gone("deleted")
        account = self.owner(post, at)
        if account.state in ("private", "region_blocked"):
            raise Gone(account.state)
        return account, post

    def owner(self, post: Post, at: datetime) -> Account:
        """Whose post it is.

        Raises:
            Gone: As `by_handle`.
        """
        number = self.world.creator(post.handle).number
        return self.by_handle(self.world.handle_at(number, at), at)

    def window(self, posts: Sequence[Post], at: datetime, offset: int, count: int) -> list[tuple[int, Account, Post]]:
        """Rows `offset` to `offset + count` of some posts: the offset behind each, its account, and itself.

        A post that cannot be shown leaves a gap: the page is shorter, although there may be more.
        """
        rows = []
        for place, post in enumerate(posts[offset : offset + count], offset + 1):
            try:
                account, shown = self.post(post.post_id, at)
            except Gone:
                continue
            rows.append((place, account, shown))
        return rows

    def people(self, account: Account, kind: People, at: datetime, below: int | None, count: int) -> Crowd:
        """Followers or followed accounts, the newest first, from below a place on (None: from the newest).

        Places count from the oldest, so that one keeps its own while new ones come.

        Raises:
            Gone: It is private, or blocked where the provider looks from.
        """
        if account.state in ("private", "region_blocked"):
            raise Gone(account.state)
        handle = account.who.handle
        if kind == "followers":
            listed, total = self.world.follower_handles, self.world.profile_followers(handle, at)
        else:
            listed, total = self.world.following_handles, self.profile(account, at).following
        top = min(total, CREATORS - 1)
        first = top if below is None else min(top, below)
        found = []
        names = listed(handle, at, top - first, count)
        for place, name in zip(range(first - 1, -1, -1), names, strict=False):
            try:
                found.append((place, self.by_handle(name, at)))
            except Gone:
                continue
        return Crowd(found, first - len(names), total)

    def _shelf(self, who: Creator) -> Shelf:
        shelf = self._shelves.pop(who.number, None) or Shelf(self.world.seed, who)
        self._shelves[who.number] = shelf
        if len(self._shelves) > _SHELVES:
            self._shelves.popitem(last=False)
        return shelf
