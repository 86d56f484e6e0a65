"""The API clients of a connected account: each endpoint has a limit of its own, and all share the app's."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from dwell.connections.credentials import ConnectionCredentials
from dwell.http import HttpTransport
from dwell.live.client import ApiClient
from dwell.live.client_factory import read_terms
from dwell.providers.tiktok_organic.api import API_PATH, NAME
from dwell.providers.tiktok_organic.client import APP_CALLS_A_MINUTE, APP_CALLS_A_SECOND
from dwell.settings import Settings
from dwell.state import StateDatabase
from dwell.state.connections import StoredConnection
from dwell.state.rate_limiter import USED_SHARE, RateLimiter
from dwell.state.window_limiter import RateWindow, WindowLimiter

_ENDPOINTS = {
    "account": "account", "account_days": "account", "videos": "videos", "chosen_videos": "videos",
    "owner_comments": "comments", "replies": "replies", "benchmark": "benchmark",
}  # fmt: skip
"""Stream -> the endpoint that it shares a limit with."""


class AccountClients:
    """The clients of one account.

    Args:
        settings: The address and the limit.
        database: Rate limits, ledger and stored responses.
        credentials: The account's.
        transport: The connection.
        stop: Set it to end all work.
    """

    def __init__(
        self,
        settings: Settings,
        database: StateDatabase,
        credentials: ConnectionCredentials,
        transport: HttpTransport,
        stop: threading.Event,
    ) -> None:
        self._clients: dict[str, ApiClient] = {}
        self._credentials = credentials
        terms = read_terms(settings, NAME)
        app = f"{NAME}/app/{credentials.connection.app_id}"
        for endpoint in dict.fromkeys(_ENDPOINTS.values()):
            name = f"{NAME}/{credentials.fingerprint}/{endpoint}"
            limiter = RateLimiter(database, name, 0)
            if terms.limit is not None:
                calls = max(1, int(terms.limit.requests * USED_SHARE))
                limiter = WindowLimiter(
                    database,
                    name,
                    (
                        RateWindow(name, calls, terms.limit.per_s),
                        RateWindow(app, int(APP_CALLS_A_MINUTE * USED_SHARE), 60.0),
                        RateWindow(app, APP_CALLS_A_SECOND // 2, 1.0),  # a busy machine sends two seconds' in one
                    ),
                )
            self._clients[endpoint] = ApiClient(
                terms.provider, transport, credentials, database, limiter, terms.price_micros, stop=stop
            )

    @property
    def connection(self) -> StoredConnection:
        """The account."""
        return self._credentials.connection

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return sum(client.requests for client in self._clients.values())

    @property
    def paused_until(self) -> datetime | None:
        """Until when a request waits because of the limits, or because TikTok asks for it; None if none does."""
        return max((at for each in self._clients.values() if (at := each.throttle.paused_until)), default=None)

    def of(self, stream: str) -> ApiClient:
        """The client for a stream."""
        return self._clients[_ENDPOINTS[stream]]


@contextmanager
def open_clients(
    settings: Settings, database: StateDatabase, connection_id: str, stop: threading.Event
) -> Iterator[AccountClients]:
    """Opens the clients of a connection.

    Raises:
        KeyRefusedError: There is no such connection any more.
        SettingsError: The app or the key of its tokens is missing.
    """
    credentials = ConnectionCredentials(settings, database, connection_id)
    transport = HttpTransport(credentials.connection.base_url.removesuffix(API_PATH), {})
    try:
        yield AccountClients(settings, database, credentials, transport, stop)
    finally:
        transport.close()
