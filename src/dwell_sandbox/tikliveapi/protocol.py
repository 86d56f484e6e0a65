"""TikLiveAPI's protocol: paths that end in a slash, a key in `X-Api-Key`, errors with status 200."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from types import MappingProxyType
from typing import Any

from dwell_sandbox.server.protocol import Charge, Endpoint, Handler, Request
from dwell_sandbox.server.rate_limits import LimitDecision, RateLimit
from dwell_sandbox.server.response import Payload, ProtocolOptions, Response
from dwell_sandbox.tikliveapi import accounts, posts, topics
from dwell_sandbox.tikliveapi.errors import BAD_KEY, NO_KEY, message_response

ENDPOINTS: Mapping[str, Handler] = MappingProxyType(
    {
        "userid": accounts.user_id,
        "userinfo-by-username": accounts.info_by_name,
        "userinfo-by-id": accounts.info_by_id,
        "user-posts": accounts.user_posts,
        "user-followers": accounts.followers,
        "user-following": accounts.following,
        "post-detail": posts.post_detail,
        "post-comments": posts.post_comments,
        "download-video": posts.download,
        "music-info": topics.music_info,
        "music-posts": topics.music_posts,
        "challenge-info-id": topics.challenge_by_id,
        "challenge-info-name": topics.challenge_by_name,
        "challenge-posts": topics.challenge_posts,
        "search-video": topics.search_video,
        "search-user": topics.search_user,
        "search-challenge": topics.search_challenge,
    }
)

_FAILURES = {
    429: "Too many requests",
    500: "Internal server error",
    502: "Bad gateway",
    503: "Service unavailable",
    531: "Upstream failed",
}


class TikLiveApi:
    """TikLiveAPI.

    Args:
        options: Options of the protocols.
    """

    name = "tikliveapi"
    rate_limit = RateLimit(200, 60.0, burst=50)

    def __init__(self, options: ProtocolOptions) -> None:
        self._options = options

    def find_endpoint(self, request: Request) -> Endpoint | Response:
        """The endpoint of a `GET` to `/<name>/`; without the slash at the end, 404."""
        name = request.path.strip("/")
        if name not in ENDPOINTS or request.path != f"/{name}/":
            return message_response("Not found", 404)
        return (
            Endpoint(name, ENDPOINTS[name]) if request.method == "GET" else message_response("Method not allowed", 405)
        )

    def parse_parameters(self, request: Request) -> Mapping[str, Any]:
        """The query string."""
        return request.query

    def read_key(self, request: Request) -> str | None:
        """`X-Api-Key`."""
        return request.headers.get("x-api-key") or None

    def key_refused(self, key: str | None) -> Response:
        """Status 200 and a message, as the real API responds."""
        return message_response(NO_KEY if key is None else BAD_KEY)

    def rate_limited(self, decision: LimitDecision) -> Response:
        """429. The `retry-after` header is a guess: the real response is undocumented."""
        return Response(429, {"message": _FAILURES[429]}, headers={"retry-after": str(ceil(decision.wait_s))})

    def out_of_credits(self) -> Response:
        """Undocumented: 200 with a message, or 402 (`broke_status`)."""
        return message_response("You have no credits left. Please top up your balance.", self._options.broke_status)

    def server_error(self, status: int) -> Response:
        """A server error."""
        return message_response(_FAILURES.get(status, "The request failed"), status)

    def no_data(self) -> Response:
        """Status 200 with a message in place of data."""
        return message_response("Something went wrong, please try again")

    def limit_headers(self, _: LimitDecision | None) -> Mapping[str, str]:
        """None: the API does not state its rate limit."""
        return {}

    def wrap(self, response: Response, *, charge: Charge, number: int) -> Payload:  # noqa: ARG002
        """The payload itself: there is no envelope."""
        return response.payload

    def find_counters(self, post: Payload) -> Payload | None:
        """The row itself."""
        return post
