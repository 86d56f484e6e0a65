"""`POST /mcp`, where assistants ask: only with a key of this machine, as the answers are about all of its data."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from dwell.api.middleware import MCP
from dwell.api.request_state import header, state_of
from dwell.api.responses import send_problem
from dwell.errors import PermissionDeniedError
from dwell.state.accounts import LOCAL_ACCOUNT
from dwell.tracking.problems import describe


class Assistants(Protocol):
    """What answers assistants: an ASGI app that runs beside the server."""

    def running(self) -> AbstractAsyncContextManager[None]:
        """Answer requests until the block ends."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves a request."""


class _OwnKeysOnly:
    """Lets requests through that have a key of this machine, and that no page of another origin sends.

    Args:
        app: The next one.
        origins: Web pages whose scripts may ask.
    """

    def __init__(self, app: Assistants, origins: Collection[str]) -> None:
        self.app = app
        self.origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves a request."""
        caller, origin = state_of(scope).caller, header(scope["headers"], b"origin")
        refusal = None
        if caller is None or caller.account_id != LOCAL_ACCOUNT:
            refusal = (
                f"{MCP} answers about all data of the folder, so it takes only keys of the account of this machine:"
                f" make one with dwell keys create --account {LOCAL_ACCOUNT} --scope read."
            )
        elif origin is not None and origin not in self.origins and "*" not in self.origins:
            refusal = "Scripts of that web page may not ask: name it with dwell serve --cors."
        if refusal is not None:
            await send_problem(scope, receive, send, describe(PermissionDeniedError(refusal)))
            return
        await self.app(scope, receive, send)


def mcp_route(assistants: Assistants, origins: Collection[str]) -> Route:
    """The route.

    Args:
        assistants: What answers.
        origins: Web pages whose scripts may ask.
    """
    return Route(MCP, _OwnKeysOnly(assistants, origins), methods=["POST"], include_in_schema=False)
