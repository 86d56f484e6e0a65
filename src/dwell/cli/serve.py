"""`dwell serve`: the API, the poller and the webhooks in one process."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

from dwell.cli import stopping
from dwell.cli.mcp import AllowCredits, require_extra
from dwell.cli.options import Data
from dwell.cli.terminal import say
from dwell.visible import mark_line

if TYPE_CHECKING:
    from dwell.api.mcp_route import Assistants
    from dwell.tracking.opening import Tracking


def serve(
    *,
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on; 0.0.0.0 for every network of this machine.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="Port to listen on; 0 for any free port.")] = 8000,
    cors: Annotated[
        list[str] | None,
        typer.Option("--cors", help="Origin of a web page whose scripts may use the API. May be repeated."),
    ] = None,
    closed_metrics: Annotated[
        bool, typer.Option("--closed-metrics", help="/metrics needs a key with the scope admin.")
    ] = False,
    mcp: Annotated[bool, typer.Option("--mcp", help="Also answer assistants at /mcp; needs dwell[mcp].")] = False,
    allow_credits: AllowCredits = None,
    data: Data = None,
) -> int:
    """Serve the tracking API, read every tracked video each hour, and send webhooks, until Ctrl-C.

    The first time, it makes an API key for this machine and prints it once. The documentation of the API is at /docs.
    At /oauth/tiktok/ it completes connections that were begun with dwell connect tiktok.

    \b
    Example:
      dwell serve
      dwell serve --host 0.0.0.0 --port 80
    """
    from dwell.api.app import create_app
    from dwell.api.server import serve as serve_app
    from dwell.tracking.opening import open_tracking
    from dwell.tracking.request_limiter import RequestLimiter

    if allow_credits is not None and not mcp:
        raise typer.BadParameter("it is for assistants: add --mcp.", param_hint="--allow-credits")
    if mcp:
        require_extra("dwell serve --mcp")
    with open_tracking(data) as tracking:

        def ready(url: str) -> None:
            say(f"The API is at {url}/api/v1, its documentation at {url}/docs.")
            if mcp:
                say(f"Assistants ask at {url}/mcp, with a key of this machine.")
            # Only now: a server that could not begin would have made a key that nobody has seen.
            first = tracking.service.keys.create_first()
            if first is not None:
                say(f"Key of this machine (it is not shown again):\n  export DWELL_SERVER_KEY={first.key}")
            say(f"Videos are read from {mark_line(tracking.service.provider)}. Press Ctrl-C to stop.")

        limiter = RequestLimiter(tracking.database)
        app = create_app(
            tracking.service,
            limiter,
            ready=limiter.check,
            cors_origins=cors or (),
            open_metrics=not closed_metrics,
            complete_connection=tracking.complete_connection,
            assistants=make_assistants(tracking, allow_credits) if mcp else None,
        )
        with tracking.working():
            stopping.note(serve_app(app, host, port, ready=ready))
    return 0


def make_assistants(tracking: Tracking, allow_credits: int | None) -> Assistants:
    """What answers assistants: the tools of `dwell mcp`, with the videos of the account of this machine.

    Args:
        tracking: The server's tracking service.
        allow_credits: The credits that assistants may spend; None for none.
    """
    from dwell.mcp.folder import Folder
    from dwell.mcp.http import HttpEndpoint
    from dwell.mcp.server import make_server
    from dwell.tracking.folder import FolderTracking

    def open_videos() -> nullcontext[FolderTracking]:
        return nullcontext(FolderTracking(tracking.service))

    folder = Folder(tracking.settings.data, open_videos=open_videos, allow_credits=allow_credits)
    return HttpEndpoint(make_server(folder))
