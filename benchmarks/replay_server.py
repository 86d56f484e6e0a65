"""Serves recorded responses from memory, so that a benchmark of a client does not wait for its server.

python benchmarks/replay_server.py RECORDING      (as `record` writes it; prints the address)
"""

from __future__ import annotations

import asyncio
import pickle
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit
from urllib.request import Request, urlopen


def normalize(path: str) -> str:
    """A path with its query in alphabetical order."""
    parts = urlsplit(path)
    return f"{parts.path}?{urlencode(sorted(parse_qsl(parts.query)))}"


def record(base: str, paths: Sequence[str], into: Path, *, key: str) -> int:
    """Request each path once and keep the responses, with those of the next pages.

    Args:
        base: The provider's address.
        paths: Paths with queries; a listing is followed to its end.
        into: The file to write.
        key: The key to send.

    Returns:
        The number of responses.
    """
    import json

    pages: dict[str, bytes] = {}
    waiting = list(paths)
    while waiting:
        path = waiting.pop()
        with urlopen(Request(f"{base}{path}", headers={"x-api-key": key})) as response:
            body = pages[normalize(path)] = response.read()
        decoded = json.loads(body)
        if "cursor=" in path and decoded.get("hasMore"):
            parts = urlsplit(path)
            query = dict(parse_qsl(parts.query)) | {"cursor": str(decoded["cursor"])}
            waiting.append(f"{parts.path}?{urlencode(query)}")
    into.write_bytes(pickle.dumps(pages))
    return len(pages)


class _Connection(asyncio.Protocol):
    def __init__(self, responses: dict[str, bytes]) -> None:
        self._responses = responses
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, _, self._received = self._received.partition(b"\r\n\r\n")
            path = normalize(head.split(b" ", 2)[1].decode())
            response = self._responses.get(path)
            if response is None:
                sys.stderr.write(f"not recorded: {path}\n")
                response = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"
            self._transport.write(response)


async def _serve(recording: Path) -> None:
    head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n"
    pages = pickle.loads(recording.read_bytes())
    responses = {path: head.format(len(body)).encode() + body for path, body in pages.items()}
    server = await asyncio.get_running_loop().create_server(lambda: _Connection(responses), "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


@contextmanager
def replaying(recording: Path) -> Iterator[str]:
    """The address of a server of a recording, in a process of its own; ends with the block."""
    process = subprocess.Popen([sys.executable, __file__, str(recording)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(10)


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1])))
