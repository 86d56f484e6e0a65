"""The interface of a provider's protocol: how it reads requests, and how it words errors."""

from __future__ import annotations

import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dwell_sandbox.server.rate_limits import LimitDecision, RateLimit
from dwell_sandbox.server.response import Payload, RequestContext, Response

Handler = Callable[[RequestContext, Mapping[str, Any]], Response]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint.

    Attributes:
        name: For the request log.
        handler: Makes the response from the context and the parameters.
        own_access: The handler itself checks who asks and how often, and nothing is charged; otherwise the sandbox
            checks key, rate limit and credits.
    """

    name: str
    handler: Handler
    own_access: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """One request, as received.

    Attributes:
        method: In upper case.
        path: Below the protocol's prefix.
        query: Query string.
        body: Body, as bytes.
        headers: Names in lower case.
    """

    method: str
    path: str
    query: Mapping[str, str]
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Charge:
    """What one response costs its key.

    Attributes:
        credits: Credits charged for this response.
        spent: Credits charged to the key so far, this response included.
        balance: Credits that the key has left.
    """

    credits: int
    spent: int
    balance: int


class Protocol(typing.Protocol):
    """One provider's protocol."""

    @property
    def name(self) -> str:
        """Name, which is also the prefix of its paths."""

    @property
    def rate_limit(self) -> RateLimit:
        """The documented rate limit."""

    def find_endpoint(self, request: Request) -> Endpoint | Response:
        """The endpoint, or the response that says that it does not exist."""

    def parse_parameters(self, request: Request) -> Mapping[str, Any] | Response:
        """The parameters, or the response that says that they cannot be read."""

    def read_key(self, request: Request) -> str | None:
        """The API key of the request."""

    def key_refused(self, key: str | None) -> Response:
        """The response to a missing (None) or wrong key."""

    def rate_limited(self, decision: LimitDecision) -> Response:
        """The response to a request above the rate limit."""

    def out_of_credits(self) -> Response:
        """The response when the key has no credits left."""

    def server_error(self, status: int) -> Response:
        """The response of a failing server."""

    def no_data(self) -> Response:
        """A response with status 200 and a message in place of data."""

    def limit_headers(self, decision: LimitDecision | None) -> Mapping[str, str]:
        """The headers that state the rate limit."""

    def wrap(self, response: Response, *, charge: Charge, number: int) -> Payload:
        """The payload in the protocol's envelope."""

    def find_counters(self, post: Payload) -> Payload | None:
        """The part of a post that holds its counters; None if a fault removed it."""
