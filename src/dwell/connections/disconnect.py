"""Ending a connection: TikTok is told, and the tokens are erased whether it answers or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dwell import logs
from dwell.connections.app import read_app, send
from dwell.connections.credentials import ConnectionCredentials
from dwell.errors import KeyRefusedError, ProviderError, SettingsError
from dwell.providers.tiktok_organic.api import TOKEN_HEADER, read_data
from dwell.providers.tiktok_organic.oauth import revoke_request
from dwell.redact import redact_secrets
from dwell.settings import Settings
from dwell.state import connections
from dwell.state.connections import StoredConnection

if TYPE_CHECKING:
    from dwell.state import StateDatabase

log = logs.get_logger(__name__)


def disconnect(settings: Settings, database: StateDatabase, row: StoredConnection) -> str | None:
    """Revokes the tokens of a connection and erases them; rows of tables stay.

    Returns:
        Why TikTok could not be told; None if it was.
    """
    failure = None
    try:
        _revoke(settings, database, row)
    except KeyRefusedError:
        log.info("the access to %(account)s had ended already", {"account": row.name})
    except (ProviderError, SettingsError) as error:
        failure = redact_secrets(str(error))
        log.warning("%(account)s was not revoked: %(reason)s", {"account": row.name, "reason": failure})
    connections.erase_tokens(database, row.connection_id, database.now())
    log.info("%(account)s was disconnected", {"account": row.name, "connection": row.connection_id})
    return failure


def _revoke(settings: Settings, database: StateDatabase, row: StoredConnection) -> None:
    app = read_app(settings)
    credentials = ConnectionCredentials(settings, database, row.connection_id)
    headers = credentials.headers()
    try:
        read_data(send(app.base_url, revoke_request(app.app_id, app.secret.reveal(), headers[TOKEN_HEADER])))
    except KeyRefusedError:
        if not credentials.renew(headers):
            raise
        token = credentials.headers()[TOKEN_HEADER]
        read_data(send(app.base_url, revoke_request(app.app_id, app.secret.reveal(), token)))
