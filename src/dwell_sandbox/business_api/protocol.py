"""The Business API's protocol: tokens in `Access-Token`, JSON literals in the query, errors with status 200."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from dwell_sandbox.business_api import account, benchmark, comments, oauth, videos
from dwell_sandbox.business_api.call import Call, make_call
from dwell_sandbox.business_api.consent_page import show_or_submit
from dwell_sandbox.business_api.errors import (
    INVALID_PARAMETER,
    NO_PERMISSION,
    NOT_FOUND,
    SYSTEM_ERROR,
    THROTTLED,
    TOKEN_EMPTY,
    TOKEN_INVALID,
    failure,
)
from dwell_sandbox.business_api.limits import ACCOUNT_LIMIT, CallLimits
from dwell_sandbox.business_api.tokens import TokenStore
from dwell_sandbox.seeded_random import SeededRandom
from dwell_sandbox.server.protocol import Charge, Endpoint, Request
from dwell_sandbox.server.rate_limits import LimitDecision
from dwell_sandbox.server.response import EndpointError, Payload, ProtocolOptions, RequestContext, Response

API_PREFIX = "/open_api/v1.3/"
CONSENT_PATH = "/v2/auth/authorize"

OpenHandler = Callable[[RequestContext, Request, TokenStore], Response]

CALLS: Mapping[str, Callable[[Call], Response]] = MappingProxyType(
    {
        "business/get": account.get_account,
        "business/video/list": videos.list_videos,
        "business/comment/list": comments.list_comments,
        "business/comment/reply/list": comments.list_replies,
        "business/benchmark": benchmark.get_benchmark,
    }
)
"""Calls with `GET` and an access token."""

TOKEN_CALLS: Mapping[str, OpenHandler] = MappingProxyType(
    {
        "tt_user/oauth2/token": oauth.exchange_code,
        "tt_user/oauth2/refresh_token": oauth.refresh,
        "tt_user/oauth2/revoke": oauth.revoke,
        "tt_user/token_info/get": oauth.inspect,
    }
)
"""Calls with `POST` and without an access token in the headers."""

_THROTTLED = "Requests made too frequently"
_SCRIPTED = MappingProxyType({400: INVALID_PARAMETER, 401: TOKEN_INVALID, 403: NO_PERMISSION, 404: NOT_FOUND})


class BusinessApi:
    """TikTok's API for Business.

    Args:
        options: Options of the protocols.
    """

    name = "business_api"
    rate_limit = ACCOUNT_LIMIT
    roots = ("open_api", "v2")
    """First parts of paths that are the protocol's without its prefix, too."""

    def __init__(self, options: ProtocolOptions) -> None:
        self.tokens = TokenStore(options.old_refresh_token)
        self._limits = CallLimits()

    def reset_limits(self) -> None:
        """Forget which calls were counted."""
        self._limits = CallLimits()

    def find_endpoint(self, request: Request) -> Endpoint | Response:
        """The consent page, or a call, whose path ends in a slash."""
        if request.path.rstrip("/") == CONSENT_PATH:
            return self._open(show_or_submit, "consent", request)
        name = request.path.removeprefix(API_PREFIX).rstrip("/")
        known = name in CALLS or name in TOKEN_CALLS
        if not known or request.path != f"{API_PREFIX}{name}/":
            return failure(NOT_FOUND, "No such endpoint; its path must end with a slash.")
        method = "GET" if name in CALLS else "POST"
        if request.method != method:
            return failure(INVALID_PARAMETER, f"Use {method} for this endpoint.")
        if name in TOKEN_CALLS:
            return self._open(TOKEN_CALLS[name], name, request)
        return Endpoint(name, partial(self._call, name, request), own_access=True)

    def parse_parameters(self, request: Request) -> Mapping[str, Any]:
        """The query string."""
        return request.query

    def read_key(self, request: Request) -> str | None:
        """`Access-Token`."""
        return request.headers.get("access-token") or None

    def key_refused(self, key: str | None) -> Response:
        """The token is missing or wrong."""
        return failure(TOKEN_EMPTY if key is None else TOKEN_INVALID, "Access token is empty or incorrect.")

    def rate_limited(self, _: LimitDecision) -> Response:
        """Code 40100."""
        return failure(THROTTLED, _THROTTLED)

    def out_of_credits(self) -> Response:
        """Never used: calls cost nothing."""
        return failure(NO_PERMISSION, "No permission.")

    def server_error(self, status: int) -> Response:
        """A failing server, with its status; the other statuses of a script are codes with status 200."""
        if status in _SCRIPTED:
            return failure(_SCRIPTED[status], "No permission." if status == 403 else "The request failed.")
        return failure(SYSTEM_ERROR, "Internal service error.", status if status >= 500 else 200)

    def no_data(self) -> Response:
        """Code 50000 with status 200."""
        return failure(SYSTEM_ERROR, "Internal service error. Please try again.")

    def limit_headers(self, _: LimitDecision | None) -> Mapping[str, str]:
        """None: the API does not state its rate limit."""
        return {}

    def wrap(self, response: Response, *, charge: Charge, number: int) -> Payload:
        """The envelope, whose `request_id` is also in the header `X-Tt-Logid`."""
        del charge  # nothing is charged
        request_id = f"{number:014d}{SeededRandom(0, 'request id', number).bits('id', 64):016X}"
        response.headers = {**response.headers, "x-tt-logid": request_id}
        return {
            "code": response.code,
            "message": response.message or "OK",
            "request_id": request_id,
            "data": response.payload,
        }

    def find_counters(self, post: Payload) -> Payload | None:
        """None: the faults of single posts do not fit its rows."""
        del post
        return None

    def _open(self, handler: OpenHandler, name: str, request: Request) -> Endpoint:
        def handle(context: RequestContext, _: Mapping[str, Any]) -> Response:
            return handler(context, request, self.tokens)

        return Endpoint(name, handle, own_access=True)

    def _call(self, name: str, request: Request, context: RequestContext, query: Mapping[str, str]) -> Response:
        """Check token and limits, then answer. A call that is refused for its token does not count."""
        grant = self.tokens.use(self.read_key(request), context.at)
        if self._limits.check(grant.open_id, name, context.limit_s, context.limit):
            raise EndpointError(failure(THROTTLED, _THROTTLED))
        return CALLS[name](make_call(context, query, grant))
