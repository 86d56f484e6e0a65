"""A server on this machine for one redirect, as the simulation's consent page allows; TikTok's own does not."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from dwell.connections.result_page import HEADERS, complete_page, render_page
from dwell.errors import KeyRefusedError, NoDataError, SettingsError
from dwell.providers.tiktok_organic.api import CONNECT_COMMAND
from dwell.providers.tiktok_organic.redirects import VARIABLE, read_query
from dwell.state.connections import StoredConnection

PATH = "/oauth/tiktok/"
_ROUND_S = 0.5
_REQUEST_S = 2.0
"""Browsers open connections on which they send nothing."""

Complete = Callable[[Mapping[str, str]], StoredConnection]


class RedirectListener:
    """Waits on the loopback interface for an owner who comes back from the consent page.

    Args:
        redirect: The address to listen at; a free port of 127.0.0.1 if None.

    Attributes:
        redirect: The address.

    Raises:
        SettingsError: The port is in use, or may not be used.
    """

    def __init__(self, redirect: str | None = None) -> None:
        parts = urlsplit(redirect or "")
        host = parts.hostname or "127.0.0.1"
        self._path = parts.path or PATH
        self._made: StoredConnection | None = None
        self._denied: KeyRefusedError | None = None
        self._complete: Complete | None = None
        self._one_at_a_time = threading.Lock()
        try:
            self._server = _make_server(host, parts.port or (80 if redirect else 0), self)
        except OSError as error:
            raise SettingsError(
                f"dwell cannot listen at {redirect or host} ({error.strerror}): choose another port in {VARIABLE}."
            ) from error
        self.redirect = redirect or f"http://127.0.0.1:{self._server.server_port}{PATH}"

    def wait(self, complete: Complete, seconds: float) -> StoredConnection:
        """Waits for the owner.

        Args:
            complete: Makes the connection from the values of the address.
            seconds: How long to wait at most.

        Raises:
            KeyRefusedError: The owner denied the consent.
            NoDataError: Nobody came in time.
        """
        self._complete = complete
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self._server.handle_request()
            if self._denied is not None:
                raise self._denied
            if self._made is not None:
                return self._made
        raise NoDataError(f"Nobody came back from the consent page in time: run {CONNECT_COMMAND} again.")

    def close(self) -> None:
        """Stops listening, once every page is sent."""
        self._server.server_close()

    def answer(self, target: str) -> tuple[int, bytes]:
        """Status and page for a request; other requests than the redirect change nothing."""
        path, _, query = target.partition("?")
        if path != self._path or not query or self._complete is None:
            return 404, render_page("Not found", "There is nothing at this address.")
        return complete_page(lambda: self._make(read_query(query)))

    def _make(self, query: Mapping[str, str]) -> StoredConnection:
        assert self._complete is not None, "nobody is answered before"
        with self._one_at_a_time:
            try:
                self._made = self._complete(query)
            except KeyRefusedError as error:
                self._denied = error
                raise
            return self._made


def _make_server(host: str, port: int, listener: RedirectListener) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        timeout = _REQUEST_S

        def do_GET(self) -> None:
            status, page = listener.answer(self.path)
            self.send_response(status)
            for name, value in HEADERS.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_: Any) -> None:
            """Logs nothing: the address has a code."""

    class Server(ThreadingHTTPServer):
        daemon_threads = False
        address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        timeout = _ROUND_S

        def handle_error(self, *_: Any) -> None:
            """Prints nothing: whoever broke the connection tries again."""

    return Server((host, port), Handler)
