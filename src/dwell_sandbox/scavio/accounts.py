"""Scavio's endpoints about accounts: profile, posts, followers and followed accounts."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from itertools import islice

from dwell_sandbox.scavio.errors import bad_request, unavailable
from dwell_sandbox.scavio.objects import aweme, example_video, follower, user
from dwell_sandbox.scavio.parameters import Parameters, read_choice, read_count, read_cursor, read_text
from dwell_sandbox.server.ids import parse_sec_uid
from dwell_sandbox.server.provider_view import Account, FollowKind, NotVisibleError
from dwell_sandbox.server.response import Paging, Payload, RequestContext, Response


def profile(context: RequestContext, body: Parameters) -> Response:
    """`/profile`: by `username` or by `sec_user_id`."""
    account = by_key(context, body) if "sec_user_id" in body else by_name(context, body)
    return Response(200, {"user": user(account, context.view.profile(account, context.at))}, credits=1)


def user_posts(context: RequestContext, body: Parameters) -> Response:
    """`/user/posts`: pinned posts first, then by date or views; `max_cursor` is a string, `has_more` 1 or 0."""
    if context.options.seed_compat and "sec_user_id" not in body:
        return example_posts(context, body)
    account = by_key(context, body)
    limit, cursor = read_count(body, 30, 20), read_cursor(body)
    popular = read_choice(body, "sort_type", "0", "1") == "1"
    try:
        rows, row_cursors, more = (
            _popular(context, account, cursor, limit) if popular else _latest(context, account, cursor, limit)
        )
    except NotVisibleError as error:
        raise unavailable("account", error) from None
    next_cursor = next((each for each in reversed(row_cursors) if each is not None), str(cursor))
    page: Payload = {"aweme_list": rows, "max_cursor": next_cursor, "has_more": int(more)}
    paging = Paging(page, "aweme_list", "max_cursor", "has_more", str(cursor), row_cursors)
    return Response(200, page, credits=1, paging=paging, posts=rows)


def example_posts(context: RequestContext, body: Parameters) -> Response:
    """`/user/videos` of the published examples: by `username` and `limit`, newest first, without an envelope."""
    account = by_name(context, body)
    limit = body.get("limit", 50)
    if not isinstance(limit, int) or isinstance(limit, bool) or not 1 <= limit <= 50:
        raise bad_request("limit must be a number from 1 to 50.")
    try:
        posts = islice(context.view.posts(account, context.at), limit)
    except NotVisibleError as error:
        raise unavailable("account", error) from None
    world = context.view.world
    rows = [
        example_video(account, world.post(each.post_id), world.counters(each.post_id, context.at)) for each in posts
    ]
    return Response(200, {"videos": rows}, credits=1, posts=rows)


def followers(context: RequestContext, body: Parameters) -> Response:
    """`/user/followers`: takes `page_token` and `min_time` of the previous page."""
    return _follow_page(context, body, "followers")


def followings(context: RequestContext, body: Parameters) -> Response:
    """`/user/followings`."""
    return _follow_page(context, body, "followings")


def by_name(context: RequestContext, body: Parameters) -> Account:
    """The account of `username`.

    Raises:
        EndpointError: No such account is visible.
    """
    try:
        return context.view.account_by_handle(read_text(body, "username"), context.at)
    except NotVisibleError as error:
        raise unavailable("account", error) from None


def by_key(context: RequestContext, body: Parameters) -> Account:
    """The account of `sec_user_id`, whatever its handle is now.

    Raises:
        EndpointError: No such account is visible.
    """
    try:
        return context.view.account_by_id(parse_sec_uid(read_text(body, "sec_user_id")) or "", context.at)
    except NotVisibleError as error:
        raise unavailable("account", error) from None


Rows = tuple[list[Payload], list[str | None], bool]


def _latest(context: RequestContext, account: Account, cursor: int, limit: int) -> Rows:
    posts = context.view.posts(account, context.at, cursor or None)
    pinned = context.view.pinned(account, context.at)
    first = [] if cursor else context.view.pinned_posts(account, context.at)[:limit]
    rest = (post for post in posts if post.post_id not in pinned)
    unpinned = list(islice(rest, limit - len(first) + 1))
    shown = unpinned[: limit - len(first)]
    rows = [_row(context, account, each.post_id, pinned=each.post_id in pinned) for each in (*first, *shown)]
    return rows, [*(None for _ in first), *(str(post.cursor_ms) for post in shown)], len(unpinned) > len(shown)


def _popular(context: RequestContext, account: Account, cursor: int, limit: int) -> Rows:
    pinned = context.view.pinned(account, context.at)
    counters = context.view.world.counters
    posts = [post.post_id for post in context.view.posts(account, context.at)]
    ranked = sorted(posts, key=lambda post_id: (-counters(post_id, context.at).views, post_id))
    shown = ranked[cursor : cursor + limit]
    rows = [_row(context, account, post_id, pinned=post_id in pinned) for post_id in shown]
    return rows, [str(cursor + position) for position in range(1, len(shown) + 1)], cursor + limit < len(ranked)


def _row(context: RequestContext, account: Account, post_id: str, *, pinned: bool) -> Payload:
    world = context.view.world
    return aweme(world.seed, account, world.post(post_id), world.counters(post_id, context.at), pinned=pinned)


def _follow_page(context: RequestContext, body: Parameters, key: FollowKind) -> Response:
    account, limit = by_key(context, body), read_count(body, 20, 20)
    cursor = body.get("page_token") or ""
    try:
        follows = context.view.follow_page(account, key, context.at, _parse_token(cursor), limit)
    except NotVisibleError as error:
        raise unavailable("account", error) from None
    followers_of = context.view.world.profile_followers
    rows = [follower(person, followers_of(person.creator.handle, context.at)) for _, person in follows.rows]
    page: Payload = {
        key: rows,
        "has_more": follows.next_below > 0,
        "next_page_token": _token(follows.next_below),
        "min_time": account.creator.joined + follows.next_below,
    }
    row_cursors = [_token(position) for position, _ in follows.rows]
    return Response(200, page, credits=1, paging=Paging(page, key, "next_page_token", "has_more", cursor, row_cursors))


def _token(position: int) -> str:
    return urlsafe_b64encode(f"below:{position}".encode()).decode()


def _parse_token(token: object) -> int | None:
    if token == "":
        return None
    try:
        plain = urlsafe_b64decode(str(token).encode()).decode()
    except ValueError:
        plain = ""
    match = re.fullmatch(r"below:([0-9]{1,12})", plain)
    if not isinstance(token, str) or not match:
        raise bad_request("page_token is not one that this endpoint returned.")
    return int(match[1])
