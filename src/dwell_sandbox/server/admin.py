"""Routes that are no part of any real API: what the sandbox is, what it counted, and which faults come next."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from dwell.errors import SettingsError
from dwell_sandbox.server.calls import MOST
from dwell_sandbox.server.faults import Scripted
from dwell_sandbox.server.ids import post_of
from dwell_sandbox.server.sandbox import Sandbox
from dwell_sandbox.server.view import Gone, View
from dwell_sandbox.server.words import how_to_use


def routes(sandbox: Sandbox) -> list[Route]:
    """The routes beside those of the protocols."""
    view = View(sandbox.world, sandbox.options.region)

    async def start(request: Request) -> Response:
        return PlainTextResponse("\n".join(how_to_use(sandbox, str(request.base_url).rstrip("/"))) + "\n")

    async def calls(request: Request) -> Response:
        since, most = (request.query_params.get(name, usual) for name, usual in (("since", "0"), ("most", str(MOST))))
        if not (since.isdecimal() and most.isdecimal()):
            return _wrong("since and most are numbers.")
        return JSONResponse(sandbox.calls.as_json(int(since), int(most)))

    async def credit(_: Request) -> Response:
        return JSONResponse(sandbox.balances())

    async def script(request: Request) -> Response:
        try:
            lines = _lines(await request.json())
        except (ValueError, SettingsError) as error:
            return _wrong(str(error))
        sandbox.script.set(lines)
        return JSONResponse({"left": sandbox.script.left})

    async def reset(_: Request) -> Response:
        sandbox.reset()
        return JSONResponse({"count": 0})

    async def short(request: Request) -> Response:
        return RedirectResponse(_long(sandbox, view, request.path_params["code"]), status_code=301)

    return [
        Route("/", start),
        Route("/sandbox/calls", calls),
        Route("/sandbox/credits", credit),
        Route("/sandbox/script", script, methods=["POST"]),
        Route("/sandbox/reset", reset, methods=["POST"]),
        Route("/{code:str}", short),
        Route("/t/{code:str}", short),
    ]


def _lines(body: Any) -> list[Scripted]:
    listed = body.get("faults") if isinstance(body, dict) else body
    if not isinstance(listed, list):
        raise SettingsError('A script is a list of faults, such as [{"fault": "status_500", "times": 2}].')
    return [Scripted.read(line) for line in listed]


def _long(sandbox: Sandbox, view: View, code: str) -> str:
    """Where a short link leads: to its post, or to the front page where there is none to see."""
    try:
        account, post = view.post(post_of(code) or "", sandbox.time.now())
    except Gone:
        return "https://www.tiktok.com/"
    return f"https://www.tiktok.com/@{account.handle}/{post.media_type}/{post.post_id}?_r=1&_t={code}"


def _wrong(message: str) -> Response:
    return JSONResponse({"error": message}, status_code=400)
