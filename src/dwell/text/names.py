"""Names of accounts: one spelling for `@Name`, `name` and the link to a profile or a post."""

from __future__ import annotations

import re

from dwell.text.words import clean, lower

PLACEHOLDERS = ("_", "placeholder")
"""What TikTok writes in a link for an account that it does not name, lower case."""
ACCOUNT_KEY = "MS4wLjABAAAA"
"""The start of an account's key (`secUid`), which may stand in a link in place of its name."""
HANDLE_IN_LINK = r"^(?:[^?#]*?|[^?#]*/(?:login|oembed)\?(?:[^#]*&)?(?:redirect_)?url=[^?#&]*?)/@([^/?# ]+)"
"""Of a link without percent-encoding."""
TIKTOK_HANDLE = r"[a-z0-9._]{2,24}"
"""What TikTok allows as the name of an account, lower case; anything else is a name that is shown."""


def normalize_handle(name: str) -> str | None:
    """An account's name in lower case, without `@`; None where nothing is left, and for JSON, which is no name."""
    cleaned = clean(name)
    return None if cleaned.startswith(("{", "[")) else lower(cleaned.lstrip("@")) or None


def handle_in_link(name: str) -> str | None:
    """The account that the `@name` of a link means; None for a placeholder or an account's key."""
    handle = lower(name)
    return None if not handle or handle in PLACEHOLDERS or name.startswith(ACCOUNT_KEY) else handle


def is_tiktok_handle(name: str) -> bool:
    """A normalized name that an account of TikTok can have."""
    return re.fullmatch(TIKTOK_HANDLE, name, re.ASCII) is not None


def is_valid_handle(handle: str) -> bool:
    """Up to 40 letters, digits, points, dashes and underscores, at least one of them a letter or a digit."""
    return re.fullmatch(r"(?=.*[^\W_])[\w.-]{1,40}", handle) is not None
