"""Readings of connected accounts, made to break the tables that are derived from them."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

Row = dict[str, Any]
_START = datetime(2026, 2, 27, 22, 30, tzinfo=UTC)
_API = "tiktok-organic"
_NAMES = {"o1": ("plain_owner", "größe_owner"), "o2": ("größe_owner", "plain_owner"), "o3": (None, None)}
_MEMBERS = {
    "impression_source": ("For You", "Search", "Größe \\n 'x'"),
    "audience_type": ("NEW_VIEWER", "RETURN_VIEWER"),
    "audience_country": ("DE", "BR"),
    "audience_city": ("US Cincinnati", "DE Köln"),
    "audience_gender": ("female_vv", "male_vv"),
}
OWNED = (
    *("owned_accounts", "owned_account_days", "owned_account_activity", "owned_posts", "post_breakdowns"),
    *("engagement_likes", "owned_comments", "category_benchmarks", "retention", "comments", "audience_shares"),
)


def organic(seed: int = 11) -> dict[str, list[Row]]:
    """Rows of every table that the connector's tables read: three accounts, of which two swap their names."""
    dice = random.Random(seed)
    rows: dict[str, list[Row]] = {
        name: [] for name in (*OWNED, "posts", "post_snapshots", "watch_times", "creator_snapshots")
    }
    for number in range(60):
        at = _START + timedelta(hours=5 * number, microseconds=dice.choice([0, 1, 999_999]))
        for open_id, names in _NAMES.items():
            _add_account(rows, dice, at, open_id, names[number >= 25])
        category = {"business_category": "ART_AND_CRAFTS", "observed_at": at, "source": _API}
        averages = ("video_views", "likes", "comments", "shares", "engagement_rate", "follower_count")
        averages = (*averages, "follower_growth", "video_count")
        rows["category_benchmarks"].append(category | {f"average_{name}": _unsure(dice, 0.5) for name in averages})
    for number in range(12):
        _add_post(rows, dice, f"757100000000000{number:04d}", ("o1", "o2", "o3")[number % 3])
    return rows


def _unsure(dice: random.Random, value: Any) -> Any:
    return None if dice.random() < 0.3 else value


def _add_account(rows: dict[str, list[Row]], dice: random.Random, at: datetime, open_id: str, name: str | None) -> None:
    key = {"open_id": open_id, "observed_at": at, "source": _API}
    if dice.random() < 0.6:
        texts = ("display_name", "bio_description", "profile_image", "profile_deep_link")
        flags = ("is_business_account", "is_verified")
        known = {text: _unsure(dice, f"{text} {dice.randrange(9)}") for text in texts}
        known |= {flag: _unsure(dice, dice.random() < 0.5) for flag in flags}
        rows["owned_accounts"].append(key | {"username": _unsure(dice, name), **known})
        if name is not None:
            counters = ("followers", "following", "total_likes", "post_count")
            counted = {counter: _unsure(dice, dice.randrange(900)) for counter in counters}
            merged = dice.choice([None, None, '{"followers":"scraper@x","following":"tiktok-organic@y"}'])
            snapshot = {"handle": name, "platform": "tiktok", "observed_at": at, "value_sources": merged, **counted}
            rows["creator_snapshots"].append(snapshot | {"source": dice.choice([_API, _API, "scraper"])})
            _add_audience(rows, dice, at, name)
    day = (at - timedelta(days=2)).date()
    if not any(row["open_id"] == open_id and row["day"] == day for row in rows["owned_account_days"]):
        _add_day(rows, dice, key, day)


def _add_audience(rows: dict[str, list[Row]], dice: random.Random, at: datetime, name: str) -> None:
    for dimension, members in (("gender", ("Female", "Male")), ("country", ("DE", "BR", "größe"))):
        for member in dice.sample(members, dice.randrange(3)):
            share = {"dimension": dimension, "member": member, "share": _unsure(dice, dice.random())}
            rows["audience_shares"].append({"handle": name, "observed_at": at, "source": _API, **share})


def _add_day(rows: dict[str, list[Row]], dice: random.Random, key: Row, day: date) -> None:
    figures = (
        *("video_views", "unique_video_views", "profile_views", "likes", "comments", "shares", "followers_count"),
        *("daily_new_followers", "daily_lost_followers", "daily_total_followers", "engaged_audience"),
        *("bio_link_clicks", "email_clicks", "phone_number_clicks", "address_clicks", "lead_submissions"),
        "app_download_clicks",
    )
    known = {figure: _unsure(dice, dice.randrange(-3, 900)) for figure in figures}
    rows["owned_account_days"].append(key | {"day": day, **known})
    for hour in dice.sample(range(24), 3):
        rows["owned_account_activity"].append(key | {"day": day, "hour": hour, "active_followers": _unsure(dice, hour)})


def _add_post(rows: dict[str, list[Row]], dice: random.Random, post_id: str, open_id: str) -> None:
    media = dice.choice(["video", "photo"])
    post = {"post_id": post_id, "platform": "tiktok", "handle": "owner", "media_type": media, "is_ad": False}
    rows["posts"].append(post | {"posted_at": _unsure(dice, _START), "hashtags": []})
    for number in sorted(dice.sample(range(60), 20)):
        at = _START + timedelta(hours=5 * number, microseconds=dice.choice([0, 7]))
        key = {"post_id": post_id, "observed_at": at, "source": dice.choice([_API, f"{_API}-sandbox"])}
        name = _NAMES[open_id][number >= 25]
        texts = ("caption", "share_url", "embed_url", "thumbnail_url")
        clicks = ("profile_views", "website_clicks", "phone_number_clicks", "lead_submissions", "app_download_clicks")
        known: Row = {text: _unsure(dice, f"{text} größe {number}") for text in texts}
        known |= {click: _unsure(dice, dice.randrange(99)) for click in (*clicks, "email_clicks", "address_clicks")}
        known |= {"duration_s": _unsure(dice, 20.5), "username": _unsure(dice, name), "open_id": open_id}
        rows["owned_posts"].append(key | known)
        _add_figures(rows, dice, key)
        _add_lists(rows, dice, key)
        if dice.random() < 0.3:
            _add_comment(rows, dice, key, open_id)


def _add_figures(rows: dict[str, list[Row]], dice: random.Random, key: Row) -> None:
    counters = ("views", "likes", "comments", "shares", "saves")
    counted = {counter: _unsure(dice, dice.randrange(900)) for counter in counters}
    merged = dice.choice([None, None, '{"views":"tiktok-organic@x","likes":"scraper@y","saves":"tiktok-organic@x"}'])
    if dice.random() < 0.8:
        rows["post_snapshots"].append(
            key | {"source": dice.choice([key["source"], "scraper"]), **counted} | _of(merged)
        )
    if dice.random() < 0.6:
        watched = {"avg_watch_s": 4.118, "full_watch_rate": 0.0237, "total_watch_s": 695.942, "reach": 154}
        known = {name: _unsure(dice, value) for name, value in {**watched, "new_followers": 3}.items()}
        rows["watch_times"].append(key | known)
    sweep = key | {"observed_at": key["observed_at"] + timedelta(minutes=3), "source": "scraper", "views": 1}
    rows["post_snapshots"].append(sweep)


def _of(merged: str | None) -> Row:
    return {"value_sources": merged}


def _add_lists(rows: dict[str, list[Row]], dice: random.Random, key: Row) -> None:
    for dimension, members in _MEMBERS.items():
        source = dice.choice([key["source"], key["source"], "studio"])
        for member in dice.sample(members, dice.randrange(len(members) + 1)):
            share = {"dimension": dimension, "member": member, "share": _unsure(dice, dice.random())}
            rows["post_breakdowns"].append(key | {"source": source} | share)
    for second in range(dice.choice([0, 0, 3, 5])):
        rows["retention"].append(key | {"second": float(second), "retention_rate": 1 / (second + 1)})
        rows["engagement_likes"].append(key | {"second": second / 2, "like_share": _unsure(dice, 0.1)})


def _add_comment(rows: dict[str, list[Row]], dice: random.Random, key: Row, open_id: str) -> None:
    comment = {**key, "comment_id": f"8{key['post_id'][1:]}"}
    texts = ("user_id", "unique_identifier", "username", "display_name", "profile_image", "status")
    known: Row = {text: _unsure(dice, f"{text} 🙂") for text in texts}
    known |= {flag: _unsure(dice, dice.random() < 0.5) for flag in ("is_owner", "is_liked", "is_pinned")}
    stored = [row for row in rows["owned_comments"] if row["comment_id"] == comment["comment_id"]]
    if any(row["observed_at"] == comment["observed_at"] for row in stored):
        return
    rows["owned_comments"].append({**comment, "open_id": open_id, **known})
    public = {
        "posted_at": _unsure(dice, _START),
        "text": _unsure(dice, "line\nbreak"),
        "comment_likes": 3,
        "replies": 0,
    }
    rows["comments"].append(comment | public)
