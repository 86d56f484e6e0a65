"""The state of an account or a post, as a provider's message gives it."""

from __future__ import annotations

import re

_OBJECT = r"(?:unique_id|username|userid|user|account|creator|video|post|url|music|sound|hashtag|challenge)"
_PATTERNS = {
    "private": r"\bprivate\b|\bfriends[- ]only\b",
    "banned": r"\bban(?:ned)?\b|\bsuspended\b",
    "region_blocked": r"(?:your|this|the|some) (?:region|country)|(?:region|country|geo)[-_ ]?(?:block|restrict|lock)",
    "deleted": r"\bdeleted\b|\bremoved\b|\bno longer (?:available|exists?)\b",
    "not_found": (
        r"not[ _]found|not[ _]exist|n['’]t[ _]exist|userinfo is failed|url parsing is failed"
        r"|(?:no such|unknown|cannot find|can['’]t find|could(?: not|n['’]t) find)(?: an?| the| any| this| that)? "
        rf"{_OBJECT}"
        rf"|{_OBJECT} is (?:invalid|unavailable|not available)"
    ),
}
"""In the order in which they are tried: the more specific first."""


_ADDRESS = re.compile(
    r"\b(?:urls?|routes?|paths?|pages?|resources?|endpoints?|servers?|cannot (?:get|post))\b|/\w+/", re.IGNORECASE
)
_SUBJECT = re.compile(rf"\b{_OBJECT}s?\b", re.IGNORECASE)


def names_subject(message: str) -> bool:
    """Whether a message is about an account, post or topic, not about an address, as `Not Found` alone is."""
    return _SUBJECT.search(message) is not None and _ADDRESS.search(message) is None


def find_state(message: str) -> str | None:
    """The state that a provider's message names: `private`, `banned`, `region_blocked`, `deleted`, `not_found`.

    None where the message is about something else, such as a retired endpoint.
    """
    if re.search(r"\b(?:endpoint|parameter|field)\b", message, re.IGNORECASE):
        return None
    return next((state for state, pattern in _PATTERNS.items() if re.search(pattern, message, re.IGNORECASE)), None)
