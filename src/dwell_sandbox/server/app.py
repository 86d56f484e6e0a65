"""The sandbox as an ASGI app: a prefix a protocol, routes behind the scenes, a page that says what it is."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dwell_sandbox.server.admin import routes
from dwell_sandbox.server.protocol import Asked, Spoken
from dwell_sandbox.server.sandbox import SIMULATED, SIMULATED_AT, Sandbox, Sent


def app(sandbox: Sandbox) -> ASGIApp:
    """The app of a sandbox.

    Requests to a protocol go straight to it; everything else is Starlette's. Every answer states that it is simulated.
    """
    others = Starlette(routes=routes(sandbox))
    others.router.redirect_slashes = False

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        first, _, rest = scope["path"].removeprefix("/").partition("/")
        spoken = sandbox.protocols.get(first)
        if spoken is None:
            await others(scope, receive, _stamped(sandbox, send))
        else:
            await _speak(sandbox, spoken, f"/{rest}", scope, receive, send)

    return serve


async def _speak(sandbox: Sandbox, spoken: Spoken, path: str, scope: Scope, receive: Receive, send: Send) -> None:
    asked = Asked(
        method=scope["method"],
        path=path,
        query=dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)),
        body=await _body(receive),
        headers={name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
    )
    sent = sandbox.answer(spoken, asked)
    if sent.slow_s:
        await asyncio.sleep(sent.slow_s)
    await _send(sent, send)


async def _send(sent: Sent, send: Send) -> None:
    headers = [(name.encode(), value.encode("latin-1")) for name, value in sent.headers.items()]
    headers.append((b"content-length", str(len(sent.body)).encode()))
    await send({"type": "http.response.start", "status": sent.status, "headers": headers})
    if sent.cut_at is None:
        await send({"type": "http.response.body", "body": sent.body})
    else:  # the server breaks the connection off when an app ends without having sent all that it had announced
        await send({"type": "http.response.body", "body": sent.body[: sent.cut_at], "more_body": True})


async def _body(receive: Receive) -> bytes:
    parts = []
    more = True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


def _stamped(sandbox: Sandbox, send: Send) -> Send:
    async def stamped(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers[SIMULATED_AT] = sandbox.time.now().isoformat()
            headers[SIMULATED] = f"seed={sandbox.world.seed}"
        await send(message)

    return stamped
