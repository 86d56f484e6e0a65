"""The calls about the keys of the caller's account."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from dwell.api import examples
from dwell.api.account_bodies import NewKeyRequest, read_new_key
from dwell.api.callers import REMEMBERED_S
from dwell.api.openapi import answer, json_body, linked, make_router, problems
from dwell.api.queries import check_key_id, refuse_idempotency_key
from dwell.api.request_body import Body
from dwell.api.request_state import caller_of
from dwell.api.responses import json_response
from dwell.tracking.keys import MAX_KEYS
from dwell.tracking.objects import ApiKey, KeyList, NewApiKey
from dwell.tracking.service import TrackingService

_CREATED = 201
_CREATE = f"""\
Needs a key with the scope `admin`. The new key belongs to the same account, so its balance, plan and videos are the
same; it can have no scope that the key in use lacks. This answer is the only one that shows it. An account has at most
{MAX_KEYS} keys that are neither revoked nor expired. This call supports no `Idempotency-Key` and refuses one."""
_LIST = "Needs a key with the scope `admin`. Keys that have expired or were revoked are listed, too."
_REVOKE = f"""\
Needs a key with the scope `admin`. The key is refused from now on, by every server after at most {REMEMBERED_S:g}
seconds; the key in use can revoke itself. Revoking it again changes nothing."""


def key_routes(service: TrackingService) -> APIRouter:
    """The routes; the middleware asks for the scope `admin`, except for the key itself.

    Args:
        service: What answers.
    """
    router = make_router("Keys", "/api/v1/keys")

    @router.get(
        "/self",
        summary="Get the key that is used",
        responses={200: answer(ApiKey, examples.API_KEY, "The key, without its secret."), **problems()},
    )
    def get_own_key(request: Request) -> Response:
        return json_response(service.get_key(caller_of(request.scope)))

    @router.get(
        "",
        summary="List keys",
        description=_LIST,
        responses={
            200: answer(KeyList, examples.KEY_LIST, "All keys of the account, without their secrets."),
            **problems(),
        },
    )
    def list_keys(request: Request) -> Response:
        return json_response(service.list_keys(caller_of(request.scope)))

    @router.post(
        "",
        status_code=_CREATED,
        summary="Make a key",
        description=_CREATE,
        responses={
            201: linked(answer(NewApiKey, examples.NEW_KEY, "The key."), "/id", "revoke_key", parameter="key_id"),
            **problems("invalid_key", with_body=True),
        },
        openapi_extra=json_body(NewKeyRequest, examples.KEY_REQUEST),
    )
    def create_key(request: Request, body: Body) -> Response:
        refuse_idempotency_key(request.headers.get("idempotency-key"))
        wanted = read_new_key(body)
        made = service.create_own_key(
            caller_of(request.scope), name=wanted.name, scopes=wanted.scopes, expires_at=wanted.expires_at
        )
        return json_response(made, _CREATED)

    @router.post(
        "/{key_id}/revoke",
        summary="Revoke a key",
        description=_REVOKE,
        responses={
            200: answer(ApiKey, examples.REVOKED_KEY, "It is revoked."),
            **problems("key_not_found", with_body=True),
        },
    )
    def revoke_key(request: Request, key_id: Annotated[str, Path(examples=[examples.KEY])]) -> Response:
        return json_response(service.revoke_own_key(caller_of(request.scope), check_key_id(key_id)))

    return router
