"""Scavio's protocol: JSON bodies, a bearer key, an envelope with the cost, errors with an HTTP status."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from math import ceil
from types import MappingProxyType
from typing import Any

from dwell_sandbox.scavio import accounts, content
from dwell_sandbox.scavio.errors import error_response
from dwell_sandbox.seeded_random import SeededRandom
from dwell_sandbox.server.protocol import Charge, Endpoint, Handler, Request
from dwell_sandbox.server.rate_limits import LimitDecision, RateLimit
from dwell_sandbox.server.response import Payload, ProtocolOptions, RequestContext, Response

_PREFIX = "/api/v1/tiktok/"
_USAGE = "/api/v1/usage"

ENDPOINTS: Mapping[str, Handler] = MappingProxyType(
    {
        "profile": accounts.profile,
        "user/posts": accounts.user_posts,
        "user/followers": accounts.followers,
        "user/followings": accounts.followings,
        "video": content.video,
        "video/comments": content.comments,
        "video/comments/replies": content.replies,
        "search/videos": content.search_videos,
        "search/users": content.search_users,
        "hashtag": content.hashtag,
        "hashtag/videos": content.hashtag_videos,
    }
)


class Scavio:
    """Scavio.

    Args:
        options: Options of the protocols.
    """

    name = "scavio"
    rate_limit = RateLimit(5, 60.0)

    def __init__(self, options: ProtocolOptions) -> None:
        self._compat = options.seed_compat

    def find_endpoint(self, request: Request) -> Endpoint | Response:
        """The endpoint of a `POST` below `/api/v1/tiktok/`, or the usage endpoint."""
        if request.path == _USAGE:
            return Endpoint("usage", _usage) if request.method == "GET" else error_response(405)
        name = request.path.removeprefix(_PREFIX)
        if not request.path.startswith(_PREFIX) or (name not in ENDPOINTS and name != "user/videos"):
            return error_response(404)
        if request.method != "POST":
            return error_response(405)
        if name == "user/videos":
            return Endpoint(name, accounts.example_posts) if self._compat else error_response(410)
        return Endpoint(name, ENDPOINTS[name])

    def parse_parameters(self, request: Request) -> Mapping[str, Any] | Response:
        """The JSON body, which must be an object."""
        if request.method == "GET":
            return {}
        try:
            body = json.loads(request.body)
        except ValueError:
            return error_response(400, "The body is not JSON.")
        return body if isinstance(body, dict) else error_response(400, "The body must be a JSON object.")

    def read_key(self, request: Request) -> str | None:
        """`Authorization: Bearer ...`."""
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        return key.strip() or None if scheme.lower() == "bearer" else None

    def key_refused(self, key: str | None) -> Response:
        """401."""
        return error_response(401, "The API key is missing." if key is None else "The API key is not valid.")

    def rate_limited(self, decision: LimitDecision) -> Response:
        """429, with the time to wait in the message and in a header."""
        wait = ceil(decision.wait_s)
        response = error_response(429, f"Rate limit exceeded. Retry after {wait} seconds.")
        response.headers = {"retry-after": str(wait), **self.limit_headers(decision)}
        return response

    def out_of_credits(self) -> Response:
        """402."""
        return error_response(402, billing_url="https://billing.example/simulated")

    def server_error(self, status: int) -> Response:
        """A server error, or any other status of a script."""
        return error_response(status)

    def no_data(self) -> Response:
        """Status 200 with an error."""
        return Response(200, {"error": "Please try again"})

    def limit_headers(self, decision: LimitDecision | None) -> Mapping[str, str]:
        """The limit, the requests left, and the Unix second (of real time) at which the window resets."""
        if decision is None:
            return {}
        return {
            "x-ratelimit-limit": str(decision.limit),
            "x-ratelimit-remaining": str(decision.remaining),
            "x-ratelimit-reset": str(ceil(time.time() + decision.reset_s)),
        }

    def wrap(self, response: Response, *, charge: Charge, number: int) -> Payload:
        """The payload in its envelope; errors and responses in the shape of the published examples have none."""
        if response.status != 200 or "error" in response.payload or "videos" in response.payload:
            return response.payload
        if "plan" in response.payload:
            balance = {"credit_balance": charge.balance, "searches_used": charge.spent}
            response.payload.update(balance, purchased_credits=charge.balance + charge.spent)
        return {
            "data": response.payload,
            "response_time": SeededRandom(0, "response time", number).integer("ms", 200, 900),
            "credits_used": charge.credits,
            "credits_remaining": charge.balance,
        }

    def find_counters(self, post: Payload) -> Payload | None:
        """`statistics`, or the row itself in the shape of the published examples."""
        if "aweme_id" not in post:
            return post
        counters = post.get("statistics")
        return counters if isinstance(counters, dict) else None


def _usage(context: RequestContext, _: Mapping[str, Any]) -> Response:
    """`GET /api/v1/usage`: free; `wrap` adds the balance."""
    period_start = datetime(context.at.year, context.at.month, 1, tzinfo=UTC)
    recharge = {"enabled": False, "threshold": 0, "amount": 0, "cost": 0}
    usage: Payload = {
        "plan": "simulated",
        "credit_balance": 0,
        "purchased_credits": 0,
        "searches_used": 0,
        "period_start": period_start.isoformat(),
        "auto_recharge": recharge,
    }
    return Response(200, usage)
