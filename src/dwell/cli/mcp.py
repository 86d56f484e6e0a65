"""`dwell mcp`: the questions of dwell as tools of an assistant, through the Model Context Protocol."""

from __future__ import annotations

import importlib.util
import sys
from typing import Annotated

import typer

from dwell.cli.options import Data
from dwell.cli.terminal import say
from dwell.errors import MissingExtraError

AllowCredits = Annotated[
    int | None,
    typer.Option(
        "--allow-credits",
        min=1,
        help="Let assistants read live accounts for at most this many credits in all; without it they cannot.",
        metavar="N",
    ),
]


def mcp(*, allow_credits: AllowCredits = None, data: Data = None) -> None:
    """Answer an assistant (Model Context Protocol) through stdin and stdout.

    You do not run this yourself: an assistant such as Claude Desktop or VS Code starts it. Its tools are
    the questions of dwell, and change nothing. Needs pip install 'dwell[mcp]'. Over HTTP: dwell serve --mcp.

    \b
    Example:
      dwell mcp --data ~/dwell-data
      dwell mcp --allow-credits 50
    """
    require_extra("dwell mcp")
    from dwell.mcp.folder import Folder
    from dwell.mcp.server import make_server
    from dwell.mcp.stdio import serve_stdio

    if sys.stdin is not None and sys.stdin.isatty():
        say("Waiting for an assistant: it starts this command and talks to it here. Press Ctrl-C to end.", err=True)
    folder = Folder(data, allow_credits=allow_credits)
    try:
        serve_stdio(make_server(folder))
    finally:
        folder.close()


def require_extra(command: str) -> None:
    """Make sure that the SDK is installed, without loading it.

    Args:
        command: What needs it.

    Raises:
        MissingExtraError: It is not.
    """
    if importlib.util.find_spec("mcp") is None:
        raise MissingExtraError(f"{command} needs the Model Context Protocol SDK: pip install 'dwell[mcp]'.")
