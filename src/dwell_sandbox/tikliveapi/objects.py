"""TikLiveAPI's objects, built from the world's: a video, an account, a comment, a sound, a hashtag."""

from __future__ import annotations

from base64 import b64encode
from functools import lru_cache
from typing import Any

from dwell_sandbox.comments import Comment
from dwell_sandbox.counters import Counters
from dwell_sandbox.hashtags import Hashtag
from dwell_sandbox.posts import Post
from dwell_sandbox.seeded_random import SeededRandom
from dwell_sandbox.server.ids import media_id, sec_uid
from dwell_sandbox.server.provider_view import Account
from dwell_sandbox.server.response import Payload, ProtocolOptions
from dwell_sandbox.sounds import Sound
from dwell_sandbox.world import Profile

CDN = "https://cdn.example/simulated"
_MIME_TITLES = 0.03
_NO_PLAY = 0.02


def video(
    account: Account, post: Post, counters: Counters, options: ProtocolOptions, *, pinned: bool | None
) -> Payload:
    """A row of a list; `pinned` is None in lists that lack the field."""
    row = {
        "aweme_id": post.post_id,
        "video_id": post.post_id,
        **_constant_fields(post, account.creator.region),
        "play_count": counters.views,
        "digg_count": counters.likes,
        "comment_count": counters.comments,
        "share_count": counters.shares,
        "download_count": counters.downloads,
        "collect_count": counters.saves,
        "create_time": int(post.posted_at.timestamp()),
        "anchors": None,
        "anchors_extras": "",
        "is_ad": post.is_ad,
        "commerce_info": _commerce(post),
        "commercial_video_info": "",
        "item_comment_settings": 0,
        "mentioned_users": "",
        "author": author(account),
    }
    if options.aweme_id_style == "media":
        row["aweme_id"] = _media_id(post.post_id)
    if pinned is not None:
        row["is_top"] = int(pinned)
    return row


def detail(account: Account, post: Post, counters: Counters, options: ProtocolOptions) -> Payload:
    """The video of `/post-detail/`: its post id is in `id`, and it has a file in high definition."""
    row = video(account, post, counters, options, pinned=None)
    named = {"aweme_id": row.pop("aweme_id"), "id": row.pop("video_id")}
    return {**named, **row, "hdplay": row["play"] and f"{CDN}/{post.post_id}-hd.mp4", "hd_size": row["size"] * 2}


def author(account: Account) -> Payload:
    """The author object of a video."""
    return {
        "id": account.account_id,
        "unique_id": account.handle,
        "nickname": account.creator.display_name,
        "avatar": f"{CDN}/avatar/{account.account_id}.jpg",
    }


def user_info(account: Account, profile: Profile) -> Payload:
    """An account with its counters; only here, the field names are in camelCase."""
    picture = f"{CDN}/avatar/{account.account_id}.jpg"
    user = {
        "id": account.account_id,
        "uniqueId": account.handle,
        "nickname": account.creator.display_name,
        "avatarThumb": picture,
        "avatarMedium": picture,
        "avatarLarger": picture,
        "signature": "A simulated account: nobody is behind it.",
        "verified": account.creator.size > 1_000_000,
        "secUid": sec_uid(account.account_id),
        "secret": account.state == "private",
        "privateAccount": account.state == "private",
    }
    stats = {
        "followerCount": profile.followers,
        "followingCount": profile.following,
        "heartCount": profile.total_likes,
        "heart": profile.total_likes,
        "videoCount": profile.post_count,
        "diggCount": 0,
    }
    return {"user": user, "stats": stats}


def follower(account: Account, followers: int) -> Payload:
    """A row of a list of followers: of its counters, only the one that is quick to compute."""
    return {
        "id": account.account_id,
        "region": account.creator.region,
        "sec_uid": sec_uid(account.account_id),
        "unique_id": account.handle,
        "nickname": account.creator.display_name,
        "signature": "",
        "avatar": f"{CDN}/avatar/{account.account_id}.jpg",
        "follower_count": followers,
    }


def comment(post_id: str, row: Comment, account: Account) -> Payload:
    """A comment. The author's counters are always 0 here."""
    user = {**follower(account, 0), "aweme_count": 0, "favoriting_count": 0, "total_favorited": 0}
    return {
        "id": row.comment_id,
        "video_id": post_id,
        "text": row.text,
        "create_time": int(row.posted_at.timestamp()),
        "digg_count": row.likes,
        "reply_total": row.replies,
        "user": user,
        "status": 1,
    }


def music(sound: Sound) -> Payload:
    """A sound inside a video."""
    return {
        "id": sound.sound_id,
        "title": sound.title,
        "play": f"{CDN}/sound/{sound.sound_id}.mp3",
        "cover": f"{CDN}/sound/{sound.sound_id}.jpg",
        "author": sound.author,
        "original": sound.original,
        "duration": sound.duration_s,
        "album": "",
    }


def challenge(hashtag: Hashtag, posts: int, views: int) -> Payload:
    """A hashtag."""
    return {
        "id": hashtag.hashtag_id,
        "cha_name": hashtag.name,
        "desc": "",
        "user_count": posts,
        "view_count": views,
        "is_pgcshow": False,
        "is_commerce": False,
        "is_challenge": 0,
        "is_strong_music": False,
        "type": 1,
        "cover": "",
    }


@lru_cache(maxsize=65_536)
def _media_id(post_id: str) -> str:
    return media_id(post_id)


@lru_cache(maxsize=16_384)
def _constant_fields(post: Post, region: str) -> dict[str, Any]:
    """The fields of a video that never change; shared between responses, so never modified."""
    rng = SeededRandom(0, "tikliveapi", post.post_id)
    photo = post.media_type == "photo"
    size = 0 if photo else 240_000 * (post.duration_s or 0) + rng.integer("size", 0, 99_999)
    cover = f"{CDN}/{post.post_id}.jpg"
    play = "" if rng.chance("no play", _NO_PLAY) else f"{CDN}/{post.post_id}.{'mp3' if photo else 'mp4'}"
    row: dict[str, Any] = {
        "region": region,
        "title": _title(post, rng),
        "content_desc": [post.caption.split(" #")[0]],
        "cover": cover,
        "ai_dynamic_cover": cover,
        "origin_cover": cover,
        "duration": post.duration_s or 0,
        "play": play,
        "wmplay": play,
        "size": size,
        "wm_size": size,
        "music": f"{CDN}/sound/{post.sound.sound_id}.mp3",
        "music_info": music(post.sound),
    }
    if photo:
        row["images"] = [f"{CDN}/{post.post_id}-{at}.jpg" for at in range(1, 2 + rng.integer("images", 1, 6))]
    return row


def _title(post: Post, rng: SeededRandom) -> str:
    """The caption; a few are MIME-encoded words, as in the real API."""
    if not rng.chance("mime", _MIME_TITLES):
        return post.caption
    return f"=?utf-8?B?{b64encode(post.caption.encode()).decode()}?="


def _commerce(post: Post) -> Payload:
    info: Payload = {
        "adv_promotable": False,
        "auction_ad_invited": False,
        "branded_content_type": 0,
        "with_comment_filter_words": False,
    }
    return {**info, "ad_source": 1, "is_diversion_ad": 0, "organic_log_extra": ""} if post.is_ad else info
