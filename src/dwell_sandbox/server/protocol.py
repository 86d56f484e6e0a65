"""What a protocol is: how it is asked, and how it words its refusals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from dwell_sandbox.server.limits import Rate, Verdict
from dwell_sandbox.server.reply import Payload, Reply, Scene

Answer = Callable[[Scene, Mapping[str, Any]], Reply]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint.

    Attributes:
        name: For the log of calls.
        answer: Makes the answer of the scene and the parameters.
    """

    name: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, as it came.

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
class Bill:
    """What one answer costs its key: credits taken for it, taken before and with it, and left."""

    charged: int
    spent: int
    left: int


class Spoken(Protocol):
    """One provider's protocol."""

    @property
    def name(self) -> str:
        """Name and prefix of its paths."""

    @property
    def rate(self) -> Rate:
        """Its documented limit."""

    def endpoint(self, asked: Asked) -> Endpoint | Reply:
        """What is asked for, or the answer that there is no such thing."""

    def parameters(self, asked: Asked) -> Mapping[str, Any] | Reply:
        """The parameters, or the answer that they cannot be read."""

    def key(self, asked: Asked) -> str | None:
        """The key that came with it."""

    def refuse(self, key: str | None) -> Reply:
        """The answer to a missing (None) or a wrong key."""

    def too_fast(self, verdict: Verdict) -> Reply:
        """The answer to a request above the limit."""

    def out_of_credits(self) -> Reply:
        """The answer where no credit is left."""

    def fails(self, status: int) -> Reply:
        """The answer of a failing server."""

    def message(self) -> Reply:
        """Status 200, and yet no data."""

    def headers(self, verdict: Verdict | None) -> Mapping[str, str]:
        """What every answer says about the limit."""

    def finish(self, reply: Reply, *, bill: Bill, number: int) -> Payload:
        """The payload in its envelope."""

    def counters(self, post: Payload) -> Payload | None:
        """The part of a post that holds its counters; None where a fault removed it."""
