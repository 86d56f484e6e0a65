"""Scavio's error responses: a status, and an `error` that is usually an object and sometimes plain text."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Literal

from dwell_sandbox.server.provider_view import NotVisibleError
from dwell_sandbox.server.response import EndpointError, Response

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
    """An error response; the errors of the upstream are plain text."""
    if status in _AS_TEXT and message is None:
        return Response(status, {"error": _AS_TEXT[status]})
    code, default = _CODES.get(status, ("error", "The request failed."))
    return Response(status, {"error": {"code": code, "message": message or default, **more}})


def unavailable(kind: Literal["account", "post", "hashtag"], error: NotVisibleError) -> EndpointError:
    """404. The real messages are undocumented; deleted and renamed accounts look like unknown ones."""
    match kind:
        case "account":
            message = _ACCOUNT.get(error.state, "User not found.")
        case "post":
            message = _POST.get(error.state, "Video not found.")
        case "hashtag":
            message = "Hashtag not found."
    return EndpointError(error_response(404, message))


def bad_request(message: str) -> EndpointError:
    """400."""
    return EndpointError(error_response(400, message))
