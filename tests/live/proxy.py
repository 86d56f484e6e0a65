"""A server between dwell and the sandbox that changes responses, to send what no sandbox would send."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import HTTPError
from urllib.request import Request, urlopen


@dataclass
class Reply:
    """What the sandbox answered; a test changes it."""

    path: str
    status: int
    body: bytes
    key: str
    headers: dict[str, str] = field(default_factory=dict)


@contextmanager
def altered(target: str, change: Callable[[Reply], None]) -> Iterator[str]:
    """The address of a server that forwards to `target` and changes every reply."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            headers = {name: value for name, value in self.headers.items() if name.lower() not in {"host"}}
            headers |= {"accept-encoding": "identity", "x-api-key": "sandbox-key"}
            try:
                response = urlopen(Request(target + self.path, headers=headers))
            except HTTPError as error:
                response = error
            with response:
                kept = {name: value for name, value in response.headers.items() if name.lower().startswith("x-")}
                reply = Reply(self.path, response.status, response.read(), self.headers.get("x-api-key", ""), kept)
            change(reply)
            self.send_response(reply.status)
            for name, value in {**reply.headers, "Content-Length": str(len(reply.body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
