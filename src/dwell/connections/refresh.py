"""New tokens for a connection, asked for by one thread of one process at a time, and never lost once they arrived.

    1  a lease, which all processes see; whoever waited for it finds the new tokens
    2  a note that the refresh is sent
    3  the request
    4  the raw answer is stored, encrypted
    5  the answer is read, and its tokens take the place of the old ones

Killed before 4, the old refresh token is tried again: TikTok accepts it until the new access token is used, and that is
used only after 5. Killed after 4, the stored answer is read. A provider that ends the old refresh token at once can
lose a connection only between 3 and 4; the access token is used to its end then.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from dwell import logs
from dwell.connections import listing
from dwell.connections.app import read_app, send
from dwell.connections.vault import RawAnswer, TokenVault
from dwell.errors import (
    DamagedAnswerError,
    DwellError,
    KeyRefusedError,
    ProviderError,
    RateLimitedError,
    SettingsError,
    TemporaryError,
)
from dwell.http import HttpResponse
from dwell.providers.tiktok_organic.api import CONNECT_COMMAND, TITLE, read_data
from dwell.providers.tiktok_organic.oauth import TokenAnswer, read_tokens, refresh_request
from dwell.redact import redact_secrets
from dwell.settings import Settings
from dwell.state import connections, job_leases, leases
from dwell.state.connections import StoredConnection

if TYPE_CHECKING:
    from dwell.state import StateDatabase

LEASE_S = 60.0
"""Longer than a request may take."""

_ATTEMPTS = 3
_FIRST_WAIT_S = 0.5
_POLL_S, _MAX_POLL_S = 0.02, 0.5

log = logs.get_logger(__name__)


def refresh(settings: Settings, database: StateDatabase, connection_id: str, version: int) -> StoredConnection:
    """The connection with tokens that are newer than a version; asks for them unless another process did.

    Args:
        settings: The data folder and the app.
        database: The state.
        connection_id: The connection.
        version: The version of the tokens that are too old or were refused.

    Raises:
        KeyRefusedError: The provider refuses the refresh token, or the account was disconnected: a new consent is
            needed. The problem is stored.
        TemporaryError: There was no answer; the old tokens are as they were.
        ProviderError: The provider refuses the app.
        SettingsError: The app or the key of the tokens is missing.
    """
    vault = TokenVault(settings.data)
    with _alone(database, connection_id, version) as row:
        if row.version != version:
            return row
        if row.refresh_refused:
            raise KeyRefusedError(row.problem or _refused_message(row))
        try:
            stored = _read_stored(vault, database, row)
            return stored or _ask(settings, vault, database, row)
        except KeyRefusedError:
            problem = _refused_message(row)
            connections.record_problem(database, connection_id, version, problem, database.now(), refused=True)
            log.warning("%(problem)s", {"problem": problem, "connection": connection_id})
            raise KeyRefusedError(problem) from None
        except (ProviderError, SettingsError) as error:
            _note(database, row, error)
            raise


def _read_stored(vault: TokenVault, database: StateDatabase, row: StoredConnection) -> StoredConnection | None:
    """The tokens of an answer that a killed process had stored; None if there is none, or it has no tokens."""
    answer = vault.decrypt_answer(row)
    if answer is None:
        return None
    try:
        return _take(vault, database, row, answer, row.refresh_sent_at or database.now())
    except KeyRefusedError:
        raise
    except ProviderError:
        connections.drop_response(database, row.connection_id, row.version)
        return None


def _ask(settings: Settings, vault: TokenVault, database: StateDatabase, row: StoredConnection) -> StoredConnection:
    """Sends the refresh, again where that may help."""
    app = read_app(settings)
    if (app.app_id, app.base_url) != (row.app_id, row.base_url):
        raise SettingsError(
            f"{row.name} was connected with the app {row.app_id} at {row.base_url}: set DWELL_TIKTOK_ORGANIC_APP_ID "
            f"and DWELL_TIKTOK_ORGANIC_URL to these, or run {CONNECT_COMMAND}."
        )
    request = refresh_request(app.app_id, app.secret.reveal(), vault.decrypt(row).refresh_token)
    attempt = 1
    while True:
        try:
            asked_at = database.now()
            connections.note_refresh(database, row.connection_id, row.version, asked_at)
            response = send(app.base_url, request)
            answer = RawAnswer(response.status, response.body)
            connections.store_response(database, row.connection_id, row.version, vault.encrypt_answer(answer))
            return _take(vault, database, row, answer, asked_at)
        except KeyRefusedError:
            raise
        except ProviderError as error:
            connections.drop_response(database, row.connection_id, row.version)
            may_help = isinstance(error, TemporaryError) and not isinstance(error, RateLimitedError)
            if attempt == _ATTEMPTS or not may_help:
                raise
        time.sleep(_FIRST_WAIT_S * 2 ** (attempt - 1))
        attempt += 1


def _take(
    vault: TokenVault, database: StateDatabase, row: StoredConnection, answer: RawAnswer, asked_at: datetime
) -> StoredConnection:
    """Reads an answer, and stores its tokens in the place of the old ones."""
    tokens = _read(answer, row)
    encrypted = vault.encrypt(tokens, asked_at)
    connections.store_tokens(database, row.connection_id, row.version, encrypted, database.now())
    newest = connections.find(database, row.connection_id)
    if newest is None or newest.version == row.version:
        raise DamagedAnswerError(f"The new tokens of {row.name} could not be stored: run the command again.")
    log.info("the tokens of %(account)s were refreshed", {"account": row.name, "connection": row.connection_id})
    if (ending := listing.forecast(newest, vault, database.now())) is not None:
        log.warning("%(forecast)s", {"forecast": ending, "connection": row.connection_id})
    return newest


def _read(answer: RawAnswer, row: StoredConnection) -> TokenAnswer:
    response = HttpResponse(answer.status, {}, answer.body, row.connected_at)
    tokens = read_tokens(read_data(response))
    if tokens.open_id != row.open_id:
        raise DamagedAnswerError(f"{TITLE} sent tokens of another account than {row.name}.")
    return tokens


@contextmanager
def _alone(database: StateDatabase, connection_id: str, version: int) -> Iterator[StoredConnection]:
    """Holds the lease of a connection; or gives the row at once when another process has changed its tokens."""
    job, holder = f"refresh/{connection_id}", leases.new_holder()
    deadline = time.monotonic() + 2 * LEASE_S
    wait_s = _POLL_S
    while not job_leases.acquire(database, job, holder, database.now(), LEASE_S):
        row = require_connected(database, connection_id)
        if row.version != version:
            yield row
            return
        if time.monotonic() > deadline:
            raise TemporaryError(f"Another process is refreshing the tokens of {row.name}: try again.", sent=False)
        time.sleep(wait_s)
        wait_s = min(2 * wait_s, _MAX_POLL_S)
    try:
        with leases.renew_while(_extender(database, job, holder), every_s=LEASE_S / 4):
            yield require_connected(database, connection_id)
    finally:
        job_leases.release(database, job, holder)


def _extender(database: StateDatabase, job: str, holder: str) -> Callable[[], bool]:
    return lambda: job_leases.extend(database, job, holder, database.now(), LEASE_S)


def require_connected(database: StateDatabase, connection_id: str) -> StoredConnection:
    """A connection that was not ended.

    Raises:
        KeyRefusedError: There is none, or it was disconnected.
    """
    row = connections.find(database, connection_id)
    if row is None or row.disconnected_at is not None:
        name = "The account" if row is None else row.name
        raise KeyRefusedError(f"{name} is not connected any more: run {CONNECT_COMMAND}.")
    return row


def _note(database: StateDatabase, row: StoredConnection, error: DwellError) -> None:
    """Stores what prevents a refresh; it is removed by the next one that succeeds."""
    problem = f"The tokens could not be refreshed: {redact_secrets(str(error))}"
    connections.record_problem(database, row.connection_id, row.version, problem, database.now())
    log.warning("%(account)s: %(problem)s", {"account": row.name, "problem": problem})


def _refused_message(row: StoredConnection) -> str:
    return (
        f"{TITLE} refuses the refresh token of {row.name}: the access was revoked, an answer with a newer token was "
        f"lost (a process was killed, or an older backup was restored), or a year is over. Run {CONNECT_COMMAND}; "
        f"until {row.access_expires_at:%Y-%m-%d %H:%M} UTC the account can still be read."
    )
