"""What a job can only know at its end: states of accounts and posts, and the size of each topic."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from dwell.errors import StorageError
from dwell.live.load_responses import SIMULATED_SUFFIX, LoadStats
from dwell.live.outcome import Outcome
from dwell.providers.rewrite import Rewriter
from dwell.records import Hints, SourceFile
from dwell.state import StateDatabase, owner, responses
from dwell.warehouse.load import Loaded, load
from dwell.warehouse.store import Store

Row = dict[str, Any]

_GAP_SHARE = 0.1
_GAP_POSTS = 5

_STATES = """
SELECT handle, arg_max(state, observed_at) AS state FROM creator_states WHERE handle IN (SELECT unnest($handles))
GROUP BY handle
"""
_POSTS = """
WITH seen AS (SELECT DISTINCT post_id FROM post_snapshots WHERE observed_at BETWEEN $since AND $until),
    states AS (SELECT post_id, arg_max(state, observed_at) AS state FROM post_states GROUP BY post_id),
    known AS (
        SELECT p.handle, p.post_id, p.posted_at, s.post_id IS NOT NULL AS seen, states.state,
            min(p.posted_at) FILTER (s.post_id IS NOT NULL AND NOT coalesce(p.is_pinned, false))
                OVER (PARTITION BY p.handle) AS oldest
        FROM posts p LEFT JOIN seen s USING (post_id) LEFT JOIN states USING (post_id)
        WHERE p.handle IN (SELECT unnest($handles)) AND p.posted_at IS NOT NULL
    ),
    covered AS (
        SELECT *, count(*) OVER (PARTITION BY handle) AS covered FROM known
        WHERE oldest IS NOT NULL AND (posted_at >= oldest OR handle IN (SELECT unnest($whole)))
    )
SELECT handle, post_id, seen, state, covered FROM covered WHERE NOT seen OR state = 'missing'
"""


def finalize(
    store: Store, database: StateDatabase, provider: str, sweep_id: str, outcomes: Sequence[Outcome], stats: LoadStats
) -> list[Outcome]:
    """Store the states of accounts and posts, and the samples of topics; a state is stored only if it has changed.

    A state that cannot be stored is counted as a reject; the job still ends.

    Returns:
        The outcomes. If a listing left out many known posts of the time span it covers, its outcome is not complete.
    """
    accounts = [outcome for outcome in outcomes if outcome.kind == "account"]
    post_rows, checked = _post_state_rows(store, database, sweep_id, accounts)
    creator_rows = _creator_state_rows(store, accounts)
    topic_rows = [
        _topic_sample_row(database, sweep_id, position, outcome)
        for position, outcome in enumerate(outcomes)
        if outcome.kind != "account"
    ]
    simulated = any(outcome.simulated for outcome in outcomes)
    source = provider + (SIMULATED_SUFFIX if simulated else "")
    tables = {
        "creator_states": creator_rows,
        "post_states": post_rows,
        "topic_samples": [row for row in topic_rows if row],
    }
    try:
        stats.add(_load_rows(store, sweep_id, source, tables, simulated=simulated))
    except StorageError:
        raise
    except Exception as error:  # noqa: BLE001 - otherwise the job would fail with the same error each time it is resumed
        stats.fail(error)
    return [checked.get(outcome.name, outcome) if outcome.kind == "account" else outcome for outcome in outcomes]


def _creator_state_rows(store: Store, accounts: Sequence[Outcome]) -> list[Row]:
    rows: list[Row] = []
    for account in accounts:
        old = account.handle if account.name.startswith("id:") else account.name
        if account.state is None or account.at is None or old is None:
            continue
        shared = {"observed_at": account.at, "creator_id": account.creator_id}
        if account.state == "renamed":
            rows.append({"handle": old, "state": "renamed", "new_handle": account.handle, **shared})
            rows.append({"handle": account.handle, "state": "ok", **shared})
        else:
            rows.append({"handle": old, "state": account.state, "detail": account.detail, **shared})
    before = {row["handle"]: row["state"] for row in _query(store, _STATES, [str(row["handle"]) for row in rows])}
    return [row for row in rows if before.get(row["handle"]) != row["state"]]


def _post_state_rows(
    store: Store, database: StateDatabase, sweep_id: str, accounts: Sequence[Outcome]
) -> tuple[list[Row], dict[str, Outcome]]:
    """Known posts that are missing from a listing that covers them, or that reappeared.

    A listing that was read to its end covers every post; one that was read in part covers the posts since its oldest
    post that is not pinned.
    """
    read = {
        account.handle: account
        for account in accounts
        if account.complete and account.handle and account.state in {"ok", "renamed"}
    }
    span = responses.time_span(database, owner.sweep(sweep_id))
    if not read or span is None:
        return [], {}
    since, until = span
    whole = [handle for handle, account in read.items() if account.reason == "all"]
    posts = list(_query(store, _POSTS, list(read), whole=whole, since=since, until=until))
    gone = Counter(post["handle"] for post in posts if not post["seen"])
    covered = {post["handle"]: post["covered"] for post in posts}
    checked = {
        read[handle].name: replace(
            read[handle], complete=False, reason="gap", lacks=_gap_sentence(count, covered[handle])
        )
        for handle, count in gone.items()
        if count > max(_GAP_POSTS, _GAP_SHARE * covered[handle])
    }
    # A listing with gaps does not prove that a post is missing.
    doubted = {account.handle for account in checked.values()}
    missing = [post for post in posts if not post["seen"] and post["handle"] not in doubted]
    rows = [_post_state_row(post, "missing", until) for post in missing if post["state"] != "missing"]
    rows += [_post_state_row(post, "ok", until) for post in posts if post["seen"]]
    return rows, checked


def _gap_sentence(gone: int, covered: int) -> str:
    return (
        f"{gone:,} of {covered:,} known posts are missing from the time span that was read: they were deleted, or the "
        "provider left them out"
    )


def _post_state_row(post: Mapping[str, Any], state: str, at: datetime) -> Row:
    return {"post_id": post["post_id"], "handle": post["handle"], "state": state, "observed_at": at}


def _topic_sample_row(database: StateDatabase, sweep_id: str, position: int, outcome: Outcome) -> Row | None:
    stored = responses.list_target(database, owner.sweep(sweep_id), position)
    if not stored:
        return None
    return {
        "topic_kind": outcome.kind,
        "topic": outcome.name,
        "observed_at": stored[0].received_at,
        "title": outcome.title,
        "topic_posts": outcome.total,
        "topic_views": outcome.views_total,
        "sampled": None if outcome.again else outcome.posts,  # unknown until the listing is finished
    }


def _query(store: Store, sql: str, handles: Sequence[str], **parameters: Any) -> Iterable[Mapping[str, Any]]:
    if not handles:
        return []
    tables = [name for name in ("creator_states", "post_states", "posts", "post_snapshots") if f" {name} " in sql]
    return store.query(sql, tables, {"handles": list(handles), **parameters})


def _load_rows(
    store: Store, sweep_id: str, source: str, tables: Mapping[str, Sequence[Row]], *, simulated: bool
) -> Loaded | None:
    if not any(tables.values()):
        return None
    with store.scratch() as scratch:
        extracts = []
        for table, rows in tables.items():
            writer = Rewriter(scratch, source, table)
            for line, row in enumerate(rows, 1):
                writer.add(line, row)
            if rows:
                extracts.append(writer.extract())
        text = json.dumps(tables, default=str, sort_keys=True)
        file = SourceFile(
            path=Path(f"states-{sweep_id}"),
            digest=hashlib.sha256(text.encode()).hexdigest(),
            format="states",
            extracts=tuple(extracts),
        )
        return load(store, file, Hints(), now=_latest_instant(tables) if simulated else None, strict=False)


def _latest_instant(tables: Mapping[str, Sequence[Row]]) -> datetime:
    """The clock of a simulation may run ahead of ours."""
    instants = [row["observed_at"] for rows in tables.values() for row in rows]
    parsed = [datetime.fromisoformat(instant) if isinstance(instant, str) else instant for instant in instants]
    return max(parsed) + timedelta(minutes=1)
