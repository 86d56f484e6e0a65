"""Asking an owner for the consent, and making the connection from the address that the owner comes back to."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from dwell import logs
from dwell.connections.account_check import check_account
from dwell.connections.app import App, read_app, send
from dwell.connections.vault import TokenVault
from dwell.errors import KeyRefusedError, SettingsError, UnknownConsentError
from dwell.providers.responses import quote_message
from dwell.providers.tiktok_organic.api import CONNECT_COMMAND, NAME, TITLE, read_data
from dwell.providers.tiktok_organic.oauth import (
    COMMENT_SCOPE,
    SCOPES,
    consent_address,
    exchange_request,
    read_tokens,
)
from dwell.providers.tiktok_organic.redirects import read_query, read_redirected
from dwell.redact import register_secrets
from dwell.settings import Settings
from dwell.state import connections, consent_requests
from dwell.state.connections import StoredConnection
from dwell.state.consent_requests import StoredConsentRequest

if TYPE_CHECKING:
    from dwell.state import StateDatabase

VALID = timedelta(hours=1)
"""How long a consent that was asked for can be completed."""

_STATE = re.compile(r"[A-Za-z0-9_-]{43}")

log = logs.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent that an owner is asked for.

    Attributes:
        address: The page to open in a browser.
        redirect: Where it leads.
        expires_at: Until when it can be completed.
        state: What recognises it.
    """

    address: str
    redirect: str
    expires_at: datetime
    state: str = field(repr=False)


def begin(
    settings: Settings, database: StateDatabase, *, comments: bool = False, redirect: str | None = None
) -> Consent:
    """Asks for a consent: stores its `state`, and sends nothing.

    Args:
        settings: The app.
        database: The state.
        comments: Ask for the comments, too.
        redirect: Where the owner is sent, in place of the address in the settings; only for a simulation.

    Raises:
        SettingsError: The app is not set, or TikTok would refuse its redirect address.
    """
    app = read_app(settings)
    address = redirect if redirect is not None and app.is_local else app.require_redirect()
    scopes = [*SCOPES, *([COMMENT_SCOPE] if comments else [])]
    state, now = secrets.token_urlsafe(32), database.now()
    request = StoredConsentRequest(
        state_digest=consent_requests.digest_state(state),
        provider=NAME,
        redirect=address,
        app_id=app.app_id,
        base_url=app.base_url,
        scopes=scopes,
        created_at=now,
        expires_at=now + VALID,
        connection_id=None,
    )
    consent_requests.save(database, request)
    page = consent_address(app.base_url, app.app_id, address, scopes, state)
    return Consent(page, address, request.expires_at, state)


def find_completed(database: StateDatabase, consent: Consent) -> StoredConnection | None:
    """The connection that a consent led to, here or in `dwell serve`; None while there is none."""
    request = consent_requests.find(database, consent.state, database.now())
    if request is None or request.connection_id is None:
        return None
    return connections.find(database, request.connection_id)


def complete_address(settings: Settings, database: StateDatabase, address: str) -> StoredConnection:
    """Makes the connection from the whole address that a browser shows after the consent.

    Raises:
        SettingsError: It is not such an address.
        UnknownConsentError: Its `state` is not known, was used, or is older than an hour.
        KeyRefusedError: The owner denied the consent, or the code has expired.
        ProviderError: TikTok does not answer; the same address can be tried again.
    """
    try:
        query = urlsplit(address.strip().strip("\"'<>")).query
    except ValueError:
        query = ""
    request = _find_request(database, read_query(query))
    if request is None and "state" in read_query(query):
        raise _unknown_consent()
    redirect = request.redirect if request is not None else "the redirect address"
    return complete_query(settings, database, read_redirected(address, redirect))


def complete_query(settings: Settings, database: StateDatabase, query: Mapping[str, str]) -> StoredConnection:
    """Makes the connection from the query of that address; see `complete_address`."""
    register_secrets([query.get("code", "")])
    request = _find_request(database, query)
    if request is None or request.connection_id is not None:
        raise _unknown_consent()
    if "code" not in query:
        consent_requests.remove(database, request.state_digest)
        raise KeyRefusedError(_denied_message(query))
    app = read_app(settings)
    if (app.app_id, app.base_url) != (request.app_id, request.base_url):
        raise SettingsError(
            f"The consent was asked for by the app {request.app_id} at {request.base_url}, which is not the one in the "
            f"settings: set that one, or run {CONNECT_COMMAND} again."
        )
    connection_id = _exchange(settings, database, app, request, query["code"])
    check_account(settings, database, connection_id)
    made = connections.find(database, connection_id)
    assert made is not None, "rows of connections stay"
    log.info("%(account)s was connected", {"account": made.name, "connection": connection_id})
    return made


def _exchange(settings: Settings, database: StateDatabase, app: App, request: StoredConsentRequest, code: str) -> str:
    """Exchanges a code for tokens, and stores them together with the end of the request."""
    asked_at = database.now()
    message = exchange_request(app.app_id, app.secret.reveal(), code, request.redirect)
    try:
        answer = read_tokens(read_data(send(app.base_url, message)))
    except KeyRefusedError:
        raise KeyRefusedError(
            f"{TITLE} does not accept the code in this address: it works once, for ten minutes. Run {CONNECT_COMMAND} "
            "again."
        ) from None
    tokens = TokenVault(settings.data).encrypt(answer, asked_at)
    with database.transaction() as connection:
        connection_id = connections.save_new(
            connection, NAME, answer.open_id, app.app_id, app.base_url, tokens, database.now()
        )
        consent_requests.complete(connection, request.state_digest, connection_id)
    return connection_id


def _find_request(database: StateDatabase, query: Mapping[str, str]) -> StoredConsentRequest | None:
    state = query.get("state", "")
    return consent_requests.find(database, state, database.now()) if _STATE.fullmatch(state) else None


def _unknown_consent() -> UnknownConsentError:
    return UnknownConsentError(
        "This address belongs to no consent that is open: it was used already, is older than an hour, or was asked for "
        f"with another data folder. Run {CONNECT_COMMAND} again."
    )


def _denied_message(query: Mapping[str, str]) -> str:
    error = quote_message(query.get("error", "")) or "no code"
    said = quote_message(query.get("error_description", ""))
    return f"The consent was not given ({error}{f': {said}' if said else ''}): run {CONNECT_COMMAND} again to ask anew."
