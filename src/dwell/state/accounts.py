"""Accounts and their money: a prepaid balance, and the entries that it is the sum of."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select, update

from dwell.state.tracking_schema import accounts, balance_entries, tracked_videos
from dwell.state.upsert import insert_into

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from dwell.state.database import StateDatabase

LOCAL_ACCOUNT, LOCAL_NAME = "acc_local", "this machine"
"""The account of this machine: what is tracked from its command line, and with the key that the first server prints."""

TOP_UP, SNAPSHOT = "top_up", "snapshot"
"""Kinds of balance entries."""


@dataclass(frozen=True, slots=True)
class Account:
    """Who uses the API.

    Attributes:
        account_id: Its id.
        name: As its owner calls it.
        plan: Name of its plan.
        balance_micros: Micro-dollars that it has.
        low_balance_micros: Below this an event is sent; None for none.
        created_at: When it was made, UTC.
    """

    account_id: str
    name: str
    plan: str
    balance_micros: int
    low_balance_micros: int | None
    created_at: datetime


def create(connection: Connection, account_id: str, name: str, plan: str, now: datetime) -> None:
    """Makes an account without a balance, inside the caller's transaction."""
    values = {"account_id": account_id, "name": name, "plan": plan, "created_at": now}
    connection.execute(insert(accounts).values(**values))


def ensure(database: StateDatabase, account_id: str, name: str, plan: str) -> None:
    """Makes an account with this id, unless there is one."""
    values = {"account_id": account_id, "name": name, "plan": plan, "created_at": database.now()}
    with database.transaction() as connection:
        made = insert_into(connection, accounts).values(**values)
        connection.execute(made.on_conflict_do_nothing(index_elements=["account_id"]))


def find(database: StateDatabase, account_id: str) -> Account | None:
    """An account; None where there is none with this id."""
    with database.reading() as connection:
        row = connection.execute(select(accounts).where(accounts.c.account_id == account_id)).one_or_none()
    return None if row is None else Account(*row)


def list_all(database: StateDatabase) -> list[Account]:
    """All accounts, the oldest first."""
    with database.reading() as connection:
        return [Account(*row) for row in connection.execute(select(accounts).order_by(accounts.c.created_at))]


def read_balance(connection: Connection, account_id: str) -> int:
    """Micro-dollars that an account has now."""
    statement = select(accounts.c.balance_micros).where(accounts.c.account_id == account_id)
    return int(connection.scalar(statement) or 0)


def lock_balances(connection: Connection, account_ids: Collection[str]) -> dict[str, tuple[int, int | None]]:
    """Balance, and the balance below which an event is sent; no other transaction changes them until this one ends.

    Rows are locked in the order of their ids, so that two transactions never wait for each other.
    """
    statement = (
        select(accounts.c.account_id, accounts.c.balance_micros, accounts.c.low_balance_micros)
        .where(accounts.c.account_id.in_(account_ids))
        .order_by(accounts.c.account_id)
        .with_for_update()
    )
    return {account_id: (int(balance), low) for account_id, balance, low in connection.execute(statement)}


def lock(connection: Connection, account_id: str) -> Account | None:
    """An account that no other transaction changes until this one ends."""
    statement = select(accounts).where(accounts.c.account_id == account_id).with_for_update()
    row = connection.execute(statement).one_or_none()
    return None if row is None else Account(*row)


def change_balance(connection: Connection, account_id: str, amount_micros: int) -> None:
    """Adds to a balance that the caller has locked; the caller writes the entries."""
    changed = {"balance_micros": accounts.c.balance_micros + amount_micros}
    connection.execute(update(accounts).where(accounts.c.account_id == account_id).values(**changed))


def top_up(connection: Connection, account_id: str, amount_micros: int, now: datetime) -> int | None:
    """Adds money, and lets paused videos go on; returns the new balance, None where there is no such account."""
    account = lock(connection, account_id)
    if account is None:
        return None
    entry = {"account_id": account_id, "kind": TOP_UP, "amount_micros": amount_micros, "at": now}
    connection.execute(insert(balance_entries).values(**entry))
    change_balance(connection, account_id, amount_micros)
    if account.balance_micros + amount_micros > 0:
        paused = update(tracked_videos).where(
            tracked_videos.c.account_id == account_id, tracked_videos.c.status == "paused"
        )
        connection.execute(paused.values(status="monitoring", version=tracked_videos.c.version + 1))
    return account.balance_micros + amount_micros


def sum_balances(database: StateDatabase) -> int:
    """Micro-dollars of all accounts together."""
    with database.reading() as connection:
        return int(connection.scalar(select(func.sum(accounts.c.balance_micros))) or 0)


def set_low_balance(database: StateDatabase, account_id: str, amount_micros: int | None) -> None:
    """Sets the balance below which an event is sent."""
    with database.transaction() as connection:
        changed = update(accounts).where(accounts.c.account_id == account_id)
        connection.execute(changed.values(low_balance_micros=amount_micros))


def count_charges(database: StateDatabase, account_id: str) -> tuple[int, int]:
    """How many snapshots an account was charged for, and micro-dollars in all."""
    statement = select(func.count(), func.coalesce(func.sum(balance_entries.c.amount_micros), 0)).where(
        balance_entries.c.account_id == account_id, balance_entries.c.kind == SNAPSHOT
    )
    with database.reading() as connection:
        number, total = connection.execute(statement).one()
    return int(number), -int(total)
