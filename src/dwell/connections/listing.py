"""Connections as a user sees them: their state, what they lack, and which of them will end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from dwell.connections.vault import TokenVault, missing_key_error
from dwell.errors import SettingsError
from dwell.providers.tiktok_organic.api import CONNECT_COMMAND
from dwell.providers.tiktok_organic.oauth import SCOPES
from dwell.results import Result
from dwell.state import connections
from dwell.state.connections import StoredConnection

if TYPE_CHECKING:
    from dwell.state import StateDatabase

WARNING: Final = timedelta(days=30)
"""So long before the end of the refresh token, `dwell status` says so."""

COLUMNS = (
    "account", "state", "account_type", "display_name", "open_id", "connection_id", "scopes", "missing",
    "access_expires_at", "refresh_expires_at", "connected_at", "refreshed_at", "disconnected_at", "problem",
    "problem_at", "requirements",
)  # fmt: skip

ConnectionState = Literal["ok", "ending", "failing", "ended", "unreadable", "disconnected"]


def find_state(row: StoredConnection, vault: TokenVault, now: datetime) -> ConnectionState:
    """The state of a connection.

    Returns:
        `ok`; `ending` within 30 days; `failing` with a problem while it serves; `ended`: it must be connected again;
        `unreadable`: the key of its tokens is missing; `disconnected` by the user.
    """
    if row.disconnected_at is not None:
        return "disconnected"
    if not _can_read(row, vault):
        return "unreadable"
    if row.access_expires_at <= now and (row.refresh_refused or row.refresh_expires_at <= now):
        return "ended"
    if row.problem is not None or row.refresh_refused:
        return "failing"
    return "ending" if row.refresh_expires_at - now <= WARNING else "ok"


def list_connections(rows: Iterable[StoredConnection], vault: TokenVault, now: datetime) -> Result:
    """One row per connection, also of those that were disconnected."""
    return Result(COLUMNS, [_describe(row, vault, now) for row in rows])


def list_missing(row: StoredConnection) -> list[str]:
    """What a connection lacks, each with what to do: scopes, then requirements that are not met."""
    wanted = [scope for scope in SCOPES if scope not in row.scopes]
    scopes = [f"The owner did not allow {scope}: run {CONNECT_COMMAND} again and allow it." for scope in wanted]
    unmet = [each["message"] for each in row.requirements or () if each["state"] == "unmet"]
    return scopes + unmet


def forecast(row: StoredConnection, vault: TokenVault, now: datetime) -> str | None:
    """Why a connection ends or has ended, and what to do; None where nothing is to be done."""
    state = find_state(row, vault, now)
    if state in {"ok", "disconnected"}:
        return None
    if state == "unreadable":
        return _unreadable_message(row, vault)
    if state == "ended":
        return f"{row.name} can no longer be read: run {CONNECT_COMMAND}."
    if state == "ending":
        return (
            f"The access to {row.name} ends at {row.refresh_expires_at:%Y-%m-%d %H:%M} UTC, and only its owner can "
            f"prolong it: run {CONNECT_COMMAND} before."
        )
    return row.problem


def list_unreadable(folder: Path, database: StateDatabase) -> list[str]:
    """A sentence for each connected account whose tokens no key of the data folder decrypts: a backup has none."""
    vault, now = TokenVault(folder), database.now()
    rows = [row for row in connections.list_all(database) if find_state(row, vault, now) == "unreadable"]
    return [_unreadable_message(row, vault) for row in rows]


def _describe(row: StoredConnection, vault: TokenVault, now: datetime) -> tuple[Any, ...]:
    state = find_state(row, vault, now)
    is_live = state != "disconnected"
    problem = _unreadable_message(row, vault) if state == "unreadable" else row.problem
    values: dict[str, Any] = {
        "account": row.name,
        "state": state,
        "account_type": row.account_type,
        "display_name": row.display_name,
        "open_id": row.open_id,
        "connection_id": row.connection_id,
        "scopes": row.scopes if is_live else [],
        "missing": list_missing(row) if is_live else [],
        "access_expires_at": row.access_expires_at if is_live else None,
        "refresh_expires_at": row.refresh_expires_at if is_live else None,
        "connected_at": row.connected_at,
        "refreshed_at": row.refreshed_at,
        "disconnected_at": row.disconnected_at,
        "problem": problem,
        "problem_at": row.problem_at,
        "requirements": row.requirements or [],
    }
    return tuple(values[name] for name in COLUMNS)


def _can_read(row: StoredConnection, vault: TokenVault) -> bool:
    try:
        return vault.can_read(row)
    except SettingsError:
        return False


def _unreadable_message(row: StoredConnection, vault: TokenVault) -> str:
    try:
        vault.key_ids()
    except SettingsError as error:
        return str(error)
    return str(missing_key_error(vault.folder, row))
