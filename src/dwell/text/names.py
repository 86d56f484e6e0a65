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


def normalize_handle(name: str) -> str | None:
    """An account's name in lower case, without `@`; None where nothing is left."""
    return lower(clean(name).lstrip("@")) or None


def handle_in_link(name: str) -> str | None:
    """The account that the `@name` of a link means; None for a placeholder or an account's key."""
    handle = lower(name)
    return None if not handle or handle in PLACEHOLDERS or name.startswith(ACCOUNT_KEY) else handle


def is_valid_handle(handle: str) -> bool:
    """Up to 40 letters, digits, points, dashes and underscores, at least one of them a letter or a digit."""
    return re.fullmatch(r"(?=.*[^\W_])[\w.-]{1,40}", handle) is not None
