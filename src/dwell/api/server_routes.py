"""The calls about the server itself: they need no key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from dwell.api.counters import CONTENT_TYPE, ApiCounters, render
from dwell.api.openapi import answer, header_references, make_router, problems
from dwell.api.responses import json_response
from dwell.api.schemas import Health

_OK = Health(status="ok")
_NO_STORE = {"Cache-Control": "no-store"}


def server_routes(service: Any, counters: ApiCounters, ready: Callable[[], None] | None) -> APIRouter:
    """The routes.

    Args:
        service: If it has a method `metrics`, it returns the `Metric`s to show.
        counters: What the API counts.
        ready: Raises if the database does not answer.
    """
    router = make_router("Server")

    @router.get(
        "/healthz",
        summary="Check that the process is alive",
        responses={200: answer(Health, _OK, "It is."), **problems(with_key=False)},
    )
    async def healthz() -> Response:
        return json_response(_OK)

    @router.get(
        "/readyz",
        summary="Check that requests can be answered",
        responses={
            200: answer(Health, _OK, "The database answers."),
            **problems("unavailable_now", with_key=False),
        },
    )
    def readyz() -> Response:
        if ready is not None:
            ready()
        return json_response(_OK)

    example = "\n".join(["# TYPE dwell_api_requests_total counter", "dwell_api_requests_total 42", ""])

    @router.get(
        "/metrics",
        summary="Counters for Prometheus",
        responses={
            200: {
                "description": "Counters in Prometheus's text format.",
                "headers": header_references(()),
                "content": {"text/plain": {"schema": {"type": "string"}, "example": example}},
            },
            **problems("key_required", "authentication", "permission_denied", "too_many_requests", "unavailable_now",
                       with_key=False),
        },
    )  # fmt: skip
    def metrics() -> Response:
        of_service = getattr(service, "metrics", None)
        text = render(counters, of_service() if of_service is not None else ())
        return Response(text, headers={**_NO_STORE, "Content-Type": CONTENT_TYPE})

    return router
