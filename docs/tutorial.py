"""Runs the commands of the tutorial on the sandbox and puts what they print below them; a test fails if that is stale.

A block of the page that begins with `console` holds a command after `$ ` and its output. Where the output ends with a
line `…`, only as many lines are shown as stand before it.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock
from urllib.parse import urlencode
from urllib.request import Request, urlopen

SOURCE = Path(__file__).resolve().parent / "tutorial.md"
START = datetime(2026, 6, 1, 8, tzinfo=UTC)
COLUMNS = "100"
PORT = "8787"
MORE = "…"
_BLOCK = re.compile(r"^```console\n\$ (?P<command>.*)\n(?P<output>(?:.*\n)*?)^```$", re.MULTILINE)
_CONSENT = re.compile(r"http://\S+/authorize\?\S+")
# What differs from run to run: ports, the state of a consent, and how long something took.
_VARIABLE = {
    r"127\.0\.0\.1%3A\d+": "127.0.0.1%3A41234",
    r"state=[\w-]+": "state=1a2b3c",
    r"(requests?) in \d+ s": r"\1 in 4 s",
}


def page() -> str:
    """The tutorial with the output of today's code."""
    text = SOURCE.read_text(encoding="utf-8")
    with _sandbox(text):
        return _BLOCK.sub(_fill, text)


def _fill(block: re.Match[str]) -> str:
    lines = _run(block["command"]).splitlines()
    before = block["output"].splitlines()
    if before and before[-1] == MORE:
        lines = [*lines[: len(before) - 1], MORE]
    body = "".join(f"{line.rstrip()}\n" for line in lines)
    return f"```console\n$ {block['command']}\n{body}```"


def _run(line: str) -> str:
    """What the command prints for its user, on both streams."""
    from dwell.cli.main import main

    printed = _Terminal()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        code = main(shlex.split(line)[1:])
    text = printed.getvalue()
    if code:
        raise RuntimeError(f"{line} ended with {code}:\n{text}")
    for pattern, constant in _VARIABLE.items():
        text = re.sub(pattern, constant, text)
    return re.sub(r"127\.0\.0\.1:\d+", f"127.0.0.1:{PORT}", text)


class _Terminal(io.StringIO):
    """A terminal whose user opens the address of a consent and allows it."""

    def write(self, text: str) -> int:
        written = super().write(text)
        address = _CONSENT.search(text)
        if address is not None:
            threading.Thread(target=_allow, args=[address[0]], daemon=True).start()
        return written


def _allow(address: str) -> None:
    form = urlencode({"account": "demo_kitchen", "decision": "allow"}).encode()
    with urlopen(Request(address, form), timeout=30) as response:  # follows the redirect to dwell
        response.read()


@contextlib.contextmanager
def _sandbox(text: str) -> Iterator[None]:
    """The sandbox as the page starts it, an empty folder, the page's settings, and the day on which it was written."""
    from dwell_sandbox import World
    from dwell_sandbox.exports import DEMO_SEED
    from dwell_sandbox.server.sandbox import Sandbox
    from dwell_sandbox.server.serve import serve_in_thread
    from dwell_sandbox.server.simulated_clock import SimulatedClock

    begun = time.monotonic()
    server = Sandbox(World(DEMO_SEED), SimulatedClock(START, 0.0))
    with (
        tempfile.TemporaryDirectory() as folder,
        contextlib.chdir(folder),
        serve_in_thread(server) as url,
        mock.patch.dict(os.environ, _settings(text, url.rsplit(":", 1)[1])),
        mock.patch("dwell.clock.now", lambda: START + timedelta(seconds=time.monotonic() - begun)),
    ):
        yield


def _settings(text: str, port: str) -> dict[str, str]:
    words = [word for line in re.findall(r"^export (.*)$", text, re.MULTILINE) for word in shlex.split(line)]
    return {"COLUMNS": COLUMNS} | dict(word.replace(f":{PORT}/", f":{port}/").split("=", 1) for word in words)
