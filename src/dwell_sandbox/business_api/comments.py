"""`/business/comment/list/` and `/business/comment/reply/list/`: the comments on a video of the account."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Any

from dwell_sandbox.business_api.call import Call
from dwell_sandbox.business_api.errors import NOT_FOUND, error
from dwell_sandbox.business_api.images import profile_image
from dwell_sandbox.business_api.open_ids import hide_id
from dwell_sandbox.business_api.parameters import read_boolean, read_choice, read_ids, read_number, read_text
from dwell_sandbox.comments import Comment
from dwell_sandbox.seeded_random import SeededRandom
from dwell_sandbox.server.provider_view import NotVisibleError
from dwell_sandbox.server.response import Paging, Payload, Response

MAX_COUNT = 30
MAX_NESTED = 3
"""Replies that come with a comment."""

MAX_SORTED = 500
"""How many comments are sorted, the oldest ones; the others follow in the order of their times."""

_DEFAULT_COUNT = 20
_MAX_ID_DIGITS = 20
_MAX_OFFSET = 10**9
_SORT_KEYS: MappingProxyType[str, Callable[[Comment], Any]] = MappingProxyType(
    {
        "likes": lambda comment: comment.likes,
        "replies": lambda comment: comment.replies,
        "create_time": lambda comment: (comment.posted_at, comment.comment_id),
    }
)


def list_comments(call: Call) -> Response:
    """`/business/comment/list/`: paged by an offset; oldest first unless sorted."""
    call.need_scope("comment.list", "comment.list.manage")
    post_id = _own_post(call)
    ids = read_ids(call.query, "comment_ids", MAX_COUNT)
    nested = read_boolean(call.query, "include_replies")
    page = _PageRequest(call)
    if ids is not None:
        found = [each for comment_id in ids if (each := _find(call, post_id, comment_id))]
        first = _first_comments(call, post_id)
        found += [reply for each in first for reply in _replies(call, each) if reply.comment_id in ids]
        return page.respond([_object(call, post_id, each, nested=nested) for each in found], len(found))
    listed, total = page.choose(call, post_id)
    return page.respond([_object(call, post_id, each, nested=nested) for each in listed], total)


def list_replies(call: Call) -> Response:
    """`/business/comment/reply/list/`: the replies to one comment, paged by an offset."""
    call.need_scope("comment.list", "comment.list.manage")
    post_id, comment_id = _own_post(call), read_text(call.query, "comment_id")
    page = _PageRequest(call)
    parent = _find(call, post_id, comment_id)
    if parent is None:
        raise error(NOT_FOUND, "The comment does not exist.")
    replies = page.sort(_replies(call, parent))
    shown = replies[page.offset : page.offset + page.count]
    return page.respond([_object(call, post_id, each, parent=parent) for each in shown], len(replies))


class _PageRequest:
    """Which comments are asked for, and in which order."""

    def __init__(self, call: Call) -> None:
        query = call.query
        self.public = read_choice(query, "status", "ALL", "PUBLIC") == "PUBLIC"
        self.sort_field = read_choice(query, "sort_field", "", *_SORT_KEYS) if query.get("sort_field") else ""
        self.sort_order = read_choice(query, "sort_order", "smart", "asc", "desc")
        self.offset = read_number(query, "cursor", 0, 0, _MAX_OFFSET)
        self.count = read_number(query, "max_count", _DEFAULT_COUNT, 1, MAX_COUNT)

    def choose(self, call: Call, post_id: str) -> tuple[Sequence[Comment], int]:
        """The comments of the page, and how many there are altogether; beyond the first 500 they are not sorted."""
        world, at = call.context.view.world, call.context.at
        total = world.counters(post_id, at).comments
        if self.sort_field == "create_time" and self.sort_order != "asc":
            start = max(0, total - self.offset - self.count)
            return world.comments(post_id, at, total - self.offset - start, start)[::-1], total
        rest = world.comments(post_id, at, self.count, self.offset)
        if not self.sort_field or self.offset >= MAX_SORTED:
            return rest, total
        first = self.sort(_first_comments(call, post_id))[self.offset : self.offset + self.count]
        return [*first, *rest[len(first) :]], total

    def sort(self, comments: Sequence[Comment]) -> Sequence[Comment]:
        """In the order that is asked for; `smart` is descending."""
        if not self.sort_field:
            return comments
        return sorted(comments, key=_SORT_KEYS[self.sort_field], reverse=self.sort_order != "asc")

    def respond(self, rows: list[Payload], total: int) -> Response:
        """The page; hidden comments leave it shorter if only public ones are asked for."""
        after = min(max(self.offset, total), self.offset + self.count)
        shown = [row for row in rows if row["status"] == "PUBLIC" or not self.public]
        page: Payload = {"comments": shown, "cursor": after, "has_more": after < total}
        cursors = [self.offset + position for position, row in enumerate(rows, 1) if row in shown]
        return Response(200, page, paging=Paging(page, "comments", "cursor", "has_more", self.offset, cursors))


def _own_post(call: Call) -> str:
    """`video_id`, which must be a video of the account.

    Raises:
        EndpointError: It is not.
    """
    post_id, number = read_text(call.query, "video_id"), call.number
    world = call.context.view.world
    try:
        post = world.post(post_id)
        deleted_at = world.deleted_at(post_id)
    except LookupError:
        raise error(NOT_FOUND, "The video does not exist.") from None
    gone = post.posted_at > call.context.at or (deleted_at is not None and deleted_at <= call.context.at)
    if world.creator(post.handle).number != number or gone:
        raise error(NOT_FOUND, "The video does not exist, or is not owned by the account.")
    return post_id


def _first_comments(call: Call, post_id: str) -> Sequence[Comment]:
    return call.context.view.world.comments(post_id, call.context.at, MAX_SORTED)


def _find(call: Call, post_id: str, comment_id: str) -> Comment | None:
    """The comment with this id, by bisection: comments are in the order of their times, which are part of the ids."""
    if not (comment_id.isascii() and comment_id.isdigit() and len(comment_id) <= _MAX_ID_DIGITS):
        return None
    world, at = call.context.view.world, call.context.at
    total, second = world.counters(post_id, at).comments, int(comment_id) >> 32

    def posted(position: int) -> int:
        return int(world.comments(post_id, at, 1, position)[0].posted_at.timestamp())

    start = bisect_left(range(total), second, key=posted)
    for position in range(start, total):
        (comment,) = world.comments(post_id, at, 1, position)
        if comment.comment_id == comment_id:
            return comment
        if comment.posted_at.timestamp() > second:
            break
    return None


def _replies(call: Call, comment: Comment) -> Sequence[Comment]:
    return call.context.view.world.replies(comment, call.context.at)


def _object(
    call: Call, post_id: str, comment: Comment, *, nested: bool = False, parent: Comment | None = None
) -> Payload:
    """A comment, or a reply; the texts of times and ids as the API has them."""
    rng = SeededRandom(call.seed, "comment state", comment.comment_id)
    replies = () if parent else _replies(call, comment)
    owner = parent is not None and rng.chance("owner", 0.3)
    author = _owner(call) if owner else _author(call, comment.handle)
    row: Payload = {
        "comment_id": comment.comment_id,
        "video_id": post_id,
        **author,
        "create_time": str(int(comment.posted_at.timestamp())),
        "text": comment.text,
        "likes": comment.likes,
        "replies": len(replies),
        "owner": owner,
        "liked": rng.chance("liked", 0.08),
        "pinned": parent is None and rng.chance("pinned", 0.01),
        "status": "HIDDEN" if not owner and rng.chance("hidden", 0.02) else "PUBLIC",
    }
    if parent:
        row["parent_comment_id"] = parent.comment_id
    if nested:
        row["reply_list"] = [_object(call, post_id, each, parent=comment) for each in replies[:MAX_NESTED]]
    return row


def _owner(call: Call) -> Payload:
    return _person(call, call.account.account_id, call.account.handle, call.account.creator.display_name)


def _author(call: Call, handle: str) -> Payload:
    try:
        account = call.context.view.account_by_handle(handle, call.context.at)
    except NotVisibleError:  # banned or deleted by now: the comment stays
        return {
            "user_id": "", "unique_identifier": hide_id(handle), "username": handle, "display_name": "",
            "profile_image": "",
        }  # fmt: skip
    return _person(call, account.account_id, account.handle, account.creator.display_name)


def _person(call: Call, account_id: str, handle: str, name: str) -> Payload:
    return {
        "user_id": account_id,
        "unique_identifier": hide_id(account_id),
        "username": handle,
        "display_name": name,
        "profile_image": profile_image(account_id, call.context.at),
    }
