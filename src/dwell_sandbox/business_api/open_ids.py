"""The id that one app knows an account by: `open_id`, which is also its `business_id`."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import blake2b


def make_open_id(client_id: str, account_id: str) -> str:
    """The open_id of an account for an app; it stays the same when the account is renamed or consents again."""
    digest = blake2b(f"{client_id}/{account_id}".encode(), digest_size=24, person=b"dwell open id").digest()
    return "_000" + urlsafe_b64encode(digest).decode()


def hide_id(text: str) -> str:
    """A stable id that does not tell whose it is, as `unique_identifier` of commenters."""
    return urlsafe_b64encode(blake2b(text.encode(), digest_size=24, person=b"dwell hidden id").digest()).decode()
