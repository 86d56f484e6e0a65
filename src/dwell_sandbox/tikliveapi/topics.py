"""TikLiveAPI's endpoints about sounds, hashtags and searches: what they are, and the posts in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from dwell_sandbox.demo_accounts import CAST
from dwell_sandbox.hashtags import Hashtag
from dwell_sandbox.niches import EVERYWHERE, NICHES
from dwell_sandbox.posts import Post
from dwell_sandbox.server.reply import Listing, Payload, Reply, Scene
from dwell_sandbox.server.view import Gone
from dwell_sandbox.sounds import Sound
from dwell_sandbox.tikliveapi.objects import challenge, music, user_info, video
from dwell_sandbox.tikliveapi.refusals import clamped, gone, number, text

Parameters = Mapping[str, Any]
DEEPEST = 1_000
"""A search shows no more than so many posts."""


def music_info(scene: Scene, parameters: Parameters) -> Reply:
    """`/music-info/`: flat."""
    found = _sound(scene, parameters)
    uses = scene.view.world.sound_uses(found.sound_id, scene.at)
    return Reply(200, {**music(found), "video_count": uses}, credits=1)


def music_posts(scene: Scene, parameters: Parameters) -> Reply:
    """`/music-posts/`: paged by an offset, which comes back as a number."""
    found = _sound(scene, parameters)
    count, offset = clamped(parameters, 10, 30), number(parameters, "cursor", 0)
    posts = scene.view.world.sound_posts(found.sound_id, scene.at, offset + count + 1)
    return videos(scene, posts, offset, count)


def challenge_by_id(scene: Scene, parameters: Parameters) -> Reply:
    """`/challenge-info-id/`."""
    return _challenge(scene, _hashtag(scene, text(parameters, "id"), by_id=True))


def challenge_by_name(scene: Scene, parameters: Parameters) -> Reply:
    """`/challenge-info-name/`."""
    return _challenge(scene, _hashtag(scene, text(parameters, "name"), by_id=False))


def challenge_posts(scene: Scene, parameters: Parameters) -> Reply:
    """`/challenge-posts/`: paged by an offset, which comes back as text here."""
    found = _hashtag(scene, text(parameters, "challenge_id"), by_id=True)
    count, offset = clamped(parameters, 10, 35), number(parameters, "cursor", 0)
    posts = scene.view.world.hashtag_posts(found.name, scene.at, offset + count + 1)
    return videos(scene, posts, offset, count, as_text=True)


def search_video(scene: Scene, parameters: Parameters) -> Reply:
    """`/search-video/`: `hasMore` is 0 or 1, and only here."""
    query = text(parameters, "keyword")
    count, offset = clamped(parameters, 10, 35), number(parameters, "cursor", 0)
    days, order = number(parameters, "publish_time", 0), number(parameters, "sort_by", 0)
    posts = searched(scene, query, offset + count + 1, days=days, by_likes=order == 1, by_date=order == 2)
    reply = videos(scene, posts, offset, count)
    reply.payload["hasMore"] = int(reply.payload["hasMore"])
    return reply


def search_user(scene: Scene, parameters: Parameters) -> Reply:
    """`/search-user/`: whoever is called so, and those of the cast whose name holds it."""
    query = text(parameters, "keyword").removeprefix("@").lower()
    rows: list[Payload] = []
    for handle in dict.fromkeys([query, *(name for name in CAST if query in name)]):
        try:
            account = scene.view.by_handle(handle, scene.at)
        except Gone:
            continue
        rows.append(user_info(account, scene.view.profile(account, scene.at)))
    return Reply(200, {"user_list": rows, "cursor": len(rows), "hasMore": False}, credits=1)


def search_challenge(scene: Scene, parameters: Parameters) -> Reply:
    """`/search-challenge/`: the hashtag of that name, and the usual ones whose name holds it."""
    query = text(parameters, "keyword").removeprefix("#").lower()
    usual = [name for niche in NICHES.values() for name in niche.hashtags] + list(EVERYWHERE)
    rows: list[Payload] = []
    for name in dict.fromkeys([query, *(name for name in usual if query in name)]):
        try:
            found = scene.view.world.hashtag(name)
        except LookupError:
            continue
        uses = scene.view.world.hashtag_uses(found.name, scene.at)
        rows.append(challenge(found, uses.posts, uses.views))
    return Reply(200, {"challenge_list": rows, "cursor": len(rows), "hasMore": False}, credits=1)


def searched(
    scene: Scene, query: str, most: int, *, days: int = 0, by_likes: bool = False, by_date: bool = False
) -> Sequence[Post]:
    """The first posts that a search finds; a choice of days or another order is made among the first thousand."""
    if not (days or by_likes or by_date):
        return scene.view.world.search(query, scene.at, min(most, DEEPEST))
    found = scene.view.world.search(query, scene.at, DEEPEST)
    chosen = [post for post in found if not days or post.posted_at > scene.at - timedelta(days=days)]
    if by_likes:
        chosen.sort(key=lambda post: -scene.view.world.counters(post.post_id, scene.at).likes)
    if by_date:
        chosen.sort(key=lambda post: post.posted_at, reverse=True)
    return chosen[:most]


def videos(scene: Scene, posts: Sequence[Post], offset: int, count: int, *, as_text: bool = False) -> Reply:
    """A page of posts by offset; it is shorter than asked where a post cannot be shown."""
    form = str if as_text else int
    at, counters = scene.at, scene.view.world.counters
    window = scene.view.window(posts, at, offset, count)
    rows = [video(account, post, counters(post.post_id, at), scene.options, pinned=None) for _, account, post in window]
    after: list[Any] = [form(place) for place, _, _ in window]
    behind = form(min(max(offset, len(posts)), offset + count))
    box: Payload = {"videos": rows, "cursor": behind, "hasMore": len(posts) > offset + count}
    listing = Listing(box, "videos", "cursor", "hasMore", form(offset), after)
    return Reply(200, box, credits=1, listing=listing, posts=rows)


def _challenge(scene: Scene, found: Hashtag) -> Reply:
    uses = scene.view.world.hashtag_uses(found.name, scene.at)
    return Reply(200, challenge(found, uses.posts, uses.views), credits=1)


def _sound(scene: Scene, parameters: Parameters) -> Sound:
    try:
        return scene.view.world.sound(text(parameters, "music_id"))
    except LookupError:
        raise gone(scene, "sound", Gone("not_found")) from None


def _hashtag(scene: Scene, name: str, *, by_id: bool) -> Hashtag:
    try:
        return scene.view.world.hashtag_by_id(name) if by_id else scene.view.world.hashtag(name)
    except LookupError:
        raise gone(scene, "hashtag", Gone("not_found")) from None
