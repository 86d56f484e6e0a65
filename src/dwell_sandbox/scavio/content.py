"""Scavio's endpoints about posts, hashtags and searches."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal

from dwell_sandbox.demo_accounts import CAST
from dwell_sandbox.dice import Dice
from dwell_sandbox.hashtags import Hashtag
from dwell_sandbox.posts import Post
from dwell_sandbox.scavio.objects import aweme, challenge, comment, user
from dwell_sandbox.scavio.refusals import Parameters, bad, choice, count, cursor, gone, text
from dwell_sandbox.server.reply import Listing, Payload, Reply, Scene
from dwell_sandbox.server.view import Gone

DEEPEST = 1_000
"""A search shows no more than so many posts."""


def video(scene: Scene, body: Parameters) -> Reply:
    """`/video`: one post."""
    post_id = text(body, "video_id")
    try:
        account, post = scene.view.post(post_id, scene.at)
    except Gone as why:
        raise gone("post", why) from None
    world = scene.view.world
    pinned = post_id in scene.view.pinned(account, scene.at)
    row = aweme(world.seed, account, post, world.counters(post_id, scene.at), pinned=pinned)
    return Reply(200, {"aweme_detail": row}, credits=1, posts=(row,))


def comments(scene: Scene, body: Parameters) -> Reply:
    """`/video/comments`: paged by an offset, as text; `has_more` 1 or 0."""
    post_id, most, asked = text(body, "video_id"), count(body, 50, 20), cursor(body)
    try:
        scene.view.post(post_id, scene.at)
    except Gone as why:
        raise gone("post", why) from None
    world = scene.view.world
    total = world.counters(post_id, scene.at).comments
    found = world.comments(post_id, scene.at, most, asked)
    rows, after = [], []
    for place, each in enumerate(found, asked + 1):
        try:
            rows.append(comment(post_id, each, scene.view.by_handle(each.handle, scene.at)))
        except Gone:
            continue
        after.append(str(place))
    behind = asked + len(found)
    box: Payload = {
        "comments": rows,
        "total": total,
        "cursor": str(behind),
        "has_more": int(bool(found) and behind < total),
    }
    return Reply(200, box, credits=1, listing=Listing(box, "comments", "cursor", "has_more", str(asked), after))


def search_videos(scene: Scene, body: Parameters) -> Reply:
    """`/search/videos`: under `search_item_list` or under `aweme_list`; the text that is sought decides which."""
    query, most, asked = text(body, "keyword"), count(body, 30, 20), cursor(body)
    by_likes = choice(body, "sort_type", "0", "1") == "1"
    days = int(choice(body, "publish_time", "0", "1", "7", "30", "90", "180"))
    world = scene.view.world
    posts: Sequence[Post]
    if days or by_likes:
        found = world.search(query, scene.at, DEEPEST)
        chosen = [post for post in found if not days or post.posted_at > scene.at - timedelta(days=days)]
        if by_likes:
            chosen.sort(key=lambda post: -world.counters(post.post_id, scene.at).likes)
        posts = chosen
    else:
        posts = world.search(query, scene.at, min(DEEPEST, asked + most + 1))
    nested = Dice(world.seed, "scavio search", query.lower()).chance("nested", 0.5)
    return _posts(scene, posts, asked, most, "search_item_list" if nested else "aweme_list", cursor_key="cursor")


def search_users(scene: Scene, body: Parameters) -> Reply:
    """`/search/users`: whoever is called so, and those of the cast whose name holds it."""
    query = text(body, "keyword").removeprefix("@").lower()
    cursor(body)
    rows: list[Payload] = []
    for handle in dict.fromkeys([query, *(name for name in CAST if query in name)]):
        try:
            account = scene.view.by_handle(handle, scene.at)
        except Gone:
            continue
        rows.append({"user_info": user(account, scene.view.profile(account, scene.at))})
    shown = rows[: count(body, 30, 20)]
    return Reply(200, {"user_list": shown, "cursor": str(len(shown)), "has_more": 0}, credits=1)


def hashtag(scene: Scene, body: Parameters) -> Reply:
    """`/hashtag`: by `hashtag_name` or `hashtag_id`."""
    by: Literal["hashtag_id", "hashtag_name"] = "hashtag_id" if "hashtag_id" in body else "hashtag_name"
    found = _hashtag(scene, text(body, by), by_id=by == "hashtag_id")
    uses = scene.view.world.hashtag_uses(found.name, scene.at)
    return Reply(200, {"challengeInfo": challenge(found, uses.posts, uses.views)}, credits=1)


def hashtag_videos(scene: Scene, body: Parameters) -> Reply:
    """`/hashtag/videos`: paged by an offset, as text."""
    found = _hashtag(scene, text(body, "hashtag_id"), by_id=True)
    most, asked = count(body, 30, 20), cursor(body)
    posts = scene.view.world.hashtag_posts(found.name, scene.at, asked + most + 1)
    return _posts(scene, posts, asked, most, "aweme_list", cursor_key="cursor")


def replies(scene: Scene, body: Parameters) -> Reply:
    """`/video/comments/replies`: the world knows how many replies a comment has, and not what they say."""
    post_id, _, asked = text(body, "video_id"), text(body, "comment_id"), cursor(body)
    count(body, 50, 20)
    try:
        scene.view.post(post_id, scene.at)
    except Gone as why:
        raise gone("post", why) from None
    return Reply(200, {"comments": [], "cursor": str(asked), "has_more": 0}, credits=1)


def _posts(scene: Scene, posts: Sequence[Post], asked: int, most: int, key: str, *, cursor_key: str) -> Reply:
    world = scene.view.world
    window = scene.view.window(posts, scene.at, asked, most)
    rows = [
        aweme(world.seed, account, post, world.counters(post.post_id, scene.at), pinned=False)
        for _, account, post in window
    ]
    shown = [{"aweme_info": row} for row in rows] if key == "search_item_list" else rows
    behind = min(max(asked, len(posts)), asked + most)
    box: Payload = {key: shown, cursor_key: str(behind), "has_more": int(len(posts) > asked + most)}
    after = [str(place) for place, _, _ in window]
    listing = Listing(box, key, cursor_key, "has_more", str(asked), after)
    return Reply(200, box, credits=1, listing=listing, posts=rows)


def _hashtag(scene: Scene, name: str, *, by_id: bool) -> Hashtag:
    try:
        return scene.view.world.hashtag_by_id(name) if by_id else scene.view.world.hashtag(name)
    except LookupError:
        raise (
            bad("There is no such hashtag.") if by_id and not name.isdigit() else gone("hashtag", Gone("not_found"))
        ) from None
