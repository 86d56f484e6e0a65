"""Serves assistants over HTTP: one ASGI app for `POST /mcp`, without sessions, each answer one JSON document."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from mcp.server.lowlevel.server import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.types import Receive, Scope, Send


class HttpEndpoint:
    """An ASGI app; who may call it, and how often, is for the server around it to decide.

    Nothing is kept between two requests, so that any process may answer the next one. Of headers it checks none: a web
    page that reaches this machine by another name has no key.

    Args:
        server: What answers.
    """

    def __init__(self, server: Server[Any]) -> None:
        self._server = server
        self._sessions: StreamableHTTPSessionManager | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Answer requests until the block ends."""
        self._sessions = StreamableHTTPSessionManager(self._server, json_response=True, stateless=True)
        async with self._sessions.run():
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves a request."""
        if self._sessions is None:
            raise RuntimeError("the endpoint is not running")
        await self._sessions.handle_request(scope, receive, send)
