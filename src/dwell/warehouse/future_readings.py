"""Readings that are stamped later than now: a clock was ahead when they were read, or a file gave a wrong time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from dwell.clock import TOLERANCE
from dwell.records import TABLES, Table
from dwell.records.reading import SIMULATED_SUFFIX
from dwell.settings import Settings
from dwell.warehouse import views
from dwell.warehouse.columns import quote_name, quote_text
from dwell.warehouse.damage import reading_errors

if TYPE_CHECKING:
    from dwell.warehouse.snapshot import StoreSnapshot

# A day begins so much earlier in the easternmost zone than in UTC.
_EASTERNMOST = timedelta(hours=14)

_SUBJECTS = {
    "post_id": "posts",
    "handle": "accounts",
    "comment_id": "comments",
    "topic_kind": "topics",
    "open_id": "accounts",
    "business_category": "benchmarks",
}

WITNESSES: Mapping[str, tuple[str, ...]] = {
    "posts": ("post_snapshots", "watch_times", "post_states"),
    "creators": ("creator_snapshots", "creator_states", "posts"),
}
"""Table of newest values -> tables whose rows tell when a post or an account was read, too."""


@dataclass(frozen=True, slots=True)
class FutureReadings:
    """The readings of one table and source that are stamped later than now.

    Attributes:
        table: The table.
        source: Format or provider.
        rows: How many.
        subject: What they are about: `posts`, `accounts`, `comments`, `topics` or `benchmarks`.
        subjects: How many of those.
        subjects_without_others: How many of those nothing else is known of: no other row in the table, nor, for
            attributes of posts and accounts, any other reading.
        first_observed_at: The earliest of their times.
        last_observed_at: The latest of their times.
    """

    table: str
    source: str
    rows: int
    subject: str
    subjects: int
    subjects_without_others: int
    first_observed_at: datetime
    last_observed_at: datetime


def is_future(table: Table, now: datetime) -> str:
    """DuckDB SQL, true or false for each row of a table: it was observed later than now.

    A reading that may be known to the day alone counts only if its day has not begun anywhere yet. Readings of a
    simulation do not count: its clock may run ahead of ours.
    """
    limit, day_limit = (f"TIMESTAMPTZ {quote_text(one.isoformat())}" for one in _limits(now))
    # Tables of newest values do not say how exactly the time of a row is known.
    if table.keeps == "newest":
        limit = day_limit
    elif any(column.name == "observed_precision" for column in table.columns):
        limit = f"CASE WHEN observed_precision = 'day' THEN {day_limit} ELSE {limit} END"
    return f"coalesce(observed_at > {limit} AND NOT ends_with(source, {quote_text(SIMULATED_SUFFIX)}), false)"


def is_past(now: datetime) -> str:
    """DuckDB SQL: a row was observed up to now, by whatever clock."""
    return f"observed_at <= TIMESTAMPTZ {quote_text(now.isoformat())}"


def _limits(now: datetime) -> tuple[datetime, datetime]:
    return now + TOLERANCE, now + TOLERANCE + _EASTERNMOST


def list_future_readings(snapshot: StoreSnapshot, settings: Settings, now: datetime) -> list[FutureReadings]:
    """The readings that are stamped later than now, by table and source.

    Raises:
        DamagedDataError: A file of the lake is missing or damaged.
    """
    from dwell.warehouse.duckdb_connection import connect
    from dwell.warehouse.engine_duckdb import fetch

    found: list[FutureReadings] = []
    unsealed = snapshot.unsealed_rows(TABLES)
    with reading_errors(snapshot.root), connect(settings) as connection:
        views.attach(connection, snapshot.root, snapshot.catalogue, unsealed)
        for name, table in TABLES.items():
            state, future = snapshot.catalogue.table(name), is_future(table, now)
            every = views.all_versions(table, snapshot.root, state, unsealed=bool(unsealed[name]))
            if not connection.execute(f"SELECT 1 FROM ({every}) WHERE {future} LIMIT 1").fetchall():
                continue
            keys = _subject_columns(table)
            known = [f"SELECT {keys} FROM ({every}) WHERE NOT {future}"]
            known += [f"SELECT {keys} FROM {other} WHERE {is_past(now)}" for other in WITNESSES.get(name, ())]
            others = f"SELECT DISTINCT {keys}, true AS has_others FROM ({' UNION ALL '.join(known)})"
            sql = (
                f"SELECT source, count(*), count(DISTINCT ({keys})), "
                f"count(DISTINCT ({keys})) FILTER (has_others IS NULL), min(observed_at), max(observed_at) "
                f"FROM {quote_name(name)} LEFT JOIN ({others}) USING ({keys}) WHERE {future} "
                "GROUP BY source ORDER BY source"
            )
            subject = subject_of(table)
            for source, rows, subjects, alone, first, last in fetch(connection, sql).rows:
                found.append(FutureReadings(name, source, rows, subject, subjects, alone, first, last))
    return found


def subject_of(table: Table) -> str:
    """What the rows of a table are about, in the plural."""
    return _SUBJECTS[table.key[0]]


def _subject_columns(table: Table) -> str:
    """The columns that say what a row is about, as an SQL list."""
    return "topic_kind, topic" if table.key[0] == "topic_kind" else quote_name(table.key[0])
