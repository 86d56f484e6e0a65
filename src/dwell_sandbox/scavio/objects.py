"""Scavio's objects, built from the world's: an aweme, an account, a comment, a hashtag; also a published example's."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from dwell_sandbox.comments import Comment
from dwell_sandbox.counters import Counters
from dwell_sandbox.hashtags import Hashtag, find_hashtag
from dwell_sandbox.posts import Post
from dwell_sandbox.server.ids import sec_uid
from dwell_sandbox.server.provider_view import Account
from dwell_sandbox.server.response import Payload
from dwell_sandbox.world import Profile

CDN = "https://cdn.example/simulated"


def aweme(seed: int, account: Account, post: Post, counters: Counters, *, pinned: bool) -> Payload:
    """A post: counters inside `statistics`, the length in milliseconds."""
    return {
        "aweme_id": post.post_id,
        **_constant_fields(seed, post),
        "create_time": int(post.posted_at.timestamp()),
        "region": account.creator.region,
        "is_ads": post.is_ad,
        "is_top": int(pinned),
        "statistics": {
            "aweme_id": post.post_id,
            "play_count": counters.views,
            "digg_count": counters.likes,
            "comment_count": counters.comments,
            "share_count": counters.shares,
            "collect_count": counters.saves,
            "download_count": counters.downloads,
        },
        "author": author(account),
    }


def example_video(account: Account, post: Post, counters: Counters) -> Payload:
    """A post in the shape of the published examples: flat, the length in seconds."""
    return {
        "id": post.post_id,
        "username": account.handle,
        "desc": post.caption,
        "duration": post.duration_s or 0,
        "create_time": int(post.posted_at.timestamp()),
        "hashtags": list(post.hashtags),
        "play_count": counters.views,
        "digg_count": counters.likes,
        "comment_count": counters.comments,
        "share_count": counters.shares,
        "collect_count": counters.saves,
    }


def author(account: Account) -> Payload:
    """The author object of a post."""
    return {
        "uid": account.account_id,
        "unique_id": account.handle,
        "nickname": account.creator.display_name,
        "sec_uid": sec_uid(account.account_id),
        "avatar_larger": {"url_list": [f"{CDN}/avatar/{account.account_id}.jpg"]},
    }


def follower(account: Account, followers: int) -> Payload:
    """A row of a list of followers: of its counters, only the one that is quick to compute."""
    return {**author(account), "region": account.creator.region, "follower_count": followers}


def user(account: Account, profile: Profile) -> Payload:
    """An account with its counters."""
    return {
        **author(account),
        "signature": "A simulated account: nobody is behind it.",
        "bio_url": "",
        "secret": int(account.state == "private"),
        "follower_count": profile.followers,
        "following_count": profile.following,
        "aweme_count": profile.post_count,
        "total_favorited": profile.total_likes,
    }


def comment(post_id: str, row: Comment, account: Account) -> Payload:
    """A comment."""
    return {
        "cid": row.comment_id,
        "aweme_id": post_id,
        "text": row.text,
        "create_time": int(row.posted_at.timestamp()),
        "digg_count": row.likes,
        "reply_comment_total": row.replies,
        "user": author(account),
        "is_author_digged": 0,
    }


def challenge(hashtag: Hashtag, posts: int, views: int) -> Payload:
    """A hashtag: its counts as numbers, and again as strings."""
    return {
        "challenge": {"id": hashtag.hashtag_id, "title": hashtag.name, "desc": ""},
        "stats": {"videoCount": posts, "viewCount": views},
        "statsV2": {"videoCount": str(posts), "viewCount": str(views)},
    }


@lru_cache(maxsize=16_384)
def _constant_fields(seed: int, post: Post) -> dict[str, Any]:
    """The fields of a post that never change; shared between responses, so never modified."""
    tags = [(name, find_hashtag(seed, name)) for name in post.hashtags]
    photo = post.media_type == "photo"
    row: dict[str, Any] = {
        "desc": post.caption,
        "video": {
            "duration": (post.duration_s or 0) * 1000,
            "play_addr": {"url_list": [] if photo else [f"{CDN}/{post.post_id}.mp4"]},
            "cover": {"url_list": [f"{CDN}/{post.post_id}.jpg"]},
        },
        "music": {
            "id_str": post.sound.sound_id,
            "title": post.sound.title,
            "author": post.sound.author,
            "duration": post.sound.duration_s,
            "is_original_sound": post.sound.original,
        },
        "cha_list": [{"cid": tag.hashtag_id, "cha_name": name} for name, tag in tags if tag],
        "text_extra": [{"hashtag_name": name} for name in post.hashtags],
    }
    if photo:
        row["image_post_info"] = {"images": [{"display_image": {"url_list": [f"{CDN}/{post.post_id}-1.jpg"]}}]}
    return row
