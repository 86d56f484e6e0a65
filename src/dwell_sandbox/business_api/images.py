"""Addresses of pictures, which expire."""

from __future__ import annotations

from datetime import datetime, timedelta

_CDN = "https://cdn.example/simulated"
_VALID = timedelta(days=2)


def profile_image(account_id: str, at: datetime) -> str:
    """The profile image of an account: a new address each hour."""
    return f"{_CDN}/avatar/{account_id}~c5_100x100.webp?{_expiry(at)}"


def thumbnail(post_id: str, at: datetime) -> str:
    """The thumbnail of a post: a new address each hour."""
    return f"{_CDN}/{post_id}~tplv-noop.image?{_expiry(at)}"


def _expiry(at: datetime) -> str:
    until = (at + _VALID).replace(minute=0, second=0, microsecond=0)
    return f"x-expires={int(until.timestamp())}&x-signature=simulated"
