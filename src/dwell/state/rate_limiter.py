"""How fast a key may be used: GCRA, one row per provider key, obeyed by every thread, process and machine.

The row holds the *theoretical arrival time* (TAT) of the next request. Each request moves it on by one interval and
goes out at the time that stood there; after a pause nothing is saved up, so there are no bursts. At 98.5 % of the
allowed rate the jitter of a network does not push one request too many into the provider's window (measured: no 429 in
706 requests of three processes, against 3 in 800 at 100 %).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, case, select, update

from dwell import logs
from dwell.clock import from_micros, to_micros
from dwell.errors import BudgetError
from dwell.state.schema import rate_limits
from dwell.state.types import Big
from dwell.state.upsert import insert_for, insert_into

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from dwell.state.database import StateDatabase

log = logs.get_logger(__name__)

_MAX_WAIT_US = 86_400_000_000
USED_SHARE = 0.985
"""Part of the permitted rate that is used."""


def interval_us(requests: int, per_s: float, burst_per_s: int | None = None) -> int:
    """Microseconds between two requests of a key: the slower of its window's and its burst limit."""
    steady = per_s / (requests * USED_SHARE)
    burst = 1.0 / (burst_per_s * USED_SHARE) if burst_per_s else 0.0
    return round(max(steady, burst) * 1_000_000)


_PAUSED_UNTIL = select(rate_limits.c.paused_until).where(rate_limits.c.name == bindparam("key"))


@cache
def _acquire(dialect: str) -> Any:
    """Advances the arrival time of a key by one step; the statement is built once, since that takes longer than SQL."""
    row, now, step = rate_limits.c, bindparam("now", type_=Big), bindparam("step", type_=Big)
    # A time beyond the longest wait is left of a clock that was once wrong.
    due = case((row.tat > bindparam("latest", type_=Big), now), (row.tat > now, row.tat), else_=now)
    return (
        insert_for(dialect, rate_limits)
        .values(name=bindparam("key"), tat=now + step)
        .on_conflict_do_update(index_elements=[row.name], set_={"tat": due + step})
        .returning(row.tat)
    )


@dataclass(frozen=True, slots=True)
class KeyLimit:
    """The state of a key's rate limiter.

    Attributes:
        provider: The provider.
        key: Fingerprint of the key.
        next_request_at: When the next request may go out; None if it may now.
        held_until: Until when the provider asked for a pause; None if it did not.
        requests_today: Requests counted against a quota of the day; None without a quota.
    """

    provider: str
    key: str
    next_request_at: datetime | None
    held_until: datetime | None
    requests_today: int | None


def list_limits(database: StateDatabase, now: datetime) -> list[KeyLimit]:
    """The rate limiter of every key that was used."""
    at, today = to_micros(now), now.astimezone(UTC).date().isoformat()
    with database.reading() as connection:
        rows = connection.execute(select(rate_limits).order_by(rate_limits.c.name)).all()
    return [
        KeyLimit(
            row.name.partition("/")[0],
            row.name.partition("/")[2],
            from_micros(row.tat) if at < row.tat <= at + _MAX_WAIT_US else None,
            from_micros(row.paused_until) if at < row.paused_until <= at + _MAX_WAIT_US else None,
            None if row.day is None else row.day_used if row.day == today else 0,
        )
        for row in rows
    ]


def clear_holds(database: StateDatabase, now: datetime, provider: str) -> int:
    """Ends the pauses that a provider asked for; returns how many keys were held."""
    row = rate_limits.c
    with database.transaction() as connection:
        return connection.execute(
            update(rate_limits)
            .where(row.name.startswith(f"{provider}/", autoescape=True), row.paused_until > to_micros(now))
            .values(paused_until=0, tat=to_micros(now))
        ).rowcount


class RateLimiter:
    """The row of one key.

    Args:
        database: Where it is.
        name: Provider and fingerprint of the key.
        interval: Microseconds between two requests; 0 is no limit at all.
        per_day: Requests allowed a day, counted from 00:00 UTC.
    """

    def __init__(self, database: StateDatabase, name: str, interval: int, per_day: int | None = None) -> None:
        self.database = database
        self.name = name
        self.interval = interval
        self.per_day = per_day

    def acquire(self, now: datetime) -> float:
        """Takes the next token; returns how many seconds to wait before the request may go out.

        Raises:
            BudgetError: The day's quota is used up.
        """
        if not self.interval and self.per_day is None:
            return 0.0
        at = to_micros(now)
        values = {"key": self.name, "now": at, "step": self.interval, "latest": at + self._max_wait}
        with self.database.transaction(durable=False) as connection:
            if self.per_day is not None:
                self._count_day(connection, now)
            tat = connection.execute(_acquire(connection.dialect.name), values).scalar_one()
        return max(0, int(tat) - self.interval - at) / 1_000_000

    @property
    def _max_wait(self) -> int:
        """Microseconds: no queue and no provider's wish reaches further."""
        return _MAX_WAIT_US + 1_000 * self.interval

    def release(self) -> None:
        """Returns a token that was acquired and not used."""
        if not self.interval and self.per_day is None:
            return
        row = rate_limits.c
        used = case((row.day_used > 0, row.day_used - int(self.per_day is not None)), else_=0)
        with self.database.transaction(durable=False) as connection:
            connection.execute(
                update(rate_limits).where(row.name == self.name).values(tat=row.tat - self.interval, day_used=used)
            )

    def pause_left(self, connection: Connection, now: datetime) -> float:
        """Seconds for which the provider has asked everybody to wait, also those who acquired a token before."""
        until = connection.scalar(_PAUSED_UNTIL, {"key": self.name})
        at = to_micros(now)
        return (until - at) / 1_000_000 if until is not None and at < until <= at + self._max_wait else 0.0

    def pause(self, now: datetime, seconds: float) -> None:
        """No request with this key goes out before that many seconds have passed, a day at most."""
        until = to_micros(now) + min(_MAX_WAIT_US, round(seconds * 1_000_000))
        fields = {"provider": self.name.partition("/")[0], "wait_s": round(seconds, 1)}
        log.info("%(provider)s asked to wait: no process uses this key for %(wait_s)s s", fields)
        row = rate_limits.c
        with self.database.transaction() as connection:
            connection.execute(
                insert_into(connection, rate_limits)
                .values(name=self.name, tat=until, paused_until=until)
                .on_conflict_do_update(
                    index_elements=[row.name],
                    set_={
                        "tat": case((row.tat > until, row.tat), else_=until),
                        "paused_until": case((row.paused_until > until, row.paused_until), else_=until),
                    },
                )
            )

    def _count_day(self, connection: Connection, now: datetime) -> None:
        day = now.astimezone(UTC).date().isoformat()
        row = rate_limits.c
        statement = (
            insert_into(connection, rate_limits)
            .values(name=self.name, tat=0, day=day, day_used=1)
            .on_conflict_do_update(
                index_elements=[row.name],
                set_={"day_used": case((row.day == day, row.day_used + 1), else_=1), "day": day},
            )
            .returning(row.day_used)
        )
        used = connection.execute(statement).scalar_one()
        if self.per_day is not None and used > self.per_day:
            tomorrow = now.astimezone(UTC).date() + timedelta(days=1)
            raise BudgetError(
                f"The provider allows {self.per_day:,} requests a day: resume after {tomorrow} 00:00 UTC."
            )
