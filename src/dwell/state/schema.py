"""The tables of the state database, as they are today; `migrations/` brings older ones here."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    event,
    text,
)

from dwell.state.types import Big, Flag, Instant, JsonText, Words

LAYOUT = 4
"""Number of the newest migration; a database with a higher one is refused."""

metadata = MetaData()


def _table(name: str, *parts: Any, key: tuple[str, ...], rowid: bool = False) -> Table:
    primary = PrimaryKeyConstraint(*key, name=f"{name}_pkey")
    return Table(name, metadata, *parts, primary, sqlite_with_rowid=rowid)


def _text(name: str, **options: Any) -> Column[str]:
    return Column(name, Words, nullable=False, **options)


def _count(name: str, default: int | None = None) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default=None if default is None else text(str(default)))


def _instant(name: str) -> Column[Any]:
    return Column(name, Instant, nullable=False)


def _owner() -> tuple[Column[str], Column[str]]:
    """Whom a row belongs to: a sweep, and later a tracking poll or a sync, by its id."""
    return _text("owner_kind", server_default=text("'sweep'")), _text("owner_id")


identity = _table("identity", _text("folder_id"), key=("folder_id",))
"""The data folder that this database belongs to: one row."""

rate_limits = _table(
    "rate_limits",
    _text("name"),
    Column("tat", Big, nullable=False),
    Column("paused_until", Big, nullable=False, server_default=text("0")),
    Column("day", Text),
    _count("day_used", 0),
    key=("name",),
)
"""When the next request of a key may go out (GCRA): its theoretical arrival time, microseconds since 1970."""

ledger = _table(
    "ledger",
    _text("request_id"),
    *_owner(),
    _text("provider"),
    _text("endpoint"),
    _text("command"),
    _text("subject"),
    _instant("sent_at"),
    Column("done_at", Instant),
    _text("outcome"),
    Column("status", Integer),
    _count("credits"),
    Column("certain", Flag, nullable=False),
    Column("cost_micros", Big, nullable=False),
    Column("simulated", Flag, nullable=False, server_default=text("0")),
    key=("request_id",),
)
"""One row per request, written before it is sent: what was paid is never only in memory."""
Index("ledger_by_owner", ledger.c.owner_id)
Index("ledger_by_time", ledger.c.sent_at)

responses = _table(
    "responses",
    Column("response_id", Big, nullable=False, autoincrement=True),
    _text("request_id"),
    *_owner(),
    _count("position"),
    _text("provider"),
    _text("endpoint"),
    _text("what"),
    _text("subject"),
    _instant("received_at"),
    Column("simulated", Flag, nullable=False),
    _count("items"),
    _count("rejected", 0),
    Column("parsed_by", Text),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("request_id", name="responses_request_id_key"),
    key=("response_id",),
    rowid=True,
)
"""What came back, as it came, packed. `parsed_by` is the parser whose rows are stored; null: not yet. `rejected` of its
objects gave no row."""
Index("responses_by_owner", responses.c.owner_id, responses.c.position)
Index(
    "responses_pending",
    responses.c.parsed_by,
    sqlite_where=responses.c.parsed_by.is_(None),
)


@event.listens_for(metadata, "before_create")
def _say_where_on_postgresql(_: MetaData, connection: Connection, **__: Any) -> None:
    """The same condition on PostgreSQL; said beside the other, it would load that dialect where SQLite is used."""
    if connection.dialect.name == "postgresql":
        pending = next(index for index in responses.indexes if index.name == "responses_pending")
        pending.dialect_options["postgresql"]["where"] = responses.c.parsed_by.is_(None)


sweeps = _table(
    "sweeps",
    _text("sweep_id"),
    _text("command"),
    Column("spec", JsonText, nullable=False),
    _instant("started_at"),
    Column("finished_at", Instant),
    Column("summary", JsonText),
    Column("holder", Text),
    Column("leased_until", Instant),
    key=("sweep_id",),
)
"""A job: what it is to do, which process does it, and what came of it."""

sweep_targets = _table(
    "sweep_targets",
    _text("sweep_id"),
    _count("position"),
    _text("kind"),
    _text("name"),
    Column("outcome", JsonText),
    key=("sweep_id", "position"),
)

subjects = _table(
    "subjects",
    _text("provider"),
    _text("kind"),
    _text("name"),
    Column("id", Words),
    Column("key", Words),
    Column("total", Big),
    _instant("looked_up_at"),
    key=("provider", "kind", "name"),
)
"""Ids that a provider needs in place of a name, so that no lookup is paid for twice."""

watchlists = _table(
    "watchlists",
    _text("watchlist"),
    _text("kind"),
    _text("name"),
    _instant("added_at"),
    key=("watchlist", "kind", "name"),
)

schedules = _table(
    "schedules",
    _text("schedule"),
    _text("every"),
    _text("at"),
    _text("tz"),
    Column("spec", JsonText, nullable=False),
    _instant("added_at"),
    key=("schedule",),
)

schedule_runs = _table(
    "schedule_runs",
    _text("schedule"),
    _instant("slot"),
    _text("token"),
    _instant("leased_until"),
    _instant("started_at"),
    Column("finished_at", Instant),
    Column("outcome", Words),
    key=("schedule", "slot"),
)
"""A scheduled time is taken by one process: the key makes it once, the lease gives it back if that process dies."""

job_leases = _table("job_leases", _text("job"), _text("holder"), _instant("leased_until"), key=("job",))
"""A job that the data folder needs now and then is done by one process at a time."""

drift = _table(
    "drift",
    _text("provider"),
    _text("object"),
    _text("field"),
    _text("what"),
    Column("seen", Words),
    _instant("first_at"),
    _instant("last_at"),
    Column("times", Big, nullable=False),
    key=("provider", "object", "field", "what"),
)
"""How a provider's objects differ from its contract."""
