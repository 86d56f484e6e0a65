"""dwell's own parsers read every object that is served, and find in it what the world holds."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest

from dwell.providers.scavio import parse as scavio
from dwell.providers.tikliveapi import parse as tikliveapi
from dwell_sandbox import World
from dwell_sandbox.server.response import ProtocolOptions


def _tiklive_posts(ask) -> Iterator[dict[str, Any]]:
    user_id = ask.tiklive("userid", username="demo_kitchen")["id"]
    cursor, more = "0", True
    while more:
        page = ask.tiklive("user-posts", userid=user_id, count=35, cursor=cursor)
        cursor, more = page["cursor"], page["hasMore"]
        yield from page["videos"]
    for row in page["videos"][:5]:
        yield ask.tiklive("post-detail", url=row["video_id"])
    yield from ask.tiklive("search-video", keyword="recipe", count=30)["videos"]
    tag = ask.tiklive("challenge-info-name", name="runtok")["id"]
    yield from ask.tiklive("challenge-posts", challenge_id=tag, count=30)["videos"]


def _scavio_posts(ask) -> Iterator[dict[str, Any]]:
    key = ask.scavio("profile", username="demo_kitchen")["data"]["user"]["sec_uid"]
    cursor, more = "0", 1
    while more:
        page = ask.scavio("user/posts", sec_user_id=key, count=30, cursor=cursor)["data"]
        cursor, more = page["max_cursor"], page["has_more"]
        yield from page["aweme_list"]
    yield ask.scavio("video", video_id=page["aweme_list"][0]["aweme_id"])["data"]["aweme_detail"]
    data = ask.scavio("search/videos", keyword="recipe", count=30)["data"]
    yield from (row.get("aweme_info", row) for row in data.get("search_item_list") or data["aweme_list"])
    tag = ask.scavio("hashtag", hashtag_name="runtok")["data"]["challengeInfo"]["challenge"]["id"]
    yield from ask.scavio("hashtag/videos", hashtag_id=tag, count=30)["data"]["aweme_list"]


def _truth(world: World, post_id: str, now: datetime) -> dict[str, Any]:
    post, counters = world.post(post_id), world.counters(post_id, now)
    creator = world.creator(post.handle)
    handle = world.handle_at(creator.number, now)
    return {
        "post_id": post_id,
        "handle": handle,
        "creator_id": world.creator_id(post.handle),
        "display_name": creator.display_name,
        "posted_at": int(post.posted_at.timestamp()),
        "duration_s": post.duration_s,
        "media_type": post.media_type,
        "is_ad": post.is_ad,
        "caption": post.caption,
        "hashtags": list(post.hashtags),
        "sound_id": post.sound.sound_id,
        "sound_title": post.sound.title,
        "sound_original": post.sound.original,
        "region": creator.region,
        "url": f"https://www.tiktok.com/@{handle}/{post.media_type}/{post_id}",
        "views": counters.views,
        "likes": counters.likes,
        "comments": counters.comments,
        "shares": counters.shares,
        "saves": counters.saves,
        "downloads": counters.downloads,
    }


@pytest.mark.parametrize(
    ("parser", "served", "options"),
    [
        (tikliveapi, _tiklive_posts, ProtocolOptions()),
        (tikliveapi, _tiklive_posts, ProtocolOptions(aweme_id_style="numeric")),
        (scavio, _scavio_posts, ProtocolOptions()),
    ],
)
def test_every_post_reads_as_the_world_has_it(
    make: Callable[..., Any], world: World, now: datetime, parser: Any, served: Any, options: ProtocolOptions
):
    rows = list(served(make(options=options)))
    assert len(rows) > 500
    pinned = world.pinned("demo_kitchen", now)
    for row in rows:
        assert parser.entity(row) == "post"
        item = parser.post(row)
        truth = _truth(world, item.post_id, now)
        assert {key: getattr(item, key) for key in truth} == truth
        if row.get("is_top"):
            assert item.is_pinned is True
            assert item.post_id in pinned


def _accounts(ask, handle: str) -> Iterator[tuple[Any, dict[str, Any]]]:
    yield tikliveapi, ask.tiklive("userinfo-by-username", username=handle)
    yield scavio, ask.scavio("profile", username=handle)["data"]["user"]
    yield tikliveapi, ask.tiklive("search-user", keyword=handle)["user_list"][0]
    yield scavio, ask.scavio("search/users", keyword=handle)["data"]["user_list"][0]


@pytest.mark.parametrize("state", ["ok", "private", "empty"])
def test_every_account_reads_as_the_world_has_it(
    ask, world: World, now: datetime, handle_in: Callable[[str], str], state: str
):
    handle = handle_in(state)
    profile = world.profile(handle, now)
    for parser, row in _accounts(ask, handle):
        assert parser.entity(row) == "user"
        item = parser.user(row)
        assert (item.handle, item.creator_id) == (handle, world.creator_id(handle))
        assert item.private is (state == "private")
        assert (item.followers, item.following) == (profile.followers, profile.following)
        assert (item.total_likes, item.post_count) == (profile.total_likes, profile.post_count)


def test_every_follower_reads_as_the_world_has_it(ask, world: World, now: datetime):
    user_id = world.creator_id("demo_bigtable")
    key = ask.scavio("profile", username="demo_bigtable")["data"]["user"]["sec_uid"]
    served = [(tikliveapi, row) for row in ask.tiklive("user-followers", userid=user_id)["followers"]]
    served += [(tikliveapi, row) for row in ask.tiklive("user-following", userid=user_id)["followings"]]
    served += [(scavio, row) for row in ask.scavio("user/followers", sec_user_id=key)["data"]["followers"]]
    assert len(served) > 80
    for parser, row in served:
        assert parser.entity(row) == "user"
        item = parser.user(row)
        assert item.creator_id == world.creator_id(item.handle)
        assert item.followers == world.profile_followers(item.handle, now)
        assert item.post_count is None


def test_every_comment_reads_as_the_world_has_it(ask, world: World, now: datetime):
    user_id = world.creator_id("demo_bigtable")
    post_id = ask.tiklive("user-posts", userid=user_id, count=10)["videos"][8]["video_id"]
    truth = {each.comment_id: each for each in world.comments(post_id, now, 50)}
    served = [(tikliveapi, row) for row in ask.tiklive("post-comments", url=post_id, count=50)["comments"]]
    served += [(scavio, row) for row in ask.scavio("video/comments", video_id=post_id, count=50)["data"]["comments"]]
    assert len(served) > 20
    for parser, row in served:
        assert parser.entity(row) == "comment"
        item = parser.comment(row)
        true = truth[item.comment_id]
        assert item.post_id == post_id
        assert item.posted_at == int(true.posted_at.timestamp())
        assert (item.handle, item.text) == (true.handle, true.text)
        assert (item.comment_likes, item.replies) == (true.likes, true.replies)


def test_sounds_and_hashtags_read_as_the_world_has_them(ask, world: World, now: datetime):
    uses = world.hashtag_uses("recipe", now)
    for item in (
        tikliveapi.topic(ask.tiklive("challenge-info-name", name="recipe")),
        scavio.topic(ask.scavio("hashtag", hashtag_name="recipe")["data"]),
    ):
        assert (item.topic_kind, item.topic) == ("hashtag", "recipe")
        assert (int(item.topic_posts), int(item.topic_views)) == (uses.posts, uses.views)
    post = world.posts("demo_kitchen", since=now.replace(month=1), at=now)[0]
    item = tikliveapi.topic(ask.tiklive("music-info", music_id=post.sound.sound_id))
    assert (item.topic, item.title) == (post.sound.sound_id, post.sound.title)
    assert item.topic_posts == world.sound_uses(post.sound.sound_id, now)
