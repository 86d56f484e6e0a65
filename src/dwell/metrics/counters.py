"""The public counters of a post and the rates made from them: the one list that every other part reads."""

from __future__ import annotations

COUNTERS = ("views", "likes", "comments", "shares", "saves", "downloads")
RATE_FORMULAS = {
    "engagement_rate": "(likes + comments + shares) / views",
    "like_rate": "likes / views",
    "comment_rate": "comments / views",
    "share_rate": "shares / views",
    "save_rate": "saves / views",
    "download_rate": "downloads / views",
}
RATES = tuple(RATE_FORMULAS)
PROXY_RATES = tuple(rate for rate in RATES if rate != "download_rate")
"""Rates used as a proxy for watch time; few sources give downloads."""
VET_RATES = (*(rate for rate in PROXY_RATES if rate != "engagement_rate"), "engagement_rate")
"""The same rates in the order in which a vetting shows them: the combined rate last."""
