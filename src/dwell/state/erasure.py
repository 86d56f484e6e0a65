"""Erasing what is about a person from the state: each table has a rule, in one place.

Costs stay, without their subject. A kept response that names the person goes as a whole, whoever else is in it:
otherwise `dwell replay` would bring the rows back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn

from sqlalchemy import Table, delete, select, update

from dwell.disk.shrink import shrink
from dwell.records.personal import Subject
from dwell.state import tracked_videos, webhook_events
from dwell.state.connection_schema import connections, consent_requests
from dwell.state.database import PROGRAM
from dwell.state.layout import load_metadata
from dwell.state.responses import StoredResponse, iterate, read_body
from dwell.state.schema import (
    drift,
    ledger,
    responses,
    schedule_runs,
    schedules,
    subjects,
    sweep_targets,
    sweeps,
    watchlists,
)
from dwell.state.tracking_schema import idempotency_keys
from dwell.state.tracking_schema import tracked_videos as videos
from dwell.state.webhook_schema import webhook_attempts, webhook_deliveries
from dwell.state.webhook_schema import webhook_events as events
from dwell.text.mentions import ERASED, Mentions

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from dwell.state.database import StateDatabase

Counts = Counter[str]
"""Table -> rows that go, or that no longer name the person."""


class _UndoneError(Exception):
    """Ends a transaction whose changes were only to be counted."""


def _undo() -> NoReturn:
    raise _UndoneError


def find_subject(database: StateDatabase, subject: Subject, mentions: Callable[[Subject], Mentions]) -> None:
    """Completes an account with what the state knows of it: ids from lookups, connections and tracked videos.

    Args:
        database: The state.
        subject: The account.
        mentions: Tells how texts name it.
    """
    if subject.kind != "account":
        return
    with database.reading() as connection:
        if subject.platform in {None, "tiktok"}:
            row = connections.c
            for username, open_id in connection.execute(select(row.username, row.open_id)):
                if not subject.names.isdisjoint({(username or "").lower(), open_id.lower()}):
                    subject.open_ids.add(open_id)
        known = mentions(subject)
        for row_of_video in _videos(connection, subject, known):
            subject.post_ids.add(row_of_video.post_id)


def find_responses(database: StateDatabase, mentions: Mentions) -> list[int]:
    """Ids of the kept responses that name the person, in their subject or their body."""
    return [
        response.response_id
        for group in iterate(database)
        for response in group
        if mentions.occur_in(response.subject) or _has_mention(read_body(database, response), mentions)
    ]


def _has_mention(response: StoredResponse, mentions: Mentions) -> bool:
    # What cannot be read cannot be told to be free of the person.
    return bool(response.damage) or mentions.occur_in_body(response.body)


def count(database: StateDatabase, subject: Subject, mentions: Mentions, found: Sequence[int]) -> Counts:
    """What `erase` would do; nothing is changed."""
    counts: Counts = Counter()
    try:
        with database.transaction() as connection:
            counts = _erase(connection, subject, mentions, found, database.now())
            _undo()
    except _UndoneError:
        return counts


def erase(database: StateDatabase, subject: Subject, mentions: Mentions, found: Sequence[int]) -> Counts:
    """Erases what the state has of a person, in one transaction.

    Args:
        database: The state.
        subject: Whom.
        mentions: How texts name them.
        found: `find_responses`.

    Returns:
        Table -> rows that went or no longer name the person.
    """
    now = database.now()
    with database.transaction() as connection:
        return _erase(connection, subject, mentions, found, now)


def _erase(connection: Connection, subject: Subject, mentions: Mentions, found: Sequence[int], now: datetime) -> Counts:
    counts: Counts = Counter()
    for rules in (_OF_ALL, _OF_ACCOUNTS if subject.kind == "account" else {}):
        for name, rule in rules.items():
            counts[name] += rule(connection, subject, mentions, now)
    for at in range(0, len(found), 500):
        chosen = responses.c.response_id.in_(found[at : at + 500])
        counts["responses"] += connection.execute(delete(responses).where(chosen)).rowcount
    return counts


def _scrubbed(table: Table, key: tuple[str, ...], *columns: str) -> Callable[..., int]:
    """A rule: texts and documents that name the person read `erased`, the rest of the row stays."""

    def rule(connection: Connection, _: Subject, mentions: Mentions, __: datetime) -> int:
        changed = 0
        rows = connection.execute(select(*(table.c[name] for name in (*key, *columns)))).mappings().all()
        for row in rows:
            values = {name: mentions.scrub(row[name]) for name in columns}
            if any(values[name] != row[name] for name in columns):
                mine = [table.c[name] == row[name] for name in key]
                changed += connection.execute(update(table).where(*mine).values(values)).rowcount
        return changed

    return rule


def _deleted(table: Table, key: tuple[str, ...], *columns: str) -> Callable[..., int]:
    """A rule: rows that name the person in one of these columns go."""

    def rule(connection: Connection, _: Subject, mentions: Mentions, __: datetime) -> int:
        gone = 0
        rows = connection.execute(select(*(table.c[name] for name in dict.fromkeys((*key, *columns))))).mappings()
        for row in rows.all():
            if any(mentions.scrub(row[name]) != row[name] for name in columns):
                gone += connection.execute(delete(table).where(*(table.c[name] == row[name] for name in key))).rowcount
        return gone

    return rule


def _forget_ledger(connection: Connection, _: Subject, mentions: Mentions, __: datetime) -> int:
    named = [text for text in connection.scalars(select(ledger.c.subject).distinct()) if mentions.occur_in(text)]
    changed = 0
    for text in named:
        same = update(ledger).where(ledger.c.subject == text)
        changed += connection.execute(same.values(subject=ERASED)).rowcount
    return changed


def _end_sweeps(connection: Connection, _: Subject, mentions: Mentions, now: datetime) -> int:
    """A sweep that was stopped and names the person is not resumed: it would read them again."""
    rows = connection.execute(select(sweeps.c.sweep_id, sweeps.c.spec, sweeps.c.summary, sweeps.c.finished_at)).all()
    targets = select(sweep_targets.c.sweep_id, sweep_targets.c.name)
    of_targets = {sweep_id for sweep_id, name in connection.execute(targets) if mentions.occur_in(name)}
    changed = 0
    for sweep_id, spec, summary, finished_at in rows:
        values = {"spec": mentions.scrub(spec), "summary": mentions.scrub(summary)}
        if values == {"spec": spec, "summary": summary} and (finished_at is not None or sweep_id not in of_targets):
            continue
        values["finished_at"] = finished_at or now
        changed += connection.execute(update(sweeps).where(sweeps.c.sweep_id == sweep_id).values(values)).rowcount
    return changed


def _leave_schedules(connection: Connection, _: Subject, mentions: Mentions, __: datetime) -> int:
    """The person is taken out of what is scheduled; a schedule of nobody else goes."""
    changed = 0
    for name, spec in connection.execute(select(schedules.c.schedule, schedules.c.spec)).all():
        if mentions.scrub(spec) == spec:
            continue
        mine = schedules.c.schedule == name
        left = [each for each in spec.get("names") or () if not mentions.occur_in(each)]
        rest = mentions.scrub({key: value for key, value in spec.items() if key != "names"})
        if left or spec.get("watchlist") or "names" not in spec:
            again = {**rest, "names": left} if "names" in spec else rest
            changed += connection.execute(update(schedules).where(mine).values(spec=again)).rowcount
        else:
            changed += connection.execute(delete(schedules).where(mine)).rowcount
    return changed


def _videos(connection: Connection, subject: Subject, mentions: Mentions) -> Iterator[Any]:
    columns = (videos.c.video_id, videos.c.post_id, videos.c.handle, videos.c.creator_id, videos.c.platform)
    for row in connection.execute(select(*columns, videos.c.video_link)).all():
        if subject.platform not in {None, row.platform}:
            continue
        is_theirs = row.post_id in subject.post_ids or row.creator_id in subject.account_ids
        if is_theirs or (row.handle or "").lower() in subject.names or mentions.occur_in(row.video_link):
            yield row


def _erase_videos(connection: Connection, subject: Subject, mentions: Mentions, _: datetime) -> int:
    """Tracked videos with their snapshots, gaps, events and deliveries; balance entries name only the id of the job."""
    found = list(_videos(connection, subject, mentions))
    for row in found:
        tracked_videos.lock_due(connection, row.video_id)
        webhook_events.erase_video(connection, row.video_id)
        tracked_videos.erase(connection, row.video_id)
    return len(found)


def _erase_events(connection: Connection, _: Subject, mentions: Mentions, __: datetime) -> int:
    gone = 0
    for event_id, body in connection.execute(select(events.c.event_id, events.c.body)).all():
        if mentions.occur_in_body(body.encode()):
            for table in (webhook_deliveries, webhook_attempts, events):
                connection.execute(delete(table).where(table.c.event_id == event_id))
            gone += 1
    return gone


def _erase_connections(connection: Connection, subject: Subject, _: Mentions, __: datetime) -> int:
    row = connections.c
    gone = 0
    for connection_id, username, open_id in connection.execute(
        select(row.connection_id, row.username, row.open_id)
    ).all():
        if open_id in subject.open_ids or (username or "").lower() in subject.names:
            of_it = consent_requests.c.connection_id == connection_id
            connection.execute(delete(consent_requests).where(of_it))
            gone += connection.execute(delete(connections).where(row.connection_id == connection_id)).rowcount
    return gone


_OF_ALL: Mapping[str, Callable[..., int]] = {
    "drift": _scrubbed(drift, ("provider", "object", "field", "what"), "seen"),
}
"""Table -> its rule, for accounts and for writers of comments."""

_OF_ACCOUNTS: Mapping[str, Callable[..., int]] = {
    "sweeps": _end_sweeps,  # first, while their targets still have names
    "sweep_targets": _scrubbed(sweep_targets, ("sweep_id", "position"), "name", "outcome"),
    "tracked_videos": _erase_videos,
    "webhook_events": _erase_events,
    "ledger": _forget_ledger,
    "subjects": _deleted(subjects, ("provider", "kind", "name"), "name", "id", "key"),
    "watchlists": _deleted(watchlists, ("watchlist", "kind", "name"), "name"),
    "schedules": _leave_schedules,
    "schedule_runs": _scrubbed(schedule_runs, ("schedule", "slot"), "outcome"),
    "idempotency_keys": _deleted(idempotency_keys, ("account_id", "idempotency_key"), "response"),
    "connections": _erase_connections,
}
"""Table -> its rule, for accounts."""

WITH_OTHERS = {
    "responses": "responses that name the person, found before",
    "due_slots": "tracked_videos",
    "tracked_snapshots": "tracked_videos",
    "tracked_gaps": "tracked_videos",
    "webhook_deliveries": "webhook_events",
    "webhook_attempts": "webhook_events",
    "consent_requests": "connections",
}
"""Table -> the rule that erases its rows, too."""

WITHOUT_PERSONS = frozenset(
    {
        "identity",
        "rate_limits",
        "job_leases",
        "accounts",
        "api_keys",
        "balance_entries",
        "request_windows",
        "tracking_days",
        "webhooks",
    }
)
"""Tables that say nothing of accounts that are read: who uses the service, their money, and what runs."""


def tables_with_rules() -> set[str]:
    """The tables that have a rule, or none because they are about nobody."""
    return {*_OF_ALL, *_OF_ACCOUNTS, *WITH_OTHERS, *WITHOUT_PERSONS}


def is_unused(database: StateDatabase) -> bool:
    """No other process of dwell uses a database on a server; true of every file, which is asked otherwise."""
    if database.path is not None:
        return True
    with database.reading() as connection:
        others = connection.exec_driver_sql(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
            f"AND application_name = '{PROGRAM}'"
        ).scalar_one()
    return not others


def list_replaced(database: StateDatabase) -> list[str]:
    """Schemas on a server to which `dwell restore --replace` moved older tables."""
    if database.path is not None:
        return []
    with database.reading() as connection:
        sql = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'replaced!_%%' ESCAPE '!' ORDER BY nspname"
        return [name for (name,) in connection.exec_driver_sql(sql)]


def reclaim(database: StateDatabase) -> None:
    """Writes the tables anew without what was deleted; on a server it takes each of them alone for that time.

    Raises:
        StorageError: Another process reads the file.
    """
    if database.path is not None:
        with database.engine.connect() as connection:
            shrink(connection.connection.driver_connection, database.path)
        return
    names = sorted(set(load_metadata().tables) - WITHOUT_PERSONS)
    with database.engine.connect() as connection:
        alone = connection.execution_options(isolation_level="AUTOCOMMIT")
        for name in names:
            alone.exec_driver_sql(f"VACUUM (FULL) {name}")
