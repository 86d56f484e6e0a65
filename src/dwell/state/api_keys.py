"""Keys of the API: stored as a digest, found by it, and shown by their first characters only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select, update

from dwell.state.tracking_schema import accounts, api_keys

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select

    from dwell.state.database import StateDatabase


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key without its secret part, and the plan of its account.

    Attributes:
        key_id: Its id.
        account_id: Whose it is.
        prefix: Its first characters.
        digest: SHA-256 of the whole key, hexadecimal.
        name: As its owner calls it.
        scopes: What it may do.
        created_at: When it was made, UTC.
        expires_at: From when it is refused; None for never.
        revoked_at: When it was revoked; None while it is valid.
        plan: Name of the account's plan.
    """

    key_id: str
    account_id: str
    prefix: str
    digest: str
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    plan: str


def save(connection: Connection, key: StoredKey) -> None:
    """Stores a new key inside the caller's transaction."""
    connection.execute(
        insert(api_keys).values(
            key_id=key.key_id,
            account_id=key.account_id,
            prefix=key.prefix,
            digest=key.digest,
            name=key.name,
            scopes=",".join(key.scopes),
            created_at=key.created_at,
            expires_at=key.expires_at,
        )
    )


def find_by_digest(database: StateDatabase, digest: str) -> StoredKey | None:
    """The key with this digest, also one that is expired or revoked; None where there is none."""
    return next(iter(_read(database, _keys().where(api_keys.c.digest == digest))), None)


def find(database: StateDatabase, key_id: str) -> StoredKey | None:
    """The key with this id; None where there is none."""
    return next(iter(_read(database, _keys().where(api_keys.c.key_id == key_id))), None)


def list_all(database: StateDatabase, account_id: str | None = None) -> list[StoredKey]:
    """All keys, or those of one account, the oldest first."""
    chosen = _keys() if account_id is None else _keys().where(api_keys.c.account_id == account_id)
    return _read(database, chosen.order_by(api_keys.c.created_at, api_keys.c.key_id))


def count_valid(connection: Connection, account_id: str, now: datetime) -> int:
    """How many keys of an account are neither revoked nor expired."""
    lasting = api_keys.c.expires_at.is_(None) | (api_keys.c.expires_at > now)
    valid = (api_keys.c.account_id == account_id, api_keys.c.revoked_at.is_(None), lasting)
    return int(connection.scalar(select(func.count()).where(*valid)) or 0)


def revoke(database: StateDatabase, key_id: str, now: datetime) -> bool:
    """Refuses a key from now on; false where there is none that is valid."""
    valid = update(api_keys).where(api_keys.c.key_id == key_id, api_keys.c.revoked_at.is_(None))
    with database.transaction() as connection:
        return bool(connection.execute(valid.values(revoked_at=now)).rowcount)


def _keys() -> Select[tuple[object, ...]]:
    columns = (*api_keys.c, accounts.c.plan)
    return select(*columns).join(accounts, accounts.c.account_id == api_keys.c.account_id)


def _read(database: StateDatabase, statement: Select[tuple[object, ...]]) -> list[StoredKey]:
    with database.reading() as connection:
        rows = [row._asdict() for row in connection.execute(statement)]
    return [StoredKey(**{**row, "scopes": tuple(row["scopes"].split(","))}) for row in rows]
