"""TikLiveAPI's endpoints about accounts: profile, posts, followers and followed accounts."""

from __future__ import annotations

from itertools import islice

from dwell_sandbox.server.provider_view import Account, FollowKind, NotVisibleError
from dwell_sandbox.server.response import Paging, Payload, RequestContext, Response
from dwell_sandbox.tikliveapi.errors import unavailable
from dwell_sandbox.tikliveapi.objects import follower, user_info, video
from dwell_sandbox.tikliveapi.parameters import Parameters, read_count, read_number, read_text


def user_id(context: RequestContext, parameters: Parameters) -> Response:
    """`/userid/`: handle to numeric id."""
    return Response(200, {"id": _by_name(context, parameters).account_id}, credits=1)


def info_by_name(context: RequestContext, parameters: Parameters) -> Response:
    """`/userinfo-by-username/`."""
    return _info(context, _by_name(context, parameters))


def info_by_id(context: RequestContext, parameters: Parameters) -> Response:
    """`/userinfo-by-id/`: finds a renamed account under its new handle."""
    return _info(context, _by_id(context, parameters))


def user_posts(context: RequestContext, parameters: Parameters) -> Response:
    """`/user-posts/`: pinned posts first, then newest first; the cursor is a string of milliseconds, "older than"."""
    account = _by_id(context, parameters)
    count, cursor = read_count(parameters, 10, 35), read_number(parameters, "cursor", 0)
    try:
        posts = context.view.posts(account, context.at, cursor or None)
        pinned = context.view.pinned(account, context.at)
    except NotVisibleError as error:
        raise unavailable(context, "account", error) from None
    rest = (post for post in posts if post.post_id not in pinned)
    first = [] if cursor else context.view.pinned_posts(account, context.at)[:count]
    unpinned = list(islice(rest, count - len(first) + 1))
    shown = unpinned[: count - len(first)]
    rows = [_row(context, account, each.post_id, pinned=each.post_id in pinned) for each in (*first, *shown)]
    row_cursors = [*(None for _ in first), *(str(post.cursor_ms) for post in shown)]
    return _page(rows, str(cursor), row_cursors, more=len(unpinned) > len(shown))


def followers(context: RequestContext, parameters: Parameters) -> Response:
    """`/user-followers/`: paged by `time` in seconds."""
    return _follow_page(context, parameters, "followers")


def following(context: RequestContext, parameters: Parameters) -> Response:
    """`/user-following/`: as `/user-followers/`, under the key `followings`."""
    return _follow_page(context, parameters, "followings")


def _page(rows: list[Payload], cursor: str, row_cursors: list[str | None], *, more: bool) -> Response:
    """A page of videos; an empty page returns the cursor of the request."""
    next_cursor = next((each for each in reversed(row_cursors) if each is not None), cursor)
    page: Payload = {"videos": rows, "cursor": next_cursor, "hasMore": more}
    return Response(
        200, page, credits=1, paging=Paging(page, "videos", "cursor", "hasMore", cursor, row_cursors), posts=rows
    )


def _follow_page(context: RequestContext, parameters: Parameters, key: FollowKind) -> Response:
    account = _by_id(context, parameters)
    count, cursor = read_count(parameters, 50, 200), read_number(parameters, "time", 0)
    # As if one follower had arrived each second since the account joined, so a time tells where to continue.
    joined = account.creator.joined
    try:
        follows = context.view.follow_page(account, key, context.at, max(0, cursor - joined) if cursor else None, count)
    except NotVisibleError as error:
        raise unavailable(context, "account", error) from None
    followers_of = context.view.world.profile_followers
    rows = [follower(person, followers_of(person.creator.handle, context.at)) for _, person in follows.rows]
    page: Payload = {
        key: rows,
        "total": follows.total,
        "time": joined + follows.next_below,
        "hasMore": follows.next_below > 0,
    }
    row_cursors = [joined + position for position, _ in follows.rows]
    return Response(200, page, credits=1, paging=Paging(page, key, "time", "hasMore", cursor, row_cursors))


def _row(context: RequestContext, account: Account, post_id: str, *, pinned: bool) -> Payload:
    world = context.view.world
    return video(account, world.post(post_id), world.counters(post_id, context.at), context.options, pinned=pinned)


def _info(context: RequestContext, account: Account) -> Response:
    return Response(200, user_info(account, context.view.profile(account, context.at)), credits=1)


def _by_name(context: RequestContext, parameters: Parameters) -> Account:
    try:
        return context.view.account_by_handle(read_text(parameters, "username"), context.at)
    except NotVisibleError as error:
        raise unavailable(context, "account", error) from None


def _by_id(context: RequestContext, parameters: Parameters) -> Account:
    try:
        return context.view.account_by_id(read_text(parameters, "userid"), context.at)
    except NotVisibleError as error:
        raise unavailable(context, "account", error) from None
