"""The headers of requests about a connected account: its access token, refreshed before it ends."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta

from dwell import clock, logs
from dwell.connections.app import read_base_url
from dwell.connections.refresh import refresh, require_connected
from dwell.connections.vault import TokenVault
from dwell.errors import KeyRefusedError, NoDataError, ProviderError, SettingsError
from dwell.providers.tiktok_organic.api import CONNECT_COMMAND, NAME, TOKEN_HEADER
from dwell.settings import Settings
from dwell.state import StateDatabase, connections
from dwell.state.connections import StoredConnection

REFRESH_SHARE = 0.25
"""The access token is refreshed when this share of its life is left."""

_RETRY = timedelta(minutes=1)

log = logs.get_logger(__name__)


class ConnectionCredentials:
    """Authorises requests about one connected account; threads share it. See `dwell.http.Credentials`.

    Args:
        settings: The data folder and the app.
        database: The state.
        connection_id: The connection.

    Raises:
        KeyRefusedError: There is no such connection any more.
        SettingsError: The connection is one at another address, or the key of its tokens is missing.
    """

    def __init__(self, settings: Settings, database: StateDatabase, connection_id: str) -> None:
        self._settings = settings
        self._database = database
        self._vault = TokenVault(settings.data)
        self._lock = threading.Lock()
        self._retry_at: datetime | None = None
        self._use(require_connected(database, connection_id))
        _check_address(settings, self._row)

    @property
    def connection(self) -> StoredConnection:
        """The row, as it was when its tokens were last read."""
        return self._row

    @property
    def fingerprint(self) -> str:
        """The same for all tokens of the connection."""
        return hashlib.sha256(f"{self._row.provider}/{self._row.open_id}".encode()).hexdigest()[:8]

    def headers(self) -> Mapping[str, str]:
        """The access token, which is refreshed while a quarter of its life is left.

        Raises:
            KeyRefusedError: The tokens have ended: the account must be connected again.
            TemporaryError: The access token has ended, and TikTok does not answer.
            SettingsError: The app or the key of the tokens is missing.
        """
        with self._lock:
            if self._is_due(self._row):
                # Another process may have been faster.
                self._use(require_connected(self._database, self._row.connection_id))
            if self._is_due(self._row):
                self._refresh_in_time()
            return {TOKEN_HEADER: self._token}

    def renew(self, refused: Mapping[str, str]) -> bool:
        """Replaces a token that TikTok refused: by one that is stored already, else by a new one.

        Raises:
            TemporaryError: TikTok does not answer.
            SettingsError: The app or the key of the tokens is missing.
        """
        with self._lock:
            try:
                self._use(require_connected(self._database, self._row.connection_id))
                if self._token != refused.get(TOKEN_HEADER):
                    return True
                self._use(refresh(self._settings, self._database, self._row.connection_id, self._row.version))
            except KeyRefusedError:
                # Both tokens are refused: nobody needs to try this one again.
                connections.end_access(self._database, self._row.connection_id, self._row.version, self._database.now())
                return False
            return True

    def _is_due(self, row: StoredConnection) -> bool:
        return row.access_expires_at - self._database.now() <= timedelta(seconds=row.access_life_s * REFRESH_SHARE)

    def _refresh_in_time(self) -> None:
        """Refreshes; a failure is an error only when the access token has ended, too."""
        row, now = self._row, self._database.now()
        has_ended = row.access_expires_at + clock.TOLERANCE <= now
        if not has_ended and (row.refresh_refused or (self._retry_at is not None and now < self._retry_at)):
            return
        try:
            self._use(refresh(self._settings, self._database, row.connection_id, row.version))
            self._retry_at = None
        except (ProviderError, SettingsError):
            if has_ended:
                raise
            self._retry_at = now + _RETRY

    def _use(self, row: StoredConnection) -> None:
        self._token = self._vault.decrypt(row).access_token
        self._row = row


def open_credentials(settings: Settings, database: StateDatabase, account: str) -> ConnectionCredentials:
    """The credentials of a connected account.

    Args:
        settings: The data folder and the app.
        database: The state.
        account: Its handle, with or without `@`, its open_id or the id of the connection.

    Raises:
        NoDataError: No such account is connected.
        KeyRefusedError: It was disconnected.
        SettingsError: The key of its tokens is missing, or the connection is one at another address.
    """
    return ConnectionCredentials(settings, database, find_connection(database, account).connection_id)


def find_connection(database: StateDatabase, account: str) -> StoredConnection:
    """A connected account by its handle, its open_id, or the id of the connection.

    Raises:
        NoDataError: No such account is connected.
    """
    wanted = account.strip()
    handle = wanted.removeprefix("@").lower()
    rows = connections.list_all(database, NAME)
    live = [row for row in rows if row.disconnected_at is None]
    exact = [row for row in live if wanted in {row.open_id, row.connection_id}]
    found = exact or [row for row in live if row.username is not None and row.username.lower() == handle]
    if len(found) > 1:
        # A handle can pass from one account to another.
        ids = ", ".join(row.open_id for row in found)
        raise NoDataError(f"Several connected accounts have the handle @{handle}: name one by its open_id ({ids}).")
    if not found:
        names = ", ".join(row.name for row in live[:10]) or "none"
        raise NoDataError(f"{wanted[:60]!r} is not connected (connected: {names}): run {CONNECT_COMMAND}.")
    return found[0]


def _check_address(settings: Settings, row: StoredConnection) -> None:
    """A token is sent to nobody but the one who gave it."""
    base_url = read_base_url(settings)
    if base_url != row.base_url:
        raise SettingsError(
            f"{row.name} was connected at {row.base_url}, and DWELL_TIKTOK_ORGANIC_URL is {base_url}: set it to the "
            f"first, or run {CONNECT_COMMAND}."
        )
