"""Scavio's endpoints about posts, hashtags and searches."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal

from dwell_sandbox.demo_accounts import DEMO_ACCOUNTS
from dwell_sandbox.hashtags import Hashtag
from dwell_sandbox.posts import Post
from dwell_sandbox.scavio.errors import bad_request, unavailable
from dwell_sandbox.scavio.objects import aweme, challenge, comment, user
from dwell_sandbox.scavio.parameters import Parameters, read_choice, read_count, read_cursor, read_text
from dwell_sandbox.seeded_random import SeededRandom
from dwell_sandbox.server.provider_view import NotVisibleError
from dwell_sandbox.server.response import Paging, Payload, RequestContext, Response

MAX_SEARCH_POSTS = 1_000
"""The number of posts after which a search ends."""


def video(context: RequestContext, body: Parameters) -> Response:
    """`/video`: one post."""
    post_id = read_text(body, "video_id")
    try:
        account, post = context.view.post(post_id, context.at)
    except NotVisibleError as error:
        raise unavailable("post", error) from None
    world = context.view.world
    pinned = post_id in context.view.pinned(account, context.at)
    row = aweme(world.seed, account, post, world.counters(post_id, context.at), pinned=pinned)
    return Response(200, {"aweme_detail": row}, credits=1, posts=(row,))


def comments(context: RequestContext, body: Parameters) -> Response:
    """`/video/comments`: paged by an offset, as a string; `has_more` is 1 or 0."""
    post_id, limit, offset = read_text(body, "video_id"), read_count(body, 50, 20), read_cursor(body)
    try:
        context.view.post(post_id, context.at)
    except NotVisibleError as error:
        raise unavailable("post", error) from None
    world = context.view.world
    total = world.counters(post_id, context.at).comments
    listed = world.comments(post_id, context.at, limit, offset)
    rows, row_cursors = [], []
    for position, each in enumerate(listed, offset + 1):
        try:
            rows.append(comment(post_id, each, context.view.account_by_handle(each.handle, context.at)))
        except NotVisibleError:
            continue
        row_cursors.append(str(position))
    next_cursor = offset + len(listed)
    page: Payload = {
        "comments": rows,
        "total": total,
        "cursor": str(next_cursor),
        "has_more": int(bool(listed) and next_cursor < total),
    }
    return Response(
        200, page, credits=1, paging=Paging(page, "comments", "cursor", "has_more", str(offset), row_cursors)
    )


def search_videos(context: RequestContext, body: Parameters) -> Response:
    """`/search/videos`: under `search_item_list` or `aweme_list`, depending on the query."""
    query, limit, offset = read_text(body, "keyword"), read_count(body, 30, 20), read_cursor(body)
    by_likes = read_choice(body, "sort_type", "0", "1") == "1"
    days = int(read_choice(body, "publish_time", "0", "1", "7", "30", "90", "180"))
    world = context.view.world
    posts: Sequence[Post]
    if days or by_likes:
        newest = world.search(query, context.at, MAX_SEARCH_POSTS)
        chosen = [post for post in newest if not days or post.posted_at > context.at - timedelta(days=days)]
        if by_likes:
            chosen.sort(key=lambda post: -world.counters(post.post_id, context.at).likes)
        posts = chosen
    else:
        posts = world.search(query, context.at, min(MAX_SEARCH_POSTS, offset + limit + 1))
    nested = SeededRandom(world.seed, "scavio search", query.lower()).chance("nested", 0.5)
    return _post_page(
        context, posts, offset, limit, "search_item_list" if nested else "aweme_list", cursor_key="cursor"
    )


def search_users(context: RequestContext, body: Parameters) -> Response:
    """`/search/users`: the account of that name, and the demo accounts whose name contains it."""
    query = read_text(body, "keyword").removeprefix("@").lower()
    read_cursor(body)
    rows: list[Payload] = []
    for handle in dict.fromkeys([query, *(name for name in DEMO_ACCOUNTS if query in name)]):
        try:
            account = context.view.account_by_handle(handle, context.at)
        except NotVisibleError:
            continue
        rows.append({"user_info": user(account, context.view.profile(account, context.at))})
    shown = rows[: read_count(body, 30, 20)]
    return Response(200, {"user_list": shown, "cursor": str(len(shown)), "has_more": 0}, credits=1)


def hashtag(context: RequestContext, body: Parameters) -> Response:
    """`/hashtag`: by `hashtag_name` or `hashtag_id`."""
    by: Literal["hashtag_id", "hashtag_name"] = "hashtag_id" if "hashtag_id" in body else "hashtag_name"
    tag = _hashtag(context, read_text(body, by), by_id=by == "hashtag_id")
    uses = context.view.world.hashtag_uses(tag.name, context.at)
    return Response(200, {"challengeInfo": challenge(tag, uses.posts, uses.views)}, credits=1)


def hashtag_videos(context: RequestContext, body: Parameters) -> Response:
    """`/hashtag/videos`: paged by an offset, as a string."""
    tag = _hashtag(context, read_text(body, "hashtag_id"), by_id=True)
    limit, offset = read_count(body, 30, 20), read_cursor(body)
    posts = context.view.world.hashtag_posts(tag.name, context.at, offset + limit + 1)
    return _post_page(context, posts, offset, limit, "aweme_list", cursor_key="cursor")


def replies(context: RequestContext, body: Parameters) -> Response:
    """`/video/comments/replies`: always empty: the world has the number of replies, not their text."""
    post_id, _, offset = read_text(body, "video_id"), read_text(body, "comment_id"), read_cursor(body)
    read_count(body, 50, 20)
    try:
        context.view.post(post_id, context.at)
    except NotVisibleError as error:
        raise unavailable("post", error) from None
    return Response(200, {"comments": [], "cursor": str(offset), "has_more": 0}, credits=1)


def _post_page(
    context: RequestContext, posts: Sequence[Post], offset: int, limit: int, key: str, *, cursor_key: str
) -> Response:
    world = context.view.world
    window = context.view.visible_posts(posts, context.at, offset, limit)
    rows = [
        aweme(world.seed, account, post, world.counters(post.post_id, context.at), pinned=False)
        for _, account, post in window
    ]
    shown = [{"aweme_info": row} for row in rows] if key == "search_item_list" else rows
    next_cursor = min(max(offset, len(posts)), offset + limit)
    page: Payload = {key: shown, cursor_key: str(next_cursor), "has_more": int(len(posts) > offset + limit)}
    row_cursors = [str(position) for position, _, _ in window]
    paging = Paging(page, key, cursor_key, "has_more", str(offset), row_cursors)
    return Response(200, page, credits=1, paging=paging, posts=rows)


def _hashtag(context: RequestContext, name: str, *, by_id: bool) -> Hashtag:
    try:
        return context.view.world.hashtag_by_id(name) if by_id else context.view.world.hashtag(name)
    except LookupError:
        raise (
            bad_request("There is no such hashtag.")
            if by_id and not name.isdigit()
            else unavailable("hashtag", NotVisibleError("not_found"))
        ) from None
