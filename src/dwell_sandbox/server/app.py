"""The sandbox as an ASGI app: one path prefix for each protocol, and the admin routes."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dwell_sandbox.server.admin import admin_routes
from dwell_sandbox.server.protocol import Protocol, Request
from dwell_sandbox.server.sandbox import SIMULATED, SIMULATED_AT, Sandbox, WireResponse


def create_app(sandbox: Sandbox) -> ASGIApp:
    """The ASGI app of a sandbox.

    Requests to a protocol go straight to it; Starlette handles the others. Every response states that it is simulated.
    """
    admin = Starlette(routes=admin_routes(sandbox))
    admin.router.redirect_slashes = False

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        found = sandbox.find_protocol(scope["path"])
        if found is None:
            await admin(scope, receive, _with_headers(sandbox, send))
        else:
            await _serve_protocol(sandbox, *found, scope, receive, send)

    return serve


async def _serve_protocol(
    sandbox: Sandbox, protocol: Protocol, path: str, scope: Scope, receive: Receive, send: Send
) -> None:
    request = Request(
        method=scope["method"],
        path=path,
        query=dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)),
        body=await _read_body(receive),
        headers={name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
    )
    response = sandbox.handle(protocol, request)
    if response.delay_s:
        await asyncio.sleep(response.delay_s)
    await _send(response, send)


async def _send(response: WireResponse, send: Send) -> None:
    headers = [(name.encode(), value.encode("latin-1")) for name, value in response.headers.items()]
    headers.append((b"content-length", str(len(response.body)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    if response.cut_at is None:
        await send({"type": "http.response.body", "body": response.body})
    else:  # the server closes the connection when an app returns before it has sent the announced length
        await send({"type": "http.response.body", "body": response.body[: response.cut_at], "more_body": True})


async def _read_body(receive: Receive) -> bytes:
    parts = []
    more = True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


def _with_headers(sandbox: Sandbox, send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers[SIMULATED_AT] = sandbox.clock.now().isoformat()
            headers[SIMULATED] = f"seed={sandbox.world.seed}"
        await send(message)

    return send_with_headers
