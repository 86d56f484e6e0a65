"""The calls about the account."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from dwell.api import examples
from dwell.api.account_bodies import UsageChange, read_usage_change
from dwell.api.openapi import answer, json_body, make_router, problems
from dwell.api.request_body import Body
from dwell.api.request_state import caller_of
from dwell.api.responses import json_response
from dwell.tracking.objects import Usage
from dwell.tracking.service import TrackingService

_CHANGE = """\
The event `balance.low` is sent to webhooks when the balance falls below `low_balance_usd`, and not again before a
top-up has brought it back. A balance that is lower already sends nothing."""


def account_routes(service: TrackingService) -> APIRouter:
    """The routes.

    Args:
        service: What answers.
    """
    router = make_router("Account", "/api/v1")

    @router.get(
        "/usage",
        summary="Get balance, counts and limits",
        responses={200: answer(Usage, examples.USAGE, "What the account has and uses."), **problems()},
    )
    def get_usage(request: Request) -> Response:
        return json_response(service.usage(caller_of(request.scope)))

    @router.patch(
        "/usage",
        summary="Set when the balance is low",
        description=_CHANGE,
        responses={
            200: answer(Usage, examples.USAGE, "What the account has and uses."),
            **problems("invalid_threshold", with_body=True),
        },
        openapi_extra=json_body(UsageChange, examples.USAGE_CHANGE),
    )
    def change_usage(request: Request, body: Body) -> Response:
        return json_response(service.set_low_balance(caller_of(request.scope), read_usage_change(body).low_balance_usd))

    return router
