"""The API as an ASGI app."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import msgspec
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import ASGIApp, Lifespan

from dwell import logs
from dwell.api.account_routes import account_routes
from dwell.api.callers import Callers
from dwell.api.counters import ApiCounters
from dwell.api.docs import SECURITY_POLICY, render_docs
from dwell.api.failed_keys import FailedKeys
from dwell.api.key_routes import key_routes
from dwell.api.mcp_route import Assistants, mcp_route
from dwell.api.middleware import MCP, METRICS, Authentication, BodyLimit, Permission, RateLimit, RequestContext
from dwell.api.oauth_routes import CompleteConnection, oauth_routes
from dwell.api.openapi import TITLE, make_document
from dwell.api.problems import method_not_allowed, unknown_path
from dwell.api.responses import JSON, problem_response
from dwell.api.server_routes import server_routes
from dwell.api.slow_calls import SlowCalls
from dwell.api.video_routes import video_routes
from dwell.api.webhook_routes import webhook_routes
from dwell.errors import DwellError, InvalidRequestError
from dwell.tracking.problems import describe, unexpected
from dwell.tracking.request_limiter import RequestLimiter
from dwell.tracking.service import TrackingService

log = logs.get_logger(__name__)

_HTTP_NOT_FOUND, _HTTP_NOT_ALLOWED, _SERVER_ERRORS = 404, 405, 500
_SHOWN_TO_BROWSERS = (
    "X-Request-Id", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Retry-After", "ETag",
)  # fmt: skip
_TAKEN_FROM_BROWSERS = (
    "X-API-Key", "Authorization", "Content-Type", "Idempotency-Key", "If-None-Match", "X-Request-Id",
)  # fmt: skip


def create_app(
    service: TrackingService,
    limiter: RequestLimiter | None = None,
    *,
    ready: Callable[[], None] | None = None,
    cors_origins: Sequence[str] = (),
    open_metrics: bool = True,
    callers: Callers | None = None,
    failed_keys: FailedKeys | None = None,
    lifespan: Lifespan[FastAPI] | None = None,
    complete_connection: CompleteConnection | None = None,
    assistants: Assistants | None = None,
) -> ASGIApp:
    """The app.

    Args:
        service: What answers.
        limiter: Holds accounts to the requests a minute of their plans; None for no limits.
        ready: Raises if the database does not answer; `limiter.check` by default.
        cors_origins: Web pages whose scripts may use the API; none by default.
        open_metrics: `/metrics` needs no key; otherwise one with the scope `admin`.
        callers: Remembers who is behind a key.
        failed_keys: Counts wrong keys.
        lifespan: Runs beside the server, such as a poller.
        complete_connection: Connects the account of an owner who comes back from TikTok; None for no such page.
        assistants: Answers assistants at `/mcp`; None for no such path.
    """
    counters = ApiCounters()
    if assistants is not None:
        lifespan = _beside(assistants, lifespan)
    routes = _make_routes(
        service, counters, ready or (limiter.check if limiter is not None else None), lifespan, complete_connection
    )
    if assistants is not None:
        routes.router.routes.append(mcp_route(assistants, cors_origins))

    def is_protected(path: str) -> bool:
        return path.startswith("/api/") or path == MCP or (path == METRICS and not open_metrics)

    app: ASGIApp = Permission(BodyLimit(routes))
    app = RateLimit(app, limiter)
    app = Authentication(
        app,
        service.authenticate,
        callers=Callers() if callers is None else callers,
        failed=FailedKeys() if failed_keys is None else failed_keys,
        is_protected=is_protected,
    )
    if cors_origins:
        app = CORSMiddleware(
            app,
            allow_origins=cors_origins,
            allow_methods=("GET", "POST", "PATCH", "DELETE"),
            allow_headers=_TAKEN_FROM_BROWSERS,
            expose_headers=_SHOWN_TO_BROWSERS,
        )
    return RequestContext(app, counters)


def _beside(assistants: Assistants, others: Lifespan[FastAPI] | None) -> Lifespan[FastAPI]:
    @asynccontextmanager
    async def run(app: FastAPI) -> AsyncIterator[Any]:
        async with assistants.running():
            if others is None:
                yield
            else:
                async with others(app) as state:
                    yield state

    return run


def _make_routes(
    service: TrackingService,
    counters: ApiCounters,
    ready: Callable[[], None] | None,
    lifespan: Lifespan[FastAPI] | None,
    complete_connection: CompleteConnection | None,
) -> FastAPI:
    app = FastAPI(
        title=TITLE, docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False, lifespan=lifespan
    )
    slow_calls = SlowCalls()
    routers = (
        video_routes(service, slow_calls),
        webhook_routes(service),
        account_routes(service),
        key_routes(service),
        server_routes(service, counters, ready),
    )
    for router in routers:  # `include_router` would serve each request through two routers
        app.router.routes += router.routes

    if complete_connection is not None:
        app.router.routes += oauth_routes(complete_connection).routes

    @cache  # made when somebody asks for the first time
    def pages() -> tuple[bytes, bytes]:
        document = make_document(app)
        return msgspec.json.encode(document), render_docs(document)

    @app.get("/openapi.json", include_in_schema=False)
    def openapi() -> Response:
        return Response(pages()[0], media_type=JSON, headers={"Cache-Control": "no-cache"})

    @app.get("/docs", include_in_schema=False)
    def docs() -> Response:
        headers = {"Cache-Control": "no-cache", "Content-Security-Policy": SECURITY_POLICY}
        return Response(pages()[1], media_type="text/html", headers=headers)

    app.add_exception_handler(DwellError, _answer_error)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(HTTPException, _answer_http)
    app.add_exception_handler(Exception, _answer_unexpected)
    return app


async def _answer_error(request: Request, error: Any) -> Response:
    problem = describe(error)
    if problem.status >= _SERVER_ERRORS:
        log.error("%(kind)s: %(error)s", {"kind": type(error).__name__, "error": str(error)})
    return problem_response(request.scope, problem)


async def _answer_invalid(request: Request, error: Any) -> Response:
    details = tuple((str(one["loc"][min(1, len(one["loc"]) - 1)]), one["msg"]) for one in error.errors())
    text = "; ".join(f"{name}: {message}" for name, message in details)
    return problem_response(request.scope, describe(InvalidRequestError(f"{text}.", details)))


async def _answer_http(request: Request, error: Any) -> Response:
    if error.status_code == _HTTP_NOT_FOUND:
        return problem_response(request.scope, unknown_path())
    if error.status_code == _HTTP_NOT_ALLOWED:
        return problem_response(request.scope, method_not_allowed(), {"Allow": ", ".join(_methods(request))})
    invalid = InvalidRequestError("The request cannot be read.", (("body", "It cannot be read."),))
    return problem_response(request.scope, describe(invalid))


async def _answer_unexpected(request: Request, error: Exception) -> Response:
    del error  # `RequestContext` logs it
    return problem_response(request.scope, unexpected())


def _methods(request: Request) -> list[str]:
    """Every method that the path has."""
    found: set[str] = set()
    for route in request.app.routes:
        match, _ = route.matches(request.scope)
        if match is not Match.NONE:
            found |= getattr(route, "methods", None) or set()
    return sorted(found)
