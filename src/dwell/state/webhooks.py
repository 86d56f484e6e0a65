"""Webhooks: which URL of an account is told of which events, and how well that goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, insert, select, update

from dwell.state.tracking_schema import accounts
from dwell.state.types import Instant, Words
from dwell.state.webhook_schema import webhook_attempts, webhook_deliveries, webhooks

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from dwell.state.database import StateDatabase


@dataclass(frozen=True, slots=True)
class Webhook:
    """One webhook.

    Attributes:
        webhook_id: Its id.
        account_id: Whose it is.
        url: Where events are sent.
        events: The types of events that are sent.
        secret: What signs.
        previous_secret: What signs as well until `previous_until`; None after that.
        previous_until: When a rotation ends.
        created_at: When it was made, UTC.
        disabled_at: Since when nothing is sent; None while it is active.
        disabled_reason: Why.
        failures: Failed attempts in a row.
        failing_since: When the first of them was.
        held_until: Nothing is sent before this.
    """

    webhook_id: str
    account_id: str
    url: str
    events: Sequence[str]
    secret: str = field(repr=False)
    previous_secret: str | None = field(repr=False)
    previous_until: datetime | None
    created_at: datetime
    disabled_at: datetime | None
    disabled_reason: str | None
    failures: int
    failing_since: datetime | None
    held_until: datetime | None


@dataclass(frozen=True, slots=True)
class Health:
    """How the attempts of a batch went for one webhook.

    Attributes:
        webhook_id: The webhook.
        failures: Failed attempts since the last success of the batch, or all of them.
        has_success: One of them succeeded.
        disabled_reason: Why it is disabled from now on; None to leave it as it is.
        held_until: Nothing is sent before this; None for no pause.
    """

    webhook_id: str
    failures: int
    has_success: bool
    disabled_reason: str | None = None
    held_until: datetime | None = None


_COLUMNS = tuple(webhooks.c[name] for name in Webhook.__slots__)


def create(database: StateDatabase, webhook: Webhook, max_webhooks: int) -> bool:
    """Stores a new webhook; false where the account has as many as it may."""
    values = {name: getattr(webhook, name) for name in Webhook.__slots__}
    with database.transaction() as connection:
        count = select(func.count()).where(webhooks.c.account_id == webhook.account_id).select_from(webhooks)
        if (connection.scalar(count) or 0) >= max_webhooks:
            return False
        connection.execute(insert(webhooks).values(**values))
        return True


def list_all(database: StateDatabase, account_id: str | None = None) -> list[Webhook]:
    """The webhooks of an account, or of all accounts, oldest first."""
    statement = select(*_COLUMNS).order_by(webhooks.c.created_at, webhooks.c.webhook_id)
    if account_id is not None:
        statement = statement.where(webhooks.c.account_id == account_id)
    with database.reading() as connection:
        return [Webhook(*row) for row in connection.execute(statement)]


def find(database: StateDatabase, account_id: str, webhook_id: str) -> Webhook | None:
    """A webhook of an account; None where the account has none with this id."""
    with database.reading() as connection:
        row = connection.execute(select(*_COLUMNS).where(_is(account_id, webhook_id))).one_or_none()
        return None if row is None else Webhook(*row)


def find_account(database: StateDatabase, webhook_id: str) -> str | None:
    """The account that a webhook is of; None where there is none with this id."""
    with database.reading() as connection:
        account_id: str | None = connection.scalar(
            select(webhooks.c.account_id).where(webhooks.c.webhook_id == webhook_id)
        )
        return account_id


def list_accounts(database: StateDatabase, limit: int) -> list[str]:
    """Ids of accounts, oldest first."""
    oldest = select(accounts.c.account_id).order_by(accounts.c.created_at).limit(limit)
    with database.reading() as connection:
        return list(connection.scalars(oldest))


def find_many(connection: Connection, webhook_ids: Sequence[str]) -> dict[str, Webhook]:
    """Webhooks by their ids, inside the caller's transaction."""
    rows = connection.execute(_BY_IDS, {"ids": list(webhook_ids)})
    return {row[0]: Webhook(*row) for row in rows}


_BY_IDS = select(*_COLUMNS).where(webhooks.c.webhook_id.in_(bindparam("ids", expanding=True)))


def disable(database: StateDatabase, account_id: str, webhook_id: str, reason: str, now: datetime) -> bool:
    """Sends nothing from now on; false where the account has no such webhook."""
    return _change(
        database,
        account_id,
        webhook_id,
        # Disabling it again does not hide why it was disabled at first.
        disabled_at=func.coalesce(webhooks.c.disabled_at, bindparam("now", now, Instant)),
        disabled_reason=func.coalesce(webhooks.c.disabled_reason, bindparam("reason", reason, Words)),
    )


def enable(database: StateDatabase, account_id: str, webhook_id: str) -> bool:
    """Sends again, as if it had never failed; false where the account has no such webhook."""
    healthy: dict[str, Any] = {"failures": 0, "failing_since": None, "held_until": None}
    return _change(database, account_id, webhook_id, disabled_at=None, disabled_reason=None, **healthy)


def rotate(database: StateDatabase, account_id: str, webhook_id: str, secret: str, previous_until: datetime) -> bool:
    """Signs with a new secret, and until then with the present one as well; false where there is no such webhook."""
    return _change(
        database,
        account_id,
        webhook_id,
        previous_secret=webhooks.c.secret,
        previous_until=previous_until,
        secret=secret,
    )


def remove(database: StateDatabase, account_id: str, webhook_id: str) -> bool:
    """Removes a webhook with its deliveries and its log; false where the account has no such webhook."""
    with database.transaction() as connection:
        if not connection.execute(delete(webhooks).where(_is(account_id, webhook_id))).rowcount:
            return False
        for other in (webhook_deliveries, webhook_attempts):
            connection.execute(delete(other).where(other.c.webhook_id == webhook_id))
        return True


def record_health(connection: Connection, healths: Sequence[Health], now: datetime) -> list[str]:
    """Counts the failures of a batch of attempts; returns the ids of the webhooks that are disabled by it."""
    row, disabled = webhooks.c, []
    for one in healths:
        mine = row.webhook_id == one.webhook_id
        if one.has_success:
            healthy: dict[str, Any] = {"failures": 0, "failing_since": None, "held_until": None}
            connection.execute(update(webhooks).where(mine, row.failing_since.is_not(None)).values(**healthy))
        if one.failures:
            values: dict[str, Any] = {
                "failures": row.failures + one.failures,
                "failing_since": func.coalesce(row.failing_since, bindparam("now", now, Instant)),
            }
            if one.held_until is not None:
                values["held_until"] = one.held_until
            connection.execute(update(webhooks).where(mine).values(**values))
        if one.disabled_reason is not None:
            ended = update(webhooks).where(mine, row.disabled_at.is_(None))
            ended = ended.values(disabled_at=now, disabled_reason=one.disabled_reason)
            disabled += [one.webhook_id] if connection.execute(ended).rowcount else []
    return disabled


def _change(database: StateDatabase, account_id: str, webhook_id: str, **values: Any) -> bool:
    with database.transaction() as connection:
        return bool(connection.execute(update(webhooks).where(_is(account_id, webhook_id)).values(values)).rowcount)


def _is(account_id: str, webhook_id: str) -> Any:
    return (webhooks.c.webhook_id == webhook_id) & (webhooks.c.account_id == account_id)


Subscriptions = Mapping[str, Sequence[tuple[str, frozenset[str]]]]
"""Account -> its active webhooks, each with the types of events that it is sent."""

_ACTIVE = select(webhooks.c.account_id, webhooks.c.webhook_id, webhooks.c.events).where(
    webhooks.c.account_id.in_(bindparam("accounts", expanding=True)), webhooks.c.disabled_at.is_(None)
)
_CHUNK = 500


def subscriptions(connection: Connection, account_ids: Sequence[str]) -> Subscriptions:
    """The active webhooks of some accounts: one indexed query, for a whole batch of events."""
    found: dict[str, list[tuple[str, frozenset[str]]]] = {}
    wanted = list(dict.fromkeys(account_ids))
    for start in range(0, len(wanted), _CHUNK):
        for row in connection.execute(_ACTIVE, {"accounts": wanted[start : start + _CHUNK]}):
            found.setdefault(row.account_id, []).append((row.webhook_id, frozenset(row.events)))
    return found
