"""Answers: JSON that msgspec encodes, and problems."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from dwell import clock
from dwell.api.request_state import state_of
from dwell.tracking.problems import Problem

JSON = "application/json"
PROBLEM = "application/problem+json"
_NOT_STORED = {"Cache-Control": "no-store"}
_encode = msgspec.json.Encoder().encode


def json_response(value: Any, status: int = 200, headers: Mapping[str, str] = _NOT_STORED) -> Response:
    """An object of the service as JSON."""
    return Response(_encode(value), status, headers, JSON)


def problem_response(scope: Scope, problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """A problem, with what its status asks for in the headers."""
    state = state_of(scope)
    every = {**_NOT_STORED, **(headers or {})}
    if problem.status == 401:
        every["WWW-Authenticate"] = 'Bearer realm="dwell"'
    wait_s = problem.retry_after_s
    if "reset" in problem.members:
        wait_s = max(1, math.ceil(problem.members["reset"] - clock.now().timestamp()))
    if wait_s is not None:
        every["Retry-After"] = str(wait_s)
    return Response(_encode(problem.body(state.request_id)), problem.status, every, PROBLEM)


async def send_problem(
    scope: Scope, receive: Receive, send: Send, problem: Problem, headers: Mapping[str, str] | None = None
) -> None:
    """Answers a request with a problem, from a middleware."""
    await problem_response(scope, problem, headers)(scope, receive, send)
