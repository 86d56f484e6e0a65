"""What a request to track a video may have: days, metadata, an idempotency key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from dwell.errors import InvalidRequestError

MAX_DAYS = 30
_MAX_METADATA_BYTES = 4_096
_MAX_KEY_LENGTH = 255


def check_request(duration_days: Any, metadata: Any) -> tuple[int, Mapping[str, Any] | None]:
    """Days and metadata of a request, as a job can have them.

    Raises:
        InvalidRequestError: The days or the metadata aren't valid.
    """
    details = []
    if type(duration_days) is not int or not 1 <= duration_days <= MAX_DAYS:
        details.append(("duration_days", f"a whole number from 1 to {MAX_DAYS}"))
    if metadata is not None:
        try:
            text = json.dumps(metadata, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
            size = len(text.encode()) if isinstance(metadata, Mapping) else _MAX_METADATA_BYTES + 1
        except (TypeError, ValueError, RecursionError):  # no JSON has such a value, such as NaN or half a character
            size = _MAX_METADATA_BYTES + 1
        if size > _MAX_METADATA_BYTES:
            details.append(("metadata", f"a JSON object of at most {_MAX_METADATA_BYTES:,} bytes"))
    if details:
        raise InvalidRequestError("Invalid request", tuple(details))
    return duration_days, metadata


def check_idempotency_key(key: str) -> None:
    """Refuse a key that cannot be stored.

    Raises:
        InvalidRequestError: It is empty, too long, or not printable.
    """
    if not 1 <= len(key) <= _MAX_KEY_LENGTH or not key.isprintable():
        message = f"1 to {_MAX_KEY_LENGTH} printable characters"
        raise InvalidRequestError("The idempotency key isn't valid.", (("Idempotency-Key", message),))
