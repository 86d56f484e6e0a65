"""TikLiveAPI's protocol: paths that end in a slash, a key in `X-Api-Key`, errors with status 200."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from types import MappingProxyType
from typing import Any

from dwell_sandbox.server.limits import Rate, Verdict
from dwell_sandbox.server.protocol import Answer, Asked, Bill, Endpoint
from dwell_sandbox.server.reply import Options, Payload, Reply
from dwell_sandbox.tikliveapi import accounts, posts, topics
from dwell_sandbox.tikliveapi.refusals import BAD_KEY, NO_KEY, says

ENDPOINTS: Mapping[str, Answer] = MappingProxyType(
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
        options: Switches.
    """

    name = "tikliveapi"
    rate = Rate(200, 60.0, burst=50)

    def __init__(self, options: Options) -> None:
        self._options = options

    def endpoint(self, asked: Asked) -> Endpoint | Reply:
        """The endpoint of a `GET` to `/<name>/`; without the slash at the end there is nothing."""
        name = asked.path.strip("/")
        if name not in ENDPOINTS or asked.path != f"/{name}/":
            return says("Not found", 404)
        return Endpoint(name, ENDPOINTS[name]) if asked.method == "GET" else says("Method not allowed", 405)

    def parameters(self, asked: Asked) -> Mapping[str, Any]:
        """The query string."""
        return asked.query

    def key(self, asked: Asked) -> str | None:
        """`X-Api-Key`."""
        return asked.headers.get("x-api-key") or None

    def refuse(self, key: str | None) -> Reply:
        """Status 200 and a message, as the real one does."""
        return says(NO_KEY if key is None else BAD_KEY)

    def too_fast(self, verdict: Verdict) -> Reply:
        """429; that it says how long to wait is a guess, for the real answer is undocumented."""
        return Reply(429, {"message": _FAILURES[429]}, headers={"retry-after": str(ceil(verdict.wait_s))})

    def out_of_credits(self) -> Reply:
        """Undocumented: 200 with a message, or 402 if that is switched on."""
        return says("You have no credits left. Please top up your balance.", self._options.broke_status)

    def fails(self, status: int) -> Reply:
        """A failing server."""
        return says(_FAILURES.get(status, "The request failed"), status)

    def message(self) -> Reply:
        """Status 200, and yet no data."""
        return says("Something went wrong, please try again")

    def headers(self, _: Verdict | None) -> Mapping[str, str]:
        """Nothing: it does not tell how much of the limit is left."""
        return {}

    def finish(self, reply: Reply, *, bill: Bill, number: int) -> Payload:  # noqa: ARG002
        """The payload as it is: there is no envelope."""
        return reply.payload

    def counters(self, post: Payload) -> Payload | None:
        """The row itself."""
        return post
