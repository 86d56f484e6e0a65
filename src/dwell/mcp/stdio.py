"""Serves an assistant on this machine, which starts the process and talks to it through stdin and stdout."""

from __future__ import annotations

import json
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
from mcp.types import INVALID_REQUEST, PARSE_ERROR, jsonrpc_message_adapter

from dwell.errors import OutputError

_IN, _OUT, _ERR = 0, 1, 2
_ESCAPE = re.compile(
    r"\\(?:\\|u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2}))"
)
"""In JSON: an escaped backslash, both halves of a surrogate pair, or one half alone."""
_ID = re.compile(r'"id"\s*:\s*([0-9]{1,18}|"(?:[^"\\]|\\.)*")')
"""The id of a message that is nested too deeply to be read."""


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


def find_refusal(line: str) -> dict[str, Any] | None:
    """The answer to a line that is no message of JSON-RPC 2.0, or None: the SDK would never answer it.

    Args:
        line: As `replace_halves` gives it.
    """
    try:
        jsonrpc_message_adapter.validate_json(line, by_name=False)
    except ValueError:
        pass
    else:
        return None
    try:
        document = json.loads(line)
    except RecursionError:
        found = _ID.search(line)
        document = {"id": json.loads(found[1]) if found else None}
    except ValueError:
        return _refuse(None, PARSE_ERROR, "The line is no JSON.")
    given = document.get("id") if isinstance(document, dict) else None
    known = given if isinstance(given, (int, str)) and not isinstance(given, bool) else None
    return _refuse(known, INVALID_REQUEST, "The message is none of JSON-RPC 2.0, or is nested too deeply.")


def _refuse(message_id: int | str | None, code: int, text: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": message_id, "error": {"code": code, "message": text}}


class _Messages(anyio.AsyncFile[str]):
    """The lines from the assistant that are messages; the others are answered."""

    def __init__(self, file: TextIO, answers: _Answers) -> None:
        super().__init__(file)
        self._answers = answers

    async def readline(self) -> str:
        while True:
            line = replace_halves(await super().readline())
            if not line:
                return line
            if line.isspace():
                continue
            refusal = find_refusal(line)
            if refusal is None:
                return line
            await self._answers.write(f"{json.dumps(refusal)}\n")
            await self._answers.flush()


class _Answers(anyio.AsyncFile[str]):
    """The lines to the assistant: each is written whole, by whichever task."""

    def __init__(self, file: TextIO) -> None:
        super().__init__(file)
        self._lock = anyio.Lock()

    async def write(self, text: str) -> int:
        async with self._lock:
            return await super().write(text)

    async def flush(self) -> None:
        async with self._lock:
            await super().flush()


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
    answers = _Answers(outgoing)
    streams = stdio_server(_Messages(incoming, answers), answers)
    async with streams as (received, sent):
        await server.run(received, sent, server.create_initialization_options())
