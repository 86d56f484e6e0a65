"""TikLiveAPI's endpoints about sounds, hashtags and searches: their descriptions and their posts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from dwell_sandbox.demo_accounts import DEMO_ACCOUNTS
from dwell_sandbox.hashtags import Hashtag
from dwell_sandbox.niches import GENERIC_HASHTAGS, NICHES
from dwell_sandbox.posts import Post
from dwell_sandbox.server.provider_view import NotVisibleError
from dwell_sandbox.server.response import Paging, Payload, RequestContext, Response
from dwell_sandbox.sounds import Sound
from dwell_sandbox.tikliveapi.errors import unavailable
from dwell_sandbox.tikliveapi.objects import challenge, music, user_info, video
from dwell_sandbox.tikliveapi.parameters import Parameters, read_count, read_number, read_text

MAX_SEARCH_POSTS = 1_000
"""The number of posts after which a search ends."""


def music_info(context: RequestContext, parameters: Parameters) -> Response:
    """`/music-info/`: flat."""
    sound = _sound(context, parameters)
    uses = context.view.world.sound_uses(sound.sound_id, context.at)
    return Response(200, {**music(sound), "video_count": uses}, credits=1)


def music_posts(context: RequestContext, parameters: Parameters) -> Response:
    """`/music-posts/`: paged by an offset, which is returned as a number."""
    sound = _sound(context, parameters)
    count, offset = read_count(parameters, 10, 30), read_number(parameters, "cursor", 0)
    posts = context.view.world.sound_posts(sound.sound_id, context.at, offset + count + 1)
    return video_page(context, posts, offset, count)


def challenge_by_id(context: RequestContext, parameters: Parameters) -> Response:
    """`/challenge-info-id/`."""
    return _challenge(context, _hashtag(context, read_text(parameters, "id"), by_id=True))


def challenge_by_name(context: RequestContext, parameters: Parameters) -> Response:
    """`/challenge-info-name/`."""
    return _challenge(context, _hashtag(context, read_text(parameters, "name"), by_id=False))


def challenge_posts(context: RequestContext, parameters: Parameters) -> Response:
    """`/challenge-posts/`: paged by an offset, which this endpoint returns as a string."""
    hashtag = _hashtag(context, read_text(parameters, "challenge_id"), by_id=True)
    count, offset = read_count(parameters, 10, 35), read_number(parameters, "cursor", 0)
    posts = context.view.world.hashtag_posts(hashtag.name, context.at, offset + count + 1)
    return video_page(context, posts, offset, count, as_text=True)


def search_video(context: RequestContext, parameters: Parameters) -> Response:
    """`/search-video/`: here alone, `hasMore` is 0 or 1."""
    query = read_text(parameters, "keyword")
    count, offset = read_count(parameters, 10, 35), read_number(parameters, "cursor", 0)
    days, order = read_number(parameters, "publish_time", 0), read_number(parameters, "sort_by", 0)
    posts = search_posts(context, query, offset + count + 1, days=days, by_likes=order == 1, by_date=order == 2)
    response = video_page(context, posts, offset, count)
    response.payload["hasMore"] = int(response.payload["hasMore"])
    return response


def search_user(context: RequestContext, parameters: Parameters) -> Response:
    """`/search-user/`: the account of that name, and the demo accounts whose name contains it."""
    query = read_text(parameters, "keyword").removeprefix("@").lower()
    rows: list[Payload] = []
    for handle in dict.fromkeys([query, *(name for name in DEMO_ACCOUNTS if query in name)]):
        try:
            account = context.view.account_by_handle(handle, context.at)
        except NotVisibleError:
            continue
        rows.append(user_info(account, context.view.profile(account, context.at)))
    return Response(200, {"user_list": rows, "cursor": len(rows), "hasMore": False}, credits=1)


def search_challenge(context: RequestContext, parameters: Parameters) -> Response:
    """`/search-challenge/`: the hashtag of that name, and the common ones whose name contains it."""
    query = read_text(parameters, "keyword").removeprefix("#").lower()
    common = [name for niche in NICHES.values() for name in niche.hashtags] + list(GENERIC_HASHTAGS)
    rows: list[Payload] = []
    for name in dict.fromkeys([query, *(name for name in common if query in name)]):
        try:
            hashtag = context.view.world.hashtag(name)
        except LookupError:
            continue
        uses = context.view.world.hashtag_uses(hashtag.name, context.at)
        rows.append(challenge(hashtag, uses.posts, uses.views))
    return Response(200, {"challenge_list": rows, "cursor": len(rows), "hasMore": False}, credits=1)


def search_posts(
    context: RequestContext, query: str, limit: int, *, days: int = 0, by_likes: bool = False, by_date: bool = False
) -> Sequence[Post]:
    """The first posts that a search finds; filters by age and other orders apply to the first thousand."""
    if not (days or by_likes or by_date):
        return context.view.world.search(query, context.at, min(limit, MAX_SEARCH_POSTS))
    newest = context.view.world.search(query, context.at, MAX_SEARCH_POSTS)
    chosen = [post for post in newest if not days or post.posted_at > context.at - timedelta(days=days)]
    if by_likes:
        chosen.sort(key=lambda post: -context.view.world.counters(post.post_id, context.at).likes)
    if by_date:
        chosen.sort(key=lambda post: post.posted_at, reverse=True)
    return chosen[:limit]


def video_page(
    context: RequestContext, posts: Sequence[Post], offset: int, count: int, *, as_text: bool = False
) -> Response:
    """A page of posts by offset; it is shorter than requested if a post cannot be shown."""
    form = str if as_text else int
    at, counters = context.at, context.view.world.counters
    window = context.view.visible_posts(posts, at, offset, count)
    rows = [
        video(account, post, counters(post.post_id, at), context.options, pinned=None) for _, account, post in window
    ]
    row_cursors: list[Any] = [form(position) for position, _, _ in window]
    next_cursor = form(min(max(offset, len(posts)), offset + count))
    page: Payload = {"videos": rows, "cursor": next_cursor, "hasMore": len(posts) > offset + count}
    paging = Paging(page, "videos", "cursor", "hasMore", form(offset), row_cursors)
    return Response(200, page, credits=1, paging=paging, posts=rows)


def _challenge(context: RequestContext, hashtag: Hashtag) -> Response:
    uses = context.view.world.hashtag_uses(hashtag.name, context.at)
    return Response(200, challenge(hashtag, uses.posts, uses.views), credits=1)


def _sound(context: RequestContext, parameters: Parameters) -> Sound:
    try:
        return context.view.world.sound(read_text(parameters, "music_id"))
    except LookupError:
        raise unavailable(context, "sound", NotVisibleError("not_found")) from None


def _hashtag(context: RequestContext, name: str, *, by_id: bool) -> Hashtag:
    try:
        return context.view.world.hashtag_by_id(name) if by_id else context.view.world.hashtag(name)
    except LookupError:
        raise unavailable(context, "hashtag", NotVisibleError("not_found")) from None
