"""Credentials are asked for each request; a refused token is renewed once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from dwell.errors import KeyRefusedError
from dwell.http import FixedCredentials, HttpTransport
from dwell.live.budget import Budget
from dwell.live.client import ApiClient
from dwell.live.request_context import RequestContext, ResponseSummary
from dwell.providers.base import Subject
from dwell.providers.tikliveapi.client import TikLiveAPI
from dwell.state import open_database
from dwell.state.owner import Owner
from dwell.state.rate_limiter import RateLimiter

OLD, NEW = "old-token-0a1b2c3d4e5f", "new-token-5f4e3d2c1b0a"
PROFILE = {"code": 0, "data": {"user": {"id": "6812345678901234567", "uniqueId": "ann", "signature": NEW}}}


class Tokens:
    """Credentials whose token can be renewed a number of times."""

    fingerprint = "connection"

    def __init__(self, *later: str) -> None:
        self.token, self.later, self.refused = OLD, list(later), []

    def headers(self) -> Mapping[str, str]:
        return {"x-api-key": self.token}

    def renew(self, refused: Mapping[str, str]) -> bool:
        self.refused.append(refused["x-api-key"])
        self.token = self.later.pop(0) if self.later else self.token
        return self.token != refused["x-api-key"]


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    """A provider that takes the new token only, and remembers those that it saw."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            token = self.headers["x-api-key"]
            self.server.tokens.append(token)
            body = json.dumps(PROFILE if token == NEW else {"message": "Invalid API key"}).encode()
            self.send_response(200 if token == NEW else 401)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    running: Any = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.tokens = []
    Thread(target=running.serve_forever, daemon=True).start()
    yield running
    running.shutdown()
    running.server_close()


def ask(server: Any, credentials: Any, folder: Path) -> Mapping[str, Any]:
    provider = TikLiveAPI()
    (folder / "data").mkdir()
    database = open_database(folder / "data")
    transport = HttpTransport(f"http://127.0.0.1:{server.server_port}", {})
    client = ApiClient(
        provider, transport, credentials, database, RateLimiter(database, "tikliveapi/connection", 0, None), 0
    )
    context = RequestContext(Owner("sweep", "1"), 0, "sweep", "ann", "profile")
    try:
        request = provider.lookup("profile", Subject("ann"))
        return client.fetch(request, context, Budget(None), lambda _: ResponseSummary(1)).payload
    finally:
        transport.close()
        database.close()


def test_a_refused_token_is_renewed_and_the_request_sent_again(server: Any, tmp_path: Path) -> None:
    tokens = Tokens(NEW)
    payload = ask(server, tokens, tmp_path)
    assert payload["user"]["uniqueId"] == "ann"
    assert payload["user"]["signature"] == "…"  # a token that came later is hidden as well
    assert (server.tokens, tokens.refused) == ([OLD, NEW], [OLD])


def test_a_second_refusal_ends_it(server: Any, tmp_path: Path) -> None:
    tokens = Tokens("another-token-77777777", NEW)
    with pytest.raises(KeyRefusedError):
        ask(server, tokens, tmp_path)
    assert server.tokens == [OLD, "another-token-77777777"]


def test_a_fixed_key_is_refused_at_once(server: Any, tmp_path: Path) -> None:
    with pytest.raises(KeyRefusedError) as refused:
        ask(server, FixedCredentials("0a1b", {"x-api-key": OLD}), tmp_path)
    assert server.tokens == [OLD]
    assert OLD not in str(refused.value)
