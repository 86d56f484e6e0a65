"""What every request passes before its route, as plain ASGI classes: the outermost comes first in this file.

    RequestContext     id, headers of every answer, access log, counters, unexpected errors
    Authentication     the key, and how often a wrong one may be tried
    RateLimit          requests a minute of the account
    Permission         the scopes of the key
    BodyLimit          reads the body, and not more than may be

Starlette's `BaseHTTPMiddleware` would cost more than the rest of the request.
"""

from __future__ import annotations

import math
import re
import time
import uuid
from collections.abc import Callable

from anyio import CapacityLimiter, move_on_after, to_thread
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dwell import clock, logs
from dwell.api.callers import Callers
from dwell.api.counters import ApiCounters
from dwell.api.failed_keys import PER_PREFIX, FailedKeys
from dwell.api.problems import key_required, too_large, too_slow
from dwell.api.request_state import RequestState, begin, header, next_minute, state_of
from dwell.api.responses import send_problem
from dwell.errors import AuthenticationError, DwellError, PermissionDeniedError, TooManyRequestsError
from dwell.tracking.problems import describe, unexpected
from dwell.tracking.request_limiter import RequestLimiter
from dwell.tracking.service import Caller

log = logs.get_logger(__name__)

PREFIX = "/api/v1/"
METRICS = "/metrics"
MCP = "/mcp"
BODY_BYTES = 65_536
BULK_BODY_BYTES = 1_048_576
BULK_PATH = "/api/v1/videos/track/bulk"
KEYS, OWN_KEY = "/api/v1/keys", "/api/v1/keys/self"
BODY_S = 20.0
"""Seconds in which a whole body arrives."""

_CLIENT_CLOSED = 499  # nobody reads this status: it is for the log
_THREADS = 8
_DROPPED_BYTES = 8_388_608
_MAX_DIGITS = 9
_MAX_KEY = 512
_SANE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_READS = frozenset({"GET", "HEAD", "OPTIONS"})


class RequestContext:
    """Gives a request its id, and its answer the headers that every answer has; logs and counts it."""

    def __init__(self, app: ASGIApp, counters: ApiCounters) -> None:
        self.app = app
        self.counters = counters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        state = begin(scope, _request_id(scope))

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                state.status = message["status"]
                message["headers"] = [*message.get("headers", ()), *_headers(state)]
            await send(message)
            state.complete = message["type"] == "http.response.body" and not message.get("more_body", False)

        with logs.context(request=state.request_id):
            try:
                await self.app(scope, receive, send_with_headers)
            except Exception:
                log.exception("a request failed unexpectedly")
                if state.status is None:
                    await send_problem(scope, receive, send_with_headers, unexpected())
                elif not state.complete:
                    raise  # the server closes the connection
            finally:
                self._finish(scope, state, time.perf_counter() - started)

    def _finish(self, scope: Scope, state: RequestState, seconds: float) -> None:
        # Neither path nor query are logged: a client may put anything there, also its key.
        route = getattr(scope.get("route"), "path", "unknown")
        status = state.status or _CLIENT_CLOSED
        self.counters.count(scope["method"], route, status, seconds)
        fields = {"method": scope["method"], "route": route, "status": status, "ms": round(seconds * 1000, 1)}
        if state.caller is not None:
            fields |= {"account": state.caller.account_id, "key": state.caller.key_id}
        log.info("%(method)s %(route)s %(status)d in %(ms)s ms", fields)


class Authentication:
    """Finds out who sends a request, from `X-API-Key` or `Authorization: Bearer`.

    Args:
        app: The next one.
        authenticate: Checks a key; it blocks.
        callers: Remembers the answers.
        failed: Counts wrong keys.
        is_protected: Whether a path needs a key.
    """

    def __init__(
        self,
        app: ASGIApp,
        authenticate: Callable[[str], Caller],
        *,
        callers: Callers,
        failed: FailedKeys,
        is_protected: Callable[[str], bool],
    ) -> None:
        self.app = app
        self.authenticate = authenticate
        self.callers = callers
        self.failed = failed
        self.is_protected = is_protected
        self.threads: CapacityLimiter | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves a request."""
        if scope["type"] != "http" or not self.is_protected(scope["path"]):
            await self.app(scope, receive, send)
            return
        state = state_of(scope)
        key = read_key(scope)
        caller = self.callers.find(key) if key else None
        if caller is None:
            address = (scope.get("client") or ("",))[0]
            try:
                caller = await self._check(address, key)
            except DwellError as error:
                _show_attempts(state, self.failed.remaining(address, key))
                await send_problem(scope, receive, send, describe(error) if key else key_required())
                return
        state.caller = caller
        await self.app(scope, receive, send)

    async def _check(self, address: str, key: str) -> Caller:
        if not key:
            raise AuthenticationError("There is no API key.")
        if len(key) > _MAX_KEY:
            raise AuthenticationError("The API key is not valid: it is too long.")
        wait_s = self.failed.begin(address, key)
        if wait_s:
            reset = math.ceil(clock.now().timestamp() + wait_s)
            raise TooManyRequestsError("Too many wrong API keys: wait a minute.", PER_PREFIX, reset)
        self.threads = self.threads or CapacityLimiter(_THREADS)
        try:
            caller = await to_thread.run_sync(self.authenticate, key, limiter=self.threads)
        except AuthenticationError:
            raise
        except BaseException:
            self.failed.succeed(address, key)  # it was not the key that failed
            raise
        self.failed.succeed(address, key)
        self.callers.remember(key, caller)
        return caller


class RateLimit:
    """Holds an account to the requests a minute of its plan.

    Args:
        app: The next one.
        limiter: The limits of all accounts; None where there are none.
    """

    def __init__(self, app: ASGIApp, limiter: RequestLimiter | None) -> None:
        self.app = app
        self.limiter = limiter
        self.threads: CapacityLimiter | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves a request."""
        caller = state_of(scope).caller if scope["type"] == "http" else None
        limit = caller.plan.requests_per_minute if caller is not None else None
        if caller is None or limit is None or self.limiter is None:
            await self.app(scope, receive, send)
            return
        permit = self.limiter.try_acquire(caller.account_id, limit)
        if permit is None:
            self.threads = self.threads or CapacityLimiter(_THREADS)
            try:
                permit = await to_thread.run_sync(self.limiter.acquire, caller.account_id, limit, limiter=self.threads)
            except DwellError as error:
                await send_problem(scope, receive, send, describe(error))
                return
        state = state_of(scope)
        state.limit, state.remaining, state.reset = permit.limit, permit.remaining, permit.reset
        if permit.granted:
            await self.app(scope, receive, send)
            return
        message = f"The plan allows {limit:,} requests a minute: wait until the next minute begins."
        await send_problem(scope, receive, send, describe(TooManyRequestsError(message, limit, permit.reset)))


class Permission:
    """Compares what a request does with the scopes of its key.

    `read` to read, also for assistants, whose requests are all POST; `track` to change anything; `admin` for the keys
    of the account and for counters that are not open.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves a request."""
        caller = state_of(scope).caller if scope["type"] == "http" else None
        if caller is not None:
            needed = _needed_scope(scope["method"], scope["path"])
            if needed not in caller.scopes:
                error = PermissionDeniedError(f"The API key lacks the scope {needed}: use a key that has it.")
                await send_problem(scope, receive, send, describe(error))
                return
        await self.app(scope, receive, send)


class BodyLimit:
    """Reads the body before the route runs; refuses one that is too large, also without a length, or too slow."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves a request."""
        if scope["type"] != "http" or scope["method"] in _READS:
            await self.app(scope, receive, send)
            return
        limit = BULK_BODY_BYTES if scope["path"] == BULK_PATH else BODY_BYTES
        announced = header(scope["headers"], b"content-length") or "0"
        too_long = len(announced) > _MAX_DIGITS or not announced.isdigit() or int(announced) > limit
        body: bytes | None = None
        if not (too_long and header(scope["headers"], b"expect") is not None):
            with move_on_after(BODY_S) as waiting:
                body, complete = await _read_body(receive, limit)
                if not complete:
                    return  # the client has gone
            if waiting.cancelled_caught:
                await send_problem(scope, receive, send, too_slow(BODY_S), {"Connection": "close"})
                return
        if body is None or too_long:
            await send_problem(scope, receive, send, too_large(limit), {"Connection": "close"})
            return
        await self.app(scope, _replay(body, receive), send)


def _needed_scope(method: str, path: str) -> str:
    if path in {METRICS, KEYS} or (path.startswith(f"{KEYS}/") and path != OWN_KEY):
        return "admin"
    return "read" if method in _READS or path == MCP else "track"


def read_key(scope: Scope) -> str:
    """The key that a request has; empty if it has none."""
    headers = scope["headers"]
    key = header(headers, b"x-api-key")
    if key is None:
        scheme, _, rest = (header(headers, b"authorization") or "").partition(" ")
        key = rest if scheme.lower() == "bearer" else ""
    return key.strip()


async def _read_body(receive: Receive, limit: int) -> tuple[bytes | None, bool]:
    """The body, or None if it is longer than the limit; and whether the client is still there.

    What is too much is read and dropped for a while, since many clients read no answer before they have sent all.
    """
    parts: list[bytes] = []
    size, more = 0, True
    while more and size <= limit + _DROPPED_BYTES:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None, False
        part = message.get("body", b"")
        size += len(part)
        if size <= limit:
            parts.append(part)
        else:
            parts.clear()
        more = message.get("more_body", False)
    return b"".join(parts) if size <= limit else None, True


def _replay(body: bytes, receive: Receive) -> Receive:
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def next_message() -> Message:
        return messages.pop() if messages else await receive()

    return next_message


def _request_id(scope: Scope) -> str:
    """The client's id if it is harmless in headers and logs, otherwise a new one."""
    given = header(scope["headers"], b"x-request-id")
    return given if given and _SANE_ID.fullmatch(given) and given != read_key(scope) else uuid.uuid4().hex


def _headers(state: RequestState) -> list[tuple[bytes, bytes]]:
    return [
        (b"x-request-id", state.request_id.encode()),
        (b"x-ratelimit-limit", b"%d" % state.limit),
        (b"x-ratelimit-remaining", b"%d" % state.remaining),
        (b"x-ratelimit-reset", b"%d" % state.reset),
        (b"x-content-type-options", b"nosniff"),
    ]


def _show_attempts(state: RequestState, remaining: int) -> None:
    """Without an account, the headers say how many wrong keys may still be tried."""
    state.limit, state.remaining, state.reset = PER_PREFIX, min(remaining, PER_PREFIX), next_minute()
