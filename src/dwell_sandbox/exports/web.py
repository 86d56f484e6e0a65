"""Posts as TikTok's web pages load them: `stats` rounded, `statsV2` sometimes exact, each with its capture time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from dwell_sandbox.counters import Counters, round_count
from dwell_sandbox.exports.apify import SIGNATURE
from dwell_sandbox.posts import Post
from dwell_sandbox.seeded_random import SeededRandom
from dwell_sandbox.world import World

_PAGE = 35
_PAGE_S = 3
_EXACT_CHANCE = 0.07
_NAMES = {
    "saves": "collectCount", "comments": "commentCount", "likes": "diggCount", "views": "playCount",
    "shares": "shareCount",
}  # fmt: skip


def iterate_lines(world: World, handle: str, since: datetime, at: datetime) -> Iterator[str]:
    """One line for each post published from `since` on and visible at `at`, newest first.

    Pages of 35 are read one after the other, the last one at `at`; the counters are those of the second of reading.
    """
    posts = world.posts(handle, since=since, at=at)
    shared = {"author": _author(world, handle), "authorStats": _author_stats(world, handle, at)}
    pinned = world.pinned(handle, at)
    for index, post in enumerate(posts):
        pages_left = (len(posts) - 1) // _PAGE - index // _PAGE
        read_at = max(post.posted_at, at - timedelta(seconds=_PAGE_S * pages_left))
        item = _item(world, post, read_at) | shared
        if post.post_id in pinned:
            item["isPinnedItem"] = True
        yield json.dumps(item, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n"


def _author(world: World, handle: str) -> dict[str, Any]:
    creator = world.creator(handle)
    return {
        "id": world.creator_id(handle),
        "uniqueId": creator.handle,
        "nickname": creator.display_name,
        "signature": SIGNATURE,
        "secUid": f"MS4wLjABAAAA{SeededRandom(world.seed, 'secret', creator.number).bits('id', 64):016x}",
        "verified": False,
        "privateAccount": False,
    }


def _author_stats(world: World, handle: str, at: datetime) -> dict[str, Any]:
    profile = world.profile(handle, at)
    hearts = round_count(profile.total_likes)
    return {
        "diggCount": 0,
        "followerCount": round_count(profile.followers),
        "followingCount": profile.following,
        "friendCount": 0,
        "heart": hearts,
        "heartCount": hearts,
        "videoCount": profile.post_count,
    }


def _item(world: World, post: Post, read_at: datetime) -> dict[str, Any]:
    counters = world.counters(post.post_id, read_at)
    exact = SeededRandom(world.seed, "finer", post.post_id).chance("finer", _EXACT_CHANCE)
    sound = post.sound
    item = {
        "id": post.post_id,
        "desc": post.caption,
        "createTime": int(post.posted_at.timestamp()),
        "collectTime": int(read_at.timestamp()),
        "isAd": post.is_ad,
        "textLanguage": "en",
        "stats": _stats(counters),
        "statsV2": {name: str(count) for name, count in (_stats(counters, exact=exact) | {"repostCount": 0}).items()},
        "music": {
            "id": sound.sound_id,
            "title": sound.title,
            "authorName": sound.author,
            "original": sound.original,
            "duration": sound.duration_s,
        },
        "challenges": [{"id": world.hashtag(tag).hashtag_id, "title": tag, "desc": ""} for tag in post.hashtags],
        "textExtra": [{"hashtagName": tag, "type": 1} for tag in post.hashtags],
        "contents": [{"desc": post.caption}],
        "video": {"id": post.post_id, "duration": post.duration_s or 0, "height": 1024, "width": 576, "ratio": "540p"},
        "privateItem": False,
    }
    if post.media_type == "photo":
        item["imagePost"] = {"images": [{}, {}, {}]}
    return item


def _stats(counters: Counters, *, exact: bool = False) -> dict[str, int]:
    counts = asdict(counters)
    return {key: counts[name] if exact else round_count(counts[name]) for name, key in _NAMES.items()}
