"""Connected accounts: their rows, with tokens as they are stored, encrypted.

Whoever changes tokens says which `version` was read; nothing is changed if another process was faster.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from dwell.state.connection_schema import connections
from dwell.state.new_id import new_id
from dwell.state.upsert import insert_into

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from dwell.state.database import StateDatabase


@dataclass(frozen=True, slots=True)
class StoredConnection:
    """An account whose owner consented; the fields are the columns of `connections`.

    Attributes:
        scopes: What the owner allowed.
        requirements: What was checked: documents with `requirement`, `state` and `message`.
        version: Goes up whenever the tokens change.
        key_id: Which key encrypted the tokens; None without tokens.
        access_life_s: Seconds for which a new access token is valid.
        refresh_sent_at: When the refresh was sent whose answer is not read yet.
        response: That answer, encrypted; None while there is none.
        refresh_refused: The provider refuses the refresh token.
        problem: What went wrong last, for a person; None if nothing has since the last success.
    """

    connection_id: str
    provider: str
    open_id: str
    app_id: str
    base_url: str
    username: str | None
    display_name: str | None
    account_type: str | None
    scopes: list[str]
    requirements: list[dict[str, str]] | None
    version: int
    key_id: str | None
    access_token: bytes | None = field(repr=False)
    refresh_token: bytes | None = field(repr=False)
    access_expires_at: datetime
    access_life_s: int
    refresh_expires_at: datetime
    connected_at: datetime
    refreshed_at: datetime | None
    disconnected_at: datetime | None
    refresh_sent_at: datetime | None
    response: bytes | None = field(repr=False)
    refresh_refused: bool
    problem: str | None
    problem_at: datetime | None

    @property
    def name(self) -> str:
        """How messages name the account: its handle, or its open_id while that is not known."""
        return f"@{self.username}" if self.username else self.open_id


@dataclass(frozen=True, slots=True)
class EncryptedTokens:
    """Tokens as they are stored.

    Attributes:
        key_id: Which key encrypted them.
        access_token: The access token.
        refresh_token: The refresh token.
        access_expires_at: When the first ends.
        access_life_s: Seconds that it had when it was new.
        refresh_expires_at: When the second ends.
        scopes: What the owner allowed.
    """

    key_id: str
    access_token: bytes = field(repr=False)
    refresh_token: bytes = field(repr=False)
    access_expires_at: datetime
    access_life_s: int
    refresh_expires_at: datetime
    scopes: Sequence[str]

    def to_columns(self) -> dict[str, Any]:
        """The columns, with those that new tokens make empty."""
        return {
            "key_id": self.key_id,
            "access_token": self.access_token,
            "refresh_token": self.refresh_token,
            "access_expires_at": self.access_expires_at,
            "access_life_s": self.access_life_s,
            "refresh_expires_at": self.refresh_expires_at,
            "scopes": list(self.scopes),
            "refresh_sent_at": None,
            "response": None,
            "refresh_refused": False,
            "problem": None,
            "problem_at": None,
        }


def save_new(
    connection: Connection, provider: str, open_id: str, app_id: str, base_url: str, tokens: EncryptedTokens,
    now: datetime,
) -> str:  # fmt: skip
    """Stores the tokens of a consent, inside the caller's transaction; an account that is known keeps its row.

    Returns:
        The id of the connection.
    """
    values = {"app_id": app_id, "base_url": base_url, "connected_at": now, **tokens.to_columns()}
    first = {"connection_id": new_id("con", now), "provider": provider, "open_id": open_id, "version": 1}
    later = {**values, "version": connections.c.version + 1, "disconnected_at": None, "refreshed_at": None}
    later["requirements"] = None
    made = insert_into(connection, connections).values(**first, **values)
    made = made.on_conflict_do_update(index_elements=["provider", "open_id"], set_=later)
    return str(connection.execute(made.returning(connections.c.connection_id)).scalar_one())


def find(database: StateDatabase, connection_id: str) -> StoredConnection | None:
    """A connection; None where there is none with this id."""
    with database.reading() as connection:
        row = connection.execute(select(connections).where(connections.c.connection_id == connection_id)).one_or_none()
    return None if row is None else StoredConnection(*row)


def list_all(database: StateDatabase, provider: str | None = None) -> list[StoredConnection]:
    """All connections, also those that were disconnected; the oldest first."""
    statement = select(connections).order_by(connections.c.connection_id)
    if provider is not None:
        statement = statement.where(connections.c.provider == provider)
    with database.reading() as connection:
        return [StoredConnection(*row) for row in connection.execute(statement)]


def note_refresh(database: StateDatabase, connection_id: str, version: int, at: datetime | None) -> bool:
    """Notes that a refresh is sent now, or with None that it was not; false if the tokens have changed."""
    return _change(database, connection_id, version, refresh_sent_at=at)


def store_response(database: StateDatabase, connection_id: str, version: int, response: bytes) -> bool:
    """Stores the answer to a refresh, encrypted, before it is read; false if the tokens have changed."""
    return _change(database, connection_id, version, response=response)


def store_tokens(
    database: StateDatabase, connection_id: str, version: int, tokens: EncryptedTokens, now: datetime
) -> bool:
    """Stores refreshed tokens; false if others were stored meanwhile."""
    values = {**tokens.to_columns(), "refreshed_at": now, "version": version + 1}
    changed = update(connections).where(_is_version(connection_id, version)).values(**values)
    with database.transaction() as connection:
        return bool(connection.execute(changed).rowcount)


def drop_response(database: StateDatabase, connection_id: str, version: int) -> bool:
    """Removes an answer that gave no tokens."""
    return _change(database, connection_id, version, response=None, refresh_sent_at=None)


def encrypt_again(
    database: StateDatabase,
    before: StoredConnection,
    key_id: str,
    access: bytes,
    refresh: bytes,
    response: bytes | None,
) -> bool:
    """Replaces what is encrypted, unless the row has changed."""
    values = {"key_id": key_id, "access_token": access, "refresh_token": refresh, "response": response}
    is_same = connections.c.response.is_(None) if before.response is None else connections.c.response == before.response
    changed = update(connections).where(_is_version(before.connection_id, before.version), is_same).values(**values)
    with database.transaction() as connection:
        return bool(connection.execute(changed).rowcount)


def record_problem(
    database: StateDatabase, connection_id: str, version: int, problem: str, now: datetime, *, refused: bool = False
) -> bool:
    """Stores what went wrong with the tokens of this version, for `dwell accounts` and `dwell status`.

    Args:
        database: The state.
        connection_id: The connection.
        version: The version of its tokens.
        problem: What went wrong and what to do.
        now: The present.
        refused: The provider refuses the refresh token.
    """
    values: dict[str, Any] = {"problem": problem, "problem_at": now}
    if refused:
        values |= {"refresh_refused": True, "response": None, "refresh_sent_at": None}
    return _change(database, connection_id, version, **values)


def retry_refresh(database: StateDatabase, connection_id: str, version: int) -> bool:
    """A refresh token that was refused may be tried once more."""
    return _change(database, connection_id, version, refresh_refused=False)


def end_access(database: StateDatabase, connection_id: str, version: int, now: datetime) -> bool:
    """Notes that the access token is refused, too: it ends now."""
    return _change(database, connection_id, version, access_expires_at=now)


def set_profile(database: StateDatabase, connection_id: str, **values: Any) -> None:
    """Stores what the provider says of the account: `username`, `display_name`, `account_type`, `scopes`, and so on."""
    with database.transaction() as connection:
        connection.execute(update(connections).where(connections.c.connection_id == connection_id).values(**values))


def erase_tokens(database: StateDatabase, connection_id: str, now: datetime) -> None:
    """Removes the tokens for ever; the row stays, so that rows of tables have a name."""
    nothing = dict.fromkeys(("key_id", "access_token", "refresh_token", "response", "refresh_sent_at"))
    values = {**nothing, "problem": None, "problem_at": None, "requirements": None, "refresh_refused": False}
    with database.transaction() as connection:
        changed = update(connections).where(connections.c.connection_id == connection_id)
        connection.execute(changed.values(**values, disconnected_at=now, version=connections.c.version + 1))


def _change(database: StateDatabase, connection_id: str, version: int, **values: Any) -> bool:
    with database.transaction() as connection:
        changed = update(connections).where(_is_version(connection_id, version)).values(**values)
        return bool(connection.execute(changed).rowcount)


def _is_version(connection_id: str, version: int) -> Any:
    return (connections.c.connection_id == connection_id) & (connections.c.version == version)
