"""Erasing what is about a person from the state: each table has a rule, in one place.

Costs stay, without their subject. A kept response that names the person goes as a whole, whoever else is in it:
otherwise `dwell replay` would bring the rows back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn

from sqlalchemy import ColumnElement, Table, delete, select, true, update

from dwell.records import TOPICS
from dwell.records.personal import Subject
from dwell.state import tracked_videos, webhook_events
from dwell.state.connection_schema import connections, consent_requests, stream_states
from dwell.state.responses import StoredResponse, iterate, read_body
from dwell.state.schema import (
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
        if (not _is_of_topic(response.what) and mentions.occur_in(response.subject))
        or _has_mention(read_body(database, response), mentions)
    ]


def _is_of_topic(what: str) -> bool:
    """The subject of such a response is a hashtag, a sound or a search, which may read as the name does."""
    return what.startswith(TOPICS)


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
    for name, rule in _OF_ACCOUNTS.items() if subject.kind == "account" else ():
        counts[name] += rule(connection, subject, mentions, now)
    for at in range(0, len(found), 500):
        chosen = responses.c.response_id.in_(found[at : at + 500])
        counts["responses"] += connection.execute(delete(responses).where(chosen)).rowcount
    return counts


_NAMES_IN_OUTCOMES = ("name", "handle", "title", "detail", "creator_id")


def _erase_targets(connection: Connection, _: Subject, mentions: Mentions, __: datetime) -> int:
    """Targets of sweeps and syncs that are this account, and what became of them; topics stay."""
    row, changed = sweep_targets.c, 0
    columns = (row.sweep_id, row.position, row.kind, row.name, row.outcome)
    accounts = select(*columns).where(row.kind.in_(("account", "connection")))
    for sweep_id, position, kind, name, outcome in connection.execute(accounts).all():
        shown = outcome or {}
        scrubbed = {**shown, **{key: mentions.scrub(shown[key]) for key in _NAMES_IN_OUTCOMES if key in shown}}
        if kind == "connection" and mentions.occur_in(name):
            scrubbed = {}  # it lists the account's videos
        if mentions.occur_in(name) or scrubbed != shown:
            values = {"name": mentions.scrub(name), "outcome": scrubbed or None}
            mine = update(sweep_targets).where(row.sweep_id == sweep_id, row.position == position)
            changed += connection.execute(mine.values(values)).rowcount
    return changed


def _deleted(
    table: Table, key: tuple[str, ...], *columns: str, condition: ColumnElement[bool] | None = None
) -> Callable[..., int]:
    """A rule: rows that name the person in one of these columns go, of those for which the condition is true."""

    def rule(connection: Connection, _: Subject, mentions: Mentions, __: datetime) -> int:
        gone = 0
        shown = [table.c[name] for name in dict.fromkeys((*key, *columns))]
        for row in (
            connection.execute(select(*shown).where(true() if condition is None else condition)).mappings().all()
        ):
            if any(mentions.scrub(row[name]) != row[name] for name in columns):
                gone += connection.execute(delete(table).where(*(table.c[name] == row[name] for name in key))).rowcount
        return gone

    return rule


def _scrub_runs(connection: Connection, _: Subject, mentions: Mentions, __: datetime) -> int:
    """Outcomes of scheduled runs are sentences."""
    runs, changed = schedule_runs.c, 0
    for name, slot, outcome in connection.execute(select(runs.schedule, runs.slot, runs.outcome)).all():
        if mentions.occur_in(outcome):
            mine = update(schedule_runs).where(runs.schedule == name, runs.slot == slot)
            changed += connection.execute(mine.values(outcome=ERASED)).rowcount
    return changed


def _forget_ledger(connection: Connection, _: Subject, mentions: Mentions, __: datetime) -> int:
    named = [text for text in connection.scalars(select(ledger.c.subject).distinct()) if mentions.occur_in(text)]
    changed = 0
    for text in named:
        same = update(ledger).where(ledger.c.subject == text)
        changed += connection.execute(same.values(subject=ERASED)).rowcount
    return changed


def _end_sweeps(connection: Connection, _: Subject, mentions: Mentions, now: datetime) -> int:
    """A sweep or sync that was stopped and names the person is not resumed: it would read them again."""
    changed = 0
    columns = (sweeps.c.sweep_id, sweeps.c.spec, sweeps.c.summary, sweeps.c.finished_at)
    for sweep_id, spec, summary, finished_at in connection.execute(select(*columns)).all():
        after = dict(spec)
        if "targets" in spec:
            after["targets"] = [[kind, mentions.scrub(n) if kind == "account" else n] for kind, n in spec["targets"]]
        if "accounts" in spec:
            after["accounts"] = mentions.scrub(spec["accounts"])
        told = dict(summary or {})
        if "rows" in told:
            told["rows"] = [row for row in told["rows"] if mentions.scrub(row) == row]
        if (spec, summary or {}) != (after, told):
            values = {"spec": after, "summary": told or None, "finished_at": finished_at or now}
            changed += connection.execute(update(sweeps).where(sweeps.c.sweep_id == sweep_id).values(values)).rowcount
    return changed


def _leave_schedules(connection: Connection, _: Subject, mentions: Mentions, __: datetime) -> int:
    """The person is taken out of what is scheduled; a schedule of nobody else goes."""
    changed = _leave_syncs(connection, mentions)
    for name, spec in connection.execute(select(schedules.c.schedule, schedules.c.spec)).all():
        before = spec.get("names") or []
        left = [each for each in before if _names_topic(each) or not mentions.occur_in(each)]
        if left == before:
            continue
        mine = schedules.c.schedule == name
        if left or spec.get("watchlist"):
            again = update(schedules).where(mine).values(spec={**spec, "names": left})
            changed += connection.execute(again).rowcount
        else:
            changed += connection.execute(delete(schedules).where(mine)).rowcount
    return changed


def _leave_syncs(connection: Connection, mentions: Mentions) -> int:
    """The same for syncs of named accounts."""
    changed = 0
    for name, spec in connection.execute(select(schedules.c.schedule, schedules.c.spec)).all():
        before = (spec.get("sync") or {}).get("accounts") or []
        left = [each for each in before if not mentions.occur_in(each)]
        if left == before:
            continue
        mine = schedules.c.schedule == name
        if left and not mentions.occur_in(name):
            fewer = {"sync": {**spec["sync"], "accounts": left}}
            changed += connection.execute(update(schedules).where(mine).values(spec=fewer)).rowcount
        else:  # the name of such a schedule has the accounts, too
            changed += connection.execute(delete(schedules).where(mine)).rowcount
    return changed


def _names_topic(text: str) -> bool:
    return text.startswith(("#", *(f"{kind}:" for kind in TOPICS)))


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


def _erase_streams(connection: Connection, subject: Subject, _: Mentions, __: datetime) -> int:
    return connection.execute(delete(stream_states).where(stream_states.c.account.in_(subject.open_ids))).rowcount


_OF_ACCOUNTS: Mapping[str, Callable[..., int]] = {
    "sweeps": _end_sweeps,
    "sweep_targets": _erase_targets,
    "tracked_videos": _erase_videos,
    "webhook_events": _erase_events,
    "ledger": _forget_ledger,
    "subjects": _deleted(
        subjects, ("provider", "kind", "name"), "name", "id", "key", condition=subjects.c.kind.not_in(TOPICS)
    ),
    "watchlists": _deleted(watchlists, ("watchlist", "kind", "name"), "name", condition=watchlists.c.kind == "account"),
    "schedules": _leave_schedules,
    "schedule_runs": _scrub_runs,
    "idempotency_keys": _deleted(idempotency_keys, ("account_id", "idempotency_key"), "response"),
    "connections": _erase_connections,
    "stream_states": _erase_streams,
}
"""Table -> its rule, for accounts. What a writer of comments has is in responses alone."""

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
        "rate_windows",
        "tracking_days",
        "webhooks",
        "drift",
    }
)
"""Tables that say nothing of accounts that are read: who uses the service, their money, what runs, types of fields."""


def tables_with_rules() -> set[str]:
    """The tables that have a rule, or none because they are about nobody."""
    return {*_OF_ACCOUNTS, *WITH_OTHERS, *WITHOUT_PERSONS}
