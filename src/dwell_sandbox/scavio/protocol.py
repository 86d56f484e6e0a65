"""Scavio's protocol: JSON bodies, a bearer key, an envelope that states the cost, errors with a status."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from math import ceil
from types import MappingProxyType
from typing import Any

from dwell_sandbox.dice import Dice
from dwell_sandbox.scavio import accounts, content
from dwell_sandbox.scavio.refusals import fails
from dwell_sandbox.server.limits import Rate, Verdict
from dwell_sandbox.server.protocol import Answer, Asked, Bill, Endpoint
from dwell_sandbox.server.reply import Options, Payload, Reply, Scene

_PREFIX = "/api/v1/tiktok/"
_USAGE = "/api/v1/usage"

ENDPOINTS: Mapping[str, Answer] = MappingProxyType(
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
        options: Switches.
    """

    name = "scavio"
    rate = Rate(5, 60.0)

    def __init__(self, options: Options) -> None:
        self._compat = options.seed_compat

    def endpoint(self, asked: Asked) -> Endpoint | Reply:
        """The endpoint of a `POST` below `/api/v1/tiktok/`, or the usage."""
        if asked.path == _USAGE:
            return Endpoint("usage", _usage) if asked.method == "GET" else fails(405)
        name = asked.path.removeprefix(_PREFIX)
        if not asked.path.startswith(_PREFIX) or (name not in ENDPOINTS and name != "user/videos"):
            return fails(404)
        if asked.method != "POST":
            return fails(405)
        if name == "user/videos":
            return Endpoint(name, accounts.example_posts) if self._compat else fails(410)
        return Endpoint(name, ENDPOINTS[name])

    def parameters(self, asked: Asked) -> Mapping[str, Any] | Reply:
        """The JSON body, which must be an object."""
        if asked.method == "GET":
            return {}
        try:
            body = json.loads(asked.body)
        except ValueError:
            return fails(400, "The body is not JSON.")
        return body if isinstance(body, dict) else fails(400, "The body must be a JSON object.")

    def key(self, asked: Asked) -> str | None:
        """`Authorization: Bearer ...`."""
        scheme, _, key = asked.headers.get("authorization", "").partition(" ")
        return key.strip() or None if scheme.lower() == "bearer" else None

    def refuse(self, key: str | None) -> Reply:
        """401."""
        return fails(401, "The API key is missing." if key is None else "The API key is not valid.")

    def too_fast(self, verdict: Verdict) -> Reply:
        """429, which says how long to wait in words and in a header."""
        wait = ceil(verdict.wait_s)
        reply = fails(429, f"Rate limit exceeded. Retry after {wait} seconds.")
        reply.headers = {"retry-after": str(wait), **self.headers(verdict)}
        return reply

    def out_of_credits(self) -> Reply:
        """402."""
        return fails(402, billing_url="https://billing.example/simulated")

    def fails(self, status: int) -> Reply:
        """A failing server, or whatever status a script asks for."""
        return fails(status)

    def message(self) -> Reply:
        """Status 200, and yet an error."""
        return Reply(200, {"error": "Please try again"})

    def headers(self, verdict: Verdict | None) -> Mapping[str, str]:
        """The limit, what is left of it, and the Unix second (of real time) at which the window is free again."""
        if verdict is None:
            return {}
        return {
            "x-ratelimit-limit": str(verdict.limit),
            "x-ratelimit-remaining": str(verdict.remaining),
            "x-ratelimit-reset": str(ceil(time.time() + verdict.reset_s)),
        }

    def finish(self, reply: Reply, *, bill: Bill, number: int) -> Payload:
        """The payload in its envelope; errors and the published examples' shape have none."""
        if reply.status != 200 or "error" in reply.payload or "videos" in reply.payload:
            return reply.payload
        if "plan" in reply.payload:
            known = {"credit_balance": bill.left, "searches_used": bill.spent}
            reply.payload.update(known, purchased_credits=bill.left + bill.spent)
        return {
            "data": reply.payload,
            "response_time": Dice(0, "response time", number).integer("ms", 200, 900),
            "credits_used": bill.charged,
            "credits_remaining": bill.left,
        }

    def counters(self, post: Payload) -> Payload | None:
        """`statistics`, or the row itself in the published examples' shape."""
        if "aweme_id" not in post:
            return post
        found = post.get("statistics")
        return found if isinstance(found, dict) else None


def _usage(scene: Scene, _: Mapping[str, Any]) -> Reply:
    """`GET /api/v1/usage`: free; the balance is filled in with the envelope."""
    began = datetime(scene.at.year, scene.at.month, 1, tzinfo=UTC)
    recharge = {"enabled": False, "threshold": 0, "amount": 0, "cost": 0}
    usage: Payload = {
        "plan": "simulated",
        "credit_balance": 0,
        "purchased_credits": 0,
        "searches_used": 0,
        "period_start": began.isoformat(),
        "auto_recharge": recharge,
    }
    return Reply(200, usage)
