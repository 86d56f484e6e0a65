"""How TikLiveAPI says no. Documented are the two about keys; the others are undocumented, and worded plainly here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from dwell_sandbox.server.provider_view import NotVisibleError
from dwell_sandbox.server.response import EndpointError, RequestContext, Response

NO_KEY = "Please sign up to tikliveapi.com"
BAD_KEY = "Api-Key is not available"

_ACCOUNT = {
    "banned": "This account was banned",
    "private": "This account is private",
    "region_blocked": "This account is not available in your region",
}
_POST = {
    "private": "This video is private",
    "region_blocked": "This video is not available in your region",
}


def message_response(message: str, status: int = 200) -> Response:
    """A lone message, which with status 200 is an error all the same."""
    return Response(status, {"message": message})


def not_visible(
    context: RequestContext, what: Literal["account", "post", "sound", "hashtag"], why: NotVisibleError
) -> EndpointError:
    """Something is not to be had. Deleted and renamed accounts are not told from those that never were."""
    match what:
        case "account":
            message = _ACCOUNT.get(why.state, "User not found")
        case "post":
            message = _POST.get(why.state, "Video is unavailable")
        case "sound":
            message = "Music not found"
        case "hashtag":
            message = "Challenge not found"
    return EndpointError(message_response(message, context.options.missing_status))


def read_text(parameters: Mapping[str, Any], name: str) -> str:
    """A parameter that must be there.

    Raises:
        Refused: It is not.
    """
    value = str(parameters.get(name, "")).strip()
    if not value:
        raise EndpointError(message_response(f"The parameter {name} is required"))
    return value


def read_number(parameters: Mapping[str, Any], name: str, default: int) -> int:
    """A whole number, 0 or more.

    Raises:
        Refused: It is something else.
    """
    value = str(parameters.get(name, default)).strip()
    if not (value.isascii() and value.isdigit() and len(value) < 20):
        raise EndpointError(message_response(f"The parameter {name} is not a number"))
    return int(value)


def read_count(parameters: Mapping[str, Any], default: int, limit: int) -> int:
    """The `count`, brought into 1 to `most` without a word."""
    return max(1, min(limit, read_number(parameters, "count", default)))
