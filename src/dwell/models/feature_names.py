"""Names of the columns that a model knows; whoever only names them needs no numpy."""

from __future__ import annotations

FEATURES = ("log_duration_s", "log_views", "log_like_rate", "log_comment_rate", "log_share_rate", "log_save_rate")
TOPIC_FEATURES = ("sound_rising", "tag_saturated")
"""Flags about a post's sound and hashtags (see `topics.py`), which a model uses only where they are proven to help."""
ACCOUNT, BUCKET = "account:", "bucket:"
"""Prefixes of 0/1 columns: the post is of this account, or has this duration bucket."""


def account_column(handle: str) -> str:
    """Name of the 0/1 column that says whether a post is of this account."""
    return f"{ACCOUNT}{handle}"


def is_group(name: str) -> bool:
    """Whether a column only says to which account or bucket a post belongs."""
    return name.startswith((ACCOUNT, BUCKET))
