"""How many requests of an account were permitted in its current minute: one row, which all processes share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, not_, or_, select

from dwell.state.tracking_schema import request_windows
from dwell.state.upsert import insert_into

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from dwell.state.database import StateDatabase

MINUTE_US = 60_000_000


@dataclass(frozen=True, slots=True)
class TakenPermits:
    """What a process got.

    Attributes:
        started_at: The minute that they are for, in microseconds.
        used: Permits of that minute that processes have taken, these included.
        granted: Permits of this call; 0 if none are left.
    """

    started_at: int
    used: int
    granted: int


def take_permits(database: StateDatabase, account_id: str, minute: int, wanted: int, limit: int) -> TakenPermits:
    """Takes permits of a minute; fewer than wanted where fewer are left.

    Args:
        database: The state.
        account_id: The account.
        minute: When the present minute began, in microseconds.
        wanted: Permits, at least one.
        limit: Permits of the account in a minute, at least one.
    """
    wanted = min(wanted, limit)
    with database.transaction(durable=False) as connection:
        while True:
            taken = connection.execute(_take(connection, account_id, minute, wanted, limit)).one_or_none()
            if taken is not None:
                return TakenPermits(taken.started_at, taken.used, wanted)
            # The row stays locked, so that what is left now is still left in the next round.
            row = request_windows.c
            now = connection.execute(select(row.started_at, row.used).where(row.account_id == account_id)).one()
            wanted = min(wanted, limit - now.used)
            if wanted <= 0:
                return TakenPermits(now.started_at, now.used, 0)


def check_database(database: StateDatabase) -> None:
    """Asks the database one cheap question.

    Raises:
        StorageError: It does not answer.
    """
    with database.reading() as connection:
        connection.execute(select(request_windows.c.used).limit(1)).all()


def _take(connection: Connection, account_id: str, minute: int, wanted: int, limit: int) -> Any:
    row = request_windows.c
    # Another process may be in the next minute already. A row that is further ahead is left of a wrong clock.
    shared = or_(row.started_at == minute, row.started_at == minute + MINUTE_US)
    return (
        insert_into(connection, request_windows)
        .values(account_id=account_id, started_at=minute, used=wanted)
        .on_conflict_do_update(
            index_elements=[row.account_id],
            set_={
                "started_at": case((shared, row.started_at), else_=minute),
                "used": case((shared, row.used + wanted), else_=wanted),
            },
            where=or_(not_(shared), row.used + wanted <= limit),
        )
        .returning(row.started_at, row.used)
    )
