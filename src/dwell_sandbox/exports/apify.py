"""Posts as Apify's tiktok-scraper returns them, one JSON object per line, without a capture time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from dwell_sandbox.counters import round_count
from dwell_sandbox.posts import Post
from dwell_sandbox.world import World

SIGNATURE = "Simulated account: nobody is behind it."


def iterate_lines(world: World, handle: str, since: datetime, at: datetime) -> Iterator[str]:
    """One line for each post published from `since` on and visible at `at`, newest first, with the counters at `at`."""
    author = _author(world, handle, at)
    pinned = world.pinned(handle, at)
    for post in world.posts(handle, since=since, at=at):
        row = _row(world, post, author, at, is_pinned=post.post_id in pinned)
        yield json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n"


def _author(world: World, handle: str, at: datetime) -> dict[str, Any]:
    creator, profile = world.creator(handle), world.profile(handle, at)
    return {
        "id": world.creator_id(handle),
        "name": creator.handle,
        "profileUrl": f"https://www.tiktok.com/@{creator.handle}",
        "nickName": creator.display_name,
        "verified": False,
        "signature": SIGNATURE,
        "privateAccount": False,
        "ttSeller": False,
        "following": profile.following,
        "friends": 0,
        "fans": round_count(profile.followers),
        "heart": round_count(profile.total_likes),
        "video": profile.post_count,
        "digg": 0,
    }


def _row(world: World, post: Post, author: dict[str, Any], at: datetime, *, is_pinned: bool) -> dict[str, Any]:
    counters = world.counters(post.post_id, at)
    sound = post.sound
    return {
        "id": post.post_id,
        "text": post.caption,
        "textLanguage": "en",
        "createTime": int(post.posted_at.timestamp()),
        "createTimeISO": f"{post.posted_at:%Y-%m-%dT%H:%M:%S}.000Z",
        "locationCreated": world.creator(post.handle).region,
        "isAd": post.is_ad,
        "isMuted": False,
        "authorMeta": author,
        "musicMeta": {
            "musicName": sound.title,
            "musicAuthor": sound.author,
            "musicOriginal": sound.original,
            "musicId": sound.sound_id,
        },
        "webVideoUrl": post.url,
        "videoMeta": {
            "height": 1024,
            "width": 576,
            "duration": post.duration_s or 0,
            "definition": "540p",
            "format": "mp4",
        },
        "diggCount": round_count(counters.likes),
        "shareCount": round_count(counters.shares),
        "playCount": round_count(counters.views),
        "collectCount": round_count(counters.saves),
        "commentCount": round_count(counters.comments),
        "mentions": [],
        "hashtags": [_hashtag(world, tag) for tag in post.hashtags],
        "isSlideshow": post.media_type == "photo",
        "isPinned": is_pinned,
        "isSponsored": False,
        "input": post.handle,
    }


def _hashtag(world: World, name: str) -> dict[str, str]:
    return {"id": world.hashtag(name).hashtag_id, "name": name, "title": "", "cover": ""}
