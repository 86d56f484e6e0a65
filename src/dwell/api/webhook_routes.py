"""The calls about webhooks."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from dwell.api import examples
from dwell.api.account_bodies import (
    ReplayRequest,
    RotateRequest,
    WebhookRequest,
    read_replay,
    read_rotation,
    read_webhook,
)
from dwell.api.openapi import answer, json_body, linked, make_router, no_content, problems
from dwell.api.queries import check_webhook_id, refuse_idempotency_key
from dwell.api.request_body import Body
from dwell.api.request_state import caller_of
from dwell.api.responses import json_response
from dwell.tracking.service import TrackingService
from dwell.tracking.webhook_objects import DeliveryLog, Replay, TestEvent, Webhook, WebhookList, WebhookWithSecret
from dwell.tracking.webhooks import MAX_LOG, MAX_WEBHOOKS

_CREATED, _ACCEPTED = 201, 202
_LARGEST_ID = 2**63 - 1
_OF_A_WEBHOOK = (
    "get_webhook", "disable_webhook", "enable_webhook", "rotate_webhook_secret", "test_webhook", "replay_webhook",
    "list_deliveries", "delete_webhook",
)  # fmt: skip
_CREATE = f"""\
Messages follow Standard Webhooks, whose libraries verify them. An account has at most {MAX_WEBHOOKS} webhooks.

A `secret` of your own is `whsec_` and the base64 of 24 to 64 random bytes (the sample `whsec_your_secret` is none, and
is refused). Without one it is made here, and this answer is the only one that shows it. This call supports no
`Idempotency-Key` and refuses one."""
_DISABLE = """\
Nothing is sent from now on, and what becomes due meanwhile is dropped; a replay brings it. Disabling it again changes
nothing."""
_ENABLE = "Sends again, as if it had never failed. Enabling it again changes nothing."
_ROTATE = """\
For 24 hours, messages are signed with both secrets. The body may be empty: then the new secret is made here, and this
answer is the only one that shows it. A second rotation replaces the secret once more; `Idempotency-Key` is refused."""
_TEST = "An event `webhook.test` is sent to this webhook alone; the delivery log says what came of it."
_REPLAY = """\
The events of a time are sent again, with the ids that they had: a receiver that knows them drops them. Events are kept
for seven days."""

WebhookId = Annotated[str, Path(examples=[examples.WEBHOOK_ID])]


def webhook_routes(service: TrackingService) -> APIRouter:
    """The routes.

    Args:
        service: Its `webhooks` answer.
    """
    router = make_router("Webhooks", "/api/v1/webhooks")

    @router.post(
        "",
        status_code=_CREATED,
        summary="Add a webhook",
        description=_CREATE,
        responses={
            201: _linked(answer(WebhookWithSecret, examples.NEW_WEBHOOK, "The webhook.")),
            **problems("invalid_webhook", "invalid_secret", with_body=True),
        },
        openapi_extra=json_body(WebhookRequest, examples.WEBHOOK_REQUEST),
    )
    def create_webhook(request: Request, body: Body) -> Response:
        refuse_idempotency_key(request.headers.get("idempotency-key"))
        wanted = read_webhook(body)
        made = service.webhooks.create(_account(request), wanted.events, wanted.url, wanted.secret)
        return json_response(made, _CREATED)

    @router.get(
        "",
        summary="List webhooks",
        responses={
            200: linked(
                answer(WebhookList, examples.WEBHOOK_LIST, "All webhooks of the account."),
                "/webhooks/0/id",
                *_OF_A_WEBHOOK,
                parameter="webhook_id",
            ),
            **problems(),
        },
    )
    def list_webhooks(request: Request) -> Response:
        found = service.webhooks.list(_account(request))
        return json_response(WebhookList(webhooks=found, total=len(found)))

    @router.get(
        "/{webhook_id}",
        summary="Get a webhook",
        responses={
            200: answer(Webhook, examples.WEBHOOK, "The webhook, without its secret."),
            **problems("webhook_not_found"),
        },
    )
    def get_webhook(request: Request, webhook_id: WebhookId) -> Response:
        return json_response(service.webhooks.get(_account(request), check_webhook_id(webhook_id)))

    @router.delete(
        "/{webhook_id}",
        status_code=204,
        summary="Delete a webhook",
        description="Removes it with its delivery log.",
        responses={204: no_content("It is deleted."), **problems("webhook_not_found", with_body=True)},
    )
    def delete_webhook(request: Request, webhook_id: WebhookId) -> Response:
        service.webhooks.delete(_account(request), check_webhook_id(webhook_id))
        return Response(status_code=204, headers={"Cache-Control": "no-store"})

    @router.post(
        "/{webhook_id}/disable",
        summary="Disable a webhook",
        description=_DISABLE,
        responses={
            200: answer(Webhook, examples.DISABLED_WEBHOOK, "It is disabled."),
            **problems("webhook_not_found", with_body=True),
        },
    )
    def disable_webhook(request: Request, webhook_id: WebhookId) -> Response:
        return json_response(service.webhooks.disable(_account(request), check_webhook_id(webhook_id)))

    @router.post(
        "/{webhook_id}/enable",
        summary="Enable a webhook",
        description=_ENABLE,
        responses={
            200: answer(Webhook, examples.WEBHOOK, "It is active."),
            **problems("webhook_not_found", with_body=True),
        },
    )
    def enable_webhook(request: Request, webhook_id: WebhookId) -> Response:
        return json_response(service.webhooks.enable(_account(request), check_webhook_id(webhook_id)))

    @router.post(
        "/{webhook_id}/rotate",
        summary="Replace the secret",
        description=_ROTATE,
        responses={
            200: answer(WebhookWithSecret, examples.ROTATED_WEBHOOK, "The webhook."),
            **problems("invalid_secret", "webhook_not_found", with_body=True),
        },
        openapi_extra=json_body(RotateRequest, examples.ROTATE_REQUEST, required=False),
    )
    def rotate_webhook_secret(request: Request, webhook_id: WebhookId, body: Body) -> Response:
        refuse_idempotency_key(request.headers.get("idempotency-key"))
        secret = read_rotation(body).secret
        return json_response(service.webhooks.rotate(_account(request), check_webhook_id(webhook_id), secret))

    @router.post(
        "/{webhook_id}/test",
        status_code=_ACCEPTED,
        summary="Send a test event",
        description=_TEST,
        responses={
            202: answer(TestEvent, examples.TEST_EVENT, "It will be sent."),
            **problems("invalid_header", "webhook_not_found", "webhook_disabled", with_body=True),
        },
    )
    def test_webhook(request: Request, webhook_id: WebhookId) -> Response:
        refuse_idempotency_key(request.headers.get("idempotency-key"))
        return json_response(service.webhooks.send_test(_account(request), check_webhook_id(webhook_id)), _ACCEPTED)

    @router.post(
        "/{webhook_id}/replay",
        status_code=_ACCEPTED,
        summary="Send events again",
        description=_REPLAY,
        responses={
            202: answer(Replay, examples.REPLAY, "They will be sent."),
            **problems("invalid_range", "webhook_not_found", "webhook_disabled", with_body=True),
        },
        openapi_extra=json_body(ReplayRequest, examples.REPLAY_REQUEST),
    )
    def replay_webhook(request: Request, webhook_id: WebhookId, body: Body) -> Response:
        refuse_idempotency_key(request.headers.get("idempotency-key"))
        time = read_replay(body)
        found = service.webhooks.replay(_account(request), check_webhook_id(webhook_id), time.since, time.until)
        return json_response(found, _ACCEPTED)

    @router.get(
        "/{webhook_id}/deliveries",
        summary="Get the delivery log",
        description="Every attempt, newest first. Give `next_before` of one page as `before` for the next.",
        responses={
            200: answer(DeliveryLog, examples.DELIVERY_LOG, "A page of the log."),
            **problems("invalid_query", "webhook_not_found"),
        },
    )
    def list_deliveries(
        request: Request,
        webhook_id: WebhookId,
        limit: Annotated[int, Query(ge=1, le=MAX_LOG, examples=[50])] = 50,
        before: Annotated[int | None, Query(ge=1, le=_LARGEST_ID, examples=[1_000])] = None,
    ) -> Response:
        found = service.webhooks.list_attempts(
            _account(request), check_webhook_id(webhook_id), limit=limit, before=before
        )
        log = DeliveryLog(
            deliveries=[*found],
            total=len(found),
            limit=limit,
            next_before=found[-1].id if len(found) == limit else None,
        )
        return json_response(log)

    return router


def _account(request: Request) -> str:
    return caller_of(request.scope).account_id


def _linked(one: dict[str, Any]) -> dict[str, Any]:
    return linked(one, "/id", *_OF_A_WEBHOOK, parameter="webhook_id")
