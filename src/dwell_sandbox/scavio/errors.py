"""How Scavio says no: a status, and an `error` that is usually an object and now and then a plain text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

from dwell_sandbox.server.provider_view import NotVisibleError
from dwell_sandbox.server.response import EndpointError, Response

Parameters = Mapping[str, Any]

_CODES = MappingProxyType(
    {
        400: ("bad_request", "The request is not valid."),
        401: ("unauthorized", "Invalid or missing API key."),
        402: ("insufficient_credits", "You have run out of credits."),
        403: ("forbidden", "This key may not do that."),
        404: ("not_found", "There is no such endpoint."),
        405: ("method_not_allowed", "Use the documented method."),
        410: ("gone", "This endpoint has been retired."),
        429: ("rate_limit_exceeded", "Rate limit exceeded."),
        500: ("internal_error", "Something went wrong on our side."),
    }
)
_AS_TEXT = MappingProxyType({502: "Upstream request failed", 503: "Upstream is unavailable"})

_ACCOUNT = MappingProxyType(
    {
        "banned": "This account was banned.",
        "private": "This account is private.",
        "region_blocked": "This account is not available in this region.",
    }
)
_POST = MappingProxyType(
    {"private": "This video is private.", "region_blocked": "This video is not available in this region."}
)


def error_response(status: int, message: str | None = None, **more: Any) -> Response:
    """An error; those of the upstream come as plain text."""
    if status in _AS_TEXT and message is None:
        return Response(status, {"error": _AS_TEXT[status]})
    code, usual = _CODES.get(status, ("error", "The request failed."))
    return Response(status, {"error": {"code": code, "message": message or usual, **more}})


def not_visible(what: Literal["account", "post", "hashtag"], why: NotVisibleError) -> EndpointError:
    """404. Which words it then uses is undocumented; deleted and renamed accounts are not told from unknown ones."""
    match what:
        case "account":
            message = _ACCOUNT.get(why.state, "User not found.")
        case "post":
            message = _POST.get(why.state, "Video not found.")
        case "hashtag":
            message = "Hashtag not found."
    return EndpointError(error_response(404, message))


def bad_request(message: str) -> EndpointError:
    """400."""
    return EndpointError(error_response(400, message))


def read_text(body: Parameters, name: str, limit: int = 500) -> str:
    """A text that must be there.

    Raises:
        Refused: It is missing, empty, too long or no text.
    """
    value = body.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > limit:
        raise bad_request(f"{name} is required: a string of 1 to {limit} characters.")
    return value.strip()


def read_cursor(body: Parameters) -> int:
    """The `cursor`: a JSON string of digits, never a number.

    Raises:
        Refused: It is something else.
    """
    value = body.get("cursor", "0")
    if not isinstance(value, str):
        raise bad_request("cursor must be a string.")
    if not re.fullmatch(r"[0-9]{1,18}", value):
        raise bad_request("cursor is not one that this endpoint returned.")
    return int(value)


def read_count(body: Parameters, limit: int, default: int) -> int:
    """The `count`, 1 to `most`.

    Raises:
        Refused: It is something else.
    """
    value = body.get("count", default)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= limit:
        raise bad_request(f"count must be a number from 1 to {limit}.")
    return value


def read_choice(body: Parameters, name: str, *options: str) -> str:
    """One of several texts, the first by default.

    Raises:
        Refused: It is something else.
    """
    value = body.get(name, options[0])
    if value not in options:
        raise bad_request(f"{name} must be one of {', '.join(options)}, as a string.")
    return str(value)
