"""Standard Webhooks (https://www.standardwebhooks.com): its secrets, and the headers that sign a message."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from datetime import datetime

from dwell.errors import InvalidRequestError

PREFIX = "whsec_"
MIN_BYTES, MAX_BYTES = 24, 64
_NEW_BYTES = 32


def new_secret() -> str:
    """A random secret."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_NEW_BYTES)).decode()


def check_secret(secret: str) -> str:
    """The secret, if it is one.

    Raises:
        InvalidRequestError: It isn't; the message says why, and does not repeat it.
    """
    if not secret.startswith(PREFIX):
        raise _invalid(f"it must begin with {PREFIX}")
    text = secret.removeprefix(PREFIX)
    if other := re.search(r"[^A-Za-z0-9+/=]", text):
        raise _invalid(f"{other[0]!r} isn't a character of standard base64 (A-Z, a-z, 0-9, + and /)")
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise _invalid(f"what follows {PREFIX} isn't complete base64, with = at its end where that is needed") from None
    if not MIN_BYTES <= len(key) <= MAX_BYTES:
        raise _invalid(f"its base64 has {len(key)} bytes, and {MIN_BYTES} to {MAX_BYTES} are needed")
    return secret


def sign(event_id: str, at: datetime, body: bytes, keys: Sequence[str]) -> dict[str, str]:
    """The headers of a message, with a signature for each secret.

    Args:
        event_id: The message's id, the same at every attempt.
        at: When this attempt is sent.
        body: The bytes that are sent.
        keys: Secrets; two while one replaces the other.
    """
    timestamp = str(int(at.timestamp()))
    content = b".".join((event_id.encode(), timestamp.encode(), body))
    return {
        "webhook-id": event_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(_signature(key, content) for key in keys),
    }


def _signature(secret: str, content: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


def _invalid(reason: str) -> InvalidRequestError:
    message = (
        f"The secret isn't valid: {reason}. Give {PREFIX} and the base64 of {MIN_BYTES} to {MAX_BYTES} random bytes, "
        "or leave it out to get one."
    )
    return InvalidRequestError(message, (("secret", message),), "bad_secret")
