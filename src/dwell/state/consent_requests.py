"""Consents that owners of accounts were asked for: each is recognised by a random `state`, kept as a digest."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from dwell.state.connection_schema import consent_requests

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from dwell.state.database import StateDatabase


@dataclass(frozen=True, slots=True)
class StoredConsentRequest:
    """A consent that was asked for.

    Attributes:
        state_digest: SHA-256 of its `state`.
        provider: Whom the account belongs to.
        redirect: Where the owner is sent afterwards.
        app_id: The app that asks.
        base_url: The address of the API.
        scopes: What is asked for.
        created_at: When it was asked for.
        expires_at: Until when it can be completed.
        connection_id: What came of it; None while nothing did.
    """

    state_digest: str
    provider: str
    redirect: str
    app_id: str
    base_url: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime
    connection_id: str | None


def save(database: StateDatabase, request: StoredConsentRequest) -> None:
    """Stores a request, and removes those that have expired."""
    names = StoredConsentRequest.__slots__
    with database.transaction() as connection:
        connection.execute(delete(consent_requests).where(consent_requests.c.expires_at < request.created_at))
        connection.execute(insert(consent_requests).values(**{name: getattr(request, name) for name in names}))


def find(database: StateDatabase, state: str, now: datetime) -> StoredConsentRequest | None:
    """The request with this `state`, compared in constant time; None where there is none, or it has expired."""
    digest = digest_state(state)
    with database.reading() as connection:
        rows = connection.execute(select(consent_requests).where(consent_requests.c.expires_at > now)).all()
    found = [row for row in rows if hmac.compare_digest(row.state_digest.encode(), digest.encode())]
    return StoredConsentRequest(*found[0]) if found else None


def complete(connection: Connection, state_digest: str, connection_id: str) -> bool:
    """Notes what came of a request, inside the caller's transaction; false if something had already."""
    open_ = (consent_requests.c.state_digest == state_digest) & consent_requests.c.connection_id.is_(None)
    changed = update(consent_requests).where(open_).values(connection_id=connection_id)
    return bool(connection.execute(changed).rowcount)


def remove(database: StateDatabase, state_digest: str) -> None:
    """Removes a request: it was refused."""
    with database.transaction() as connection:
        connection.execute(delete(consent_requests).where(consent_requests.c.state_digest == state_digest))


def digest_state(state: str) -> str:
    """What is stored of a `state`."""
    return hashlib.sha256(state.encode("utf-8", "surrogatepass")).hexdigest()
