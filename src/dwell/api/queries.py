"""Reading what stands in the address and the headers of a request."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from dwell.errors import InvalidRequestError, NoDataError, VideoNotFoundError, WebhookNotFoundError
from dwell.text.resource_ids import check_resource_id

_INSTANT = "Write an instant such as 2026-01-29T10:00:00Z."
_IDEMPOTENCY_KEY = re.compile(r"[!-~]{1,255}")
_SPACE_FOR_PLUS = re.compile(r" (\d\d:?\d\d)$")


def check_video_id(video_id: str) -> str:
    """An id that could be one.

    Raises:
        VideoNotFoundError: No video has such an id.
    """
    return check_resource_id(video_id, VideoNotFoundError("No video of this account has this id."))


def check_webhook_id(webhook_id: str) -> str:
    """An id that could be one.

    Raises:
        WebhookNotFoundError: No webhook has such an id.
    """
    return check_resource_id(webhook_id, WebhookNotFoundError("No webhook of this account has this id."))


def check_key_id(key_id: str) -> str:
    """An id that could be one.

    Raises:
        NoDataError: No key has such an id.
    """
    return check_resource_id(key_id, NoDataError("No key of this account has this id."))


def read_instant(name: str, text: str | None) -> datetime | None:
    """An instant in ISO 8601; one without a time zone is UTC.

    Raises:
        InvalidRequestError: It is none.
    """
    if text is None:
        return None
    try:
        # A + that was not encoded arrives as a space.
        value = msgspec.convert(_SPACE_FOR_PLUS.sub(r"+\1", text), datetime)
    except (msgspec.ValidationError, ValueError) as error:
        raise invalid(name, _INSTANT) from error
    return to_utc(name, value)


def to_utc(name: str, value: datetime) -> datetime:
    """An instant in UTC; one without a time zone is UTC already.

    Raises:
        InvalidRequestError: In UTC it has a year that no instant can have.
    """
    try:
        return (value if value.tzinfo is not None else value.replace(tzinfo=UTC)).astimezone(UTC)
    except (OverflowError, ValueError) as error:
        raise invalid(name, _INSTANT) from error


def read_metadata(pairs: Sequence[str]) -> dict[str, str] | None:
    """The filter that `metadata=key:value` parameters are; None without any.

    Raises:
        InvalidRequestError: One has no colon.
    """
    filters = {}
    for pair in pairs:
        key, colon, value = pair.partition(":")
        if not colon or not key or "\0" in pair:
            raise invalid("metadata", "Write metadata=key:value.")
        filters[key] = value
    return filters or None


def read_idempotency_key(text: str | None) -> str | None:
    """The idempotency key, if there is one.

    Raises:
        InvalidRequestError: It is empty or too long, or has other signs than printable ASCII.
    """
    if text is not None and _IDEMPOTENCY_KEY.fullmatch(text) is None:
        raise invalid("Idempotency-Key", "Write 1 to 255 printable ASCII characters without spaces.")
    return text


def refuse_idempotency_key(text: str | None) -> None:
    """Says that a call does not support idempotency keys, since a client that sends one relies on it.

    Raises:
        InvalidRequestError: There is one.
    """
    if text is not None:
        raise invalid("Idempotency-Key", "This call does not support it: leave the header out.")


def matches(if_none_match: str | None, etag: str) -> bool:
    """Whether a client has the version that an ETag names; weak and strong ETags are compared alike."""
    if if_none_match is None:
        return False
    given = {part.strip().removeprefix("W/") for part in if_none_match.split(",")}
    return "*" in given or etag.removeprefix("W/") in given


def invalid(name: str, message: str) -> InvalidRequestError:
    """The error of one parameter."""
    return InvalidRequestError(f"{name}: {message}", ((name, message),))
