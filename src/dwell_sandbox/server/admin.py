"""Routes that no real API has: what the sandbox is, which requests it logged, which faults come next; short links."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from dwell.errors import SettingsError
from dwell_sandbox.server.faults import ScriptedFault
from dwell_sandbox.server.help_text import help_lines
from dwell_sandbox.server.ids import parse_short_code
from dwell_sandbox.server.provider_view import NotVisibleError, ProviderView
from dwell_sandbox.server.request_log import MAX_LOGGED
from dwell_sandbox.server.sandbox import Sandbox


def admin_routes(sandbox: Sandbox) -> list[Route]:
    """The routes beside those of the protocols."""
    view = ProviderView(sandbox.world, sandbox.options.region)

    async def start(request: Request) -> Response:
        lines = help_lines(sandbox, str(request.base_url).rstrip("/"))
        return PlainTextResponse("\n".join(lines) + "\n")

    async def calls(request: Request) -> Response:
        return _list_calls(sandbox, request)

    async def credit(_: Request) -> Response:
        return JSONResponse(sandbox.balances())

    async def script(request: Request) -> Response:
        try:
            lines = _parse_script(await request.json())
        except (ValueError, SettingsError) as error:
            return _bad_request(str(error))
        sandbox.script.set(lines)
        return JSONResponse({"left": sandbox.script.remaining})

    async def reset(_: Request) -> Response:
        sandbox.reset()
        return JSONResponse({"count": 0})

    async def short(request: Request) -> Response:
        return RedirectResponse(_long_link(sandbox, view, request.path_params["code"]), status_code=301)

    return [
        Route("/", start),
        Route("/sandbox/calls", calls),
        Route("/sandbox/credits", credit),
        Route("/sandbox/script", script, methods=["POST"]),
        Route("/sandbox/reset", reset, methods=["POST"]),
        Route("/{code:str}", short),
        Route("/t/{code:str}", short),
    ]


def _list_calls(sandbox: Sandbox, request: Request) -> Response:
    since = request.query_params.get("since", "0")
    most = request.query_params.get("most", str(MAX_LOGGED))
    if not (since.isdecimal() and most.isdecimal()):
        return _bad_request("since and most must be whole numbers.")
    return JSONResponse(sandbox.request_log.to_json(int(since), int(most)))


def _parse_script(body: Any) -> list[ScriptedFault]:
    listed = body.get("faults") if isinstance(body, dict) else body
    if not isinstance(listed, list):
        raise SettingsError('A script is a list of faults, such as [{"fault": "status_500", "times": 2}].')
    return [ScriptedFault.parse(line) for line in listed]


def _long_link(sandbox: Sandbox, view: ProviderView, code: str) -> str:
    """The target of a short link: its post, or TikTok's front page if the post is not visible."""
    try:
        account, post = view.post(parse_short_code(code) or "", sandbox.clock.now())
    except NotVisibleError:
        return "https://www.tiktok.com/"
    return f"https://www.tiktok.com/@{account.handle}/{post.media_type}/{post.post_id}?_r=1&_t={code}"


def _bad_request(message: str) -> Response:
    return JSONResponse({"error": message}, status_code=400)
