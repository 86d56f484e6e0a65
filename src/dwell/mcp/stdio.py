"""Serves an assistant on this machine, which starts the process and talks to it through stdin and stdout."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TextIO

import anyio
from mcp.server.lowlevel.server import Server
from mcp.server.stdio import stdio_server

from dwell.errors import OutputError

_IN, _OUT, _ERR = 0, 1, 2
_ESCAPE = re.compile(
    r"\\(?:\\|u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2}))"
)
"""In JSON: an escaped backslash, both halves of a surrogate pair, or one half alone."""


def serve_stdio(server: Server[Any]) -> None:
    """Serve until stdin is closed, or nobody reads stdout any more.

    Meanwhile stdout carries nothing but messages: what anything else prints goes to stderr.

    Args:
        server: What answers.

    Raises:
        OutputError: stdout cannot be written.
    """
    failed: list[OSError] = []
    with _own_streams() as (incoming, outgoing):
        try:
            anyio.run(partial(_serve, server, incoming, outgoing))
        except* BrokenPipeError:
            pass  # the assistant has gone
        except* OSError as errors:
            failed += [error for error in _flatten(errors) if isinstance(error, OSError)]
    if failed:
        raise OutputError(f"The assistant cannot be answered: stdout cannot be written ({failed[0].strerror}).")


def _flatten(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _flatten(error)
        else:
            yield error


def replace_halves(line: str) -> str:
    """A line of JSON with the replacement character for half a surrogate pair, as for bytes that are no text.

    The SDK would never answer such a message.
    """
    return _ESCAPE.sub(lambda found: "\\ufffd" if found["half"] else found[0], line)


class _Messages(anyio.AsyncFile[str]):
    async def readline(self) -> str:
        return replace_halves(await super().readline())


@contextmanager
def _own_streams() -> Iterator[tuple[TextIO, TextIO]]:
    """The streams of the process for messages alone; meanwhile its stdin is empty and its stdout is stderr."""
    sys.stdout.flush()
    kept = os.dup(_IN), os.dup(_OUT)
    with Path(os.devnull).open("rb") as empty:
        os.dup2(empty.fileno(), _IN)
    os.dup2(_ERR, _OUT)
    # Not closed here: a thread may still wait for a line.
    incoming = os.fdopen(kept[0], encoding="utf-8", errors="replace", closefd=False)
    outgoing = os.fdopen(kept[1], "w", encoding="utf-8", closefd=False)
    try:
        yield incoming, outgoing
    finally:
        sys.stdout.flush()
        for copy, number in zip(kept, (_IN, _OUT), strict=True):
            os.dup2(copy, number)


async def _serve(server: Server[Any], incoming: TextIO, outgoing: TextIO) -> None:
    streams = stdio_server(_Messages(incoming), anyio.wrap_file(outgoing))
    async with streams as (received, sent):
        await server.run(received, sent, server.create_initialization_options())
