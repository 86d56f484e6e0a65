"""The calls about tokens, which need no access token: exchange a code, refresh, revoke, inspect."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dwell_sandbox.business_api.app_credentials import CLIENT_ID, CLIENT_SECRET
from dwell_sandbox.business_api.errors import UNKNOWN_APP, error, invalid
from dwell_sandbox.business_api.tokens import ACCESS_TOKEN_S, TokenPair, TokenStore
from dwell_sandbox.server.protocol import Request
from dwell_sandbox.server.response import RequestContext, Response

Body = Mapping[str, Any]


def exchange_code(context: RequestContext, request: Request, tokens: TokenStore) -> Response:
    """`/tt_user/oauth2/token/`."""
    body = _read_body(request)
    _check_app(body)
    _check_grant_type(body, "authorization_code")
    code, redirect_uri = _text(body, "auth_code"), _text(body, "redirect_uri")
    return _respond(tokens.exchange_code(code, redirect_uri, context.at, context.real_s), context.at)


def refresh(context: RequestContext, request: Request, tokens: TokenStore) -> Response:
    """`/tt_user/oauth2/refresh_token/`: always a new refresh token, which expires when the first would have."""
    body = _read_body(request)
    _check_app(body)
    _check_grant_type(body, "refresh_token")
    return _respond(tokens.refresh(_text(body, "refresh_token"), context.at), context.at)


def revoke(context: RequestContext, request: Request, tokens: TokenStore) -> Response:
    """`/tt_user/oauth2/revoke/`: ends all tokens of the consent."""
    body = _read_body(request)
    _check_app(body)
    tokens.revoke(_text(body, "access_token"), context.at)
    return Response(200, {})


def inspect(context: RequestContext, request: Request, tokens: TokenStore) -> Response:
    """`/tt_user/token_info/get/`: whose token it is, and its scopes."""
    body = _read_body(request)
    app_id = _text(body, "app_id")
    if app_id != CLIENT_ID:
        raise error(UNKNOWN_APP, "app_id is not the id of an app.")
    grant = tokens.use(_text(body, "access_token"), context.at)
    return Response(200, {"app_id": app_id, "creator_id": grant.open_id, "scope": ",".join(grant.scopes)})


def _read_body(request: Request) -> Body:
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        raise invalid("The body is not JSON.") from None
    if not isinstance(body, dict):
        raise invalid("The body must be a JSON object.")
    return body


def _text(body: Body, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise invalid(f"{name}: Missing data for required field.")
    return value


def _check_app(body: Body) -> None:
    if (_text(body, "client_id"), _text(body, "client_secret")) != (CLIENT_ID, CLIENT_SECRET):
        raise error(UNKNOWN_APP, "client_id or client_secret is incorrect.")


def _check_grant_type(body: Body, expected: str) -> None:
    if _text(body, "grant_type") != expected:
        raise invalid(f"grant_type: Must be {expected}.")


def _respond(pair: TokenPair, at: datetime) -> Response:
    grant = pair.grant
    return Response(
        200,
        {
            "access_token": pair.access_token,
            "expires_in": ACCESS_TOKEN_S,
            "open_id": grant.open_id,
            "refresh_token": pair.refresh_token,
            "refresh_token_expires_in": int((grant.refresh_until - at).total_seconds()),
            "scope": ",".join(grant.scopes),
            "token_type": "Bearer",
        },
    )
