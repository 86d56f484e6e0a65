"""TikLiveAPI's error messages. The two about keys are documented; the others are plausible guesses."""

from __future__ import annotations

from typing import Literal

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
    """A message without data: an error, even with status 200."""
    return Response(status, {"message": message})


def unavailable(
    context: RequestContext, kind: Literal["account", "post", "sound", "hashtag"], error: NotVisibleError
) -> EndpointError:
    """Something is unavailable. Deleted and renamed accounts look like unknown ones."""
    match kind:
        case "account":
            message = _ACCOUNT.get(error.state, "User not found")
        case "post":
            message = _POST.get(error.state, "Video is unavailable")
        case "sound":
            message = "Music not found"
        case "hashtag":
            message = "Challenge not found"
    return EndpointError(message_response(message, context.options.missing_status))
