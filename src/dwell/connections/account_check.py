"""What TikTok says of a connected account: its name and type, the scopes of its token, and what it lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dwell import logs
from dwell.connections.app import send
from dwell.connections.credentials import ConnectionCredentials
from dwell.connections.refresh import refresh, require_connected
from dwell.errors import KeyRefusedError, NotAllowedError, ProviderError, SettingsError
from dwell.providers.tiktok_organic.api import TOKEN_HEADER, read_data
from dwell.providers.tiktok_organic.oauth import inspect_request, read_scopes
from dwell.providers.tiktok_organic.profile import check_requirements, profile_request, read_flag
from dwell.redact import redact_secrets
from dwell.settings import Settings
from dwell.state import connections
from dwell.state.connections import StoredConnection

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dwell.state import StateDatabase

_MAX_NAME = 200

log = logs.get_logger(__name__)


def check_account(settings: Settings, database: StateDatabase, connection_id: str) -> None:
    """Asks TikTok for the scopes of the token and the profile of the account, and stores what it says.

    What prevents it is stored as the problem of the connection, which is none the worse for it.
    """
    try:
        row = require_connected(database, connection_id)
        if row.refresh_refused and connections.retry_refresh(database, connection_id, row.version):
            refresh(settings, database, connection_id, row.version)  # TikTok may have changed its mind
        _check(database, ConnectionCredentials(settings, database, connection_id))
    except (ProviderError, SettingsError) as error:
        newest = connections.find(database, connection_id)
        if newest is not None and not newest.refresh_refused:
            problem = f"The account could not be checked: {redact_secrets(str(error))}"
            connections.record_problem(database, connection_id, newest.version, problem, database.now())
        log.warning("an account could not be checked: %(reason)s", {"reason": redact_secrets(str(error))})


def _check(database: StateDatabase, credentials: ConnectionCredentials) -> None:
    row = credentials.connection
    token = credentials.headers()
    try:
        inspected = _inspect(row, token)
    except KeyRefusedError:
        if not credentials.renew(token):
            raise
        inspected = _inspect(row, credentials.headers())
    scopes = read_scopes(inspected) or tuple(row.scopes)
    token, analytics = credentials.headers(), None
    try:
        profile = read_data(send(row.base_url, profile_request(row.open_id, scopes), token))
        analytics = True if "user.insights" in scopes else None
    except NotAllowedError:
        # TikTok refuses the whole request where only the numbers of days are not to be had.
        profile = read_data(send(row.base_url, profile_request(row.open_id, scopes, with_analytics=False), token))
        analytics = False
    business = read_flag(profile.get("is_business_account"))
    found: dict[str, Any] = {
        "username": _read_name(profile, "username"),
        "display_name": _read_name(profile, "display_name"),
        "account_type": None if business is None else "business" if business else "personal",
    }
    known = {name: value for name, value in found.items() if value is not None}
    requirements = [each.to_dict() for each in check_requirements(profile, scopes, analytics=analytics)]
    newest = credentials.connection
    solved = {} if newest.refresh_refused else {"problem": None, "problem_at": None}
    connections.set_profile(
        database, row.connection_id, scopes=list(scopes), requirements=requirements, **known, **solved
    )


def _inspect(row: StoredConnection, token: Mapping[str, str]) -> Mapping[str, Any]:
    return read_data(send(row.base_url, inspect_request(row.app_id, token[TOKEN_HEADER])))


def _read_name(profile: Mapping[str, Any], name: str) -> str | None:
    value = profile.get(name)
    text = "".join(sign for sign in value if sign.isprintable()).strip() if isinstance(value, str) else ""
    return text[:_MAX_NAME] or None
