"""What a job knows only at its end: states of accounts and posts, and the size of each topic."""

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
from dwell.live.reader import Outcome
from dwell.providers.rewrite import Rewriter
from dwell.records import Hints, SourceFile
from dwell.state import StateDatabase, owner, responses
from dwell.warehouse.load import Loaded, load
from dwell.warehouse.store import Store

Row = dict[str, Any]

_GAP = 0.1
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
    store: Store, database: StateDatabase, provider: str, sweep_id: str, found: Sequence[Outcome], stats: LoadStats
) -> list[Outcome]:
    """Stores what became of accounts, posts and topics; each state only where it differs from the one before.

    A state that cannot be stored is counted among the rejects: it does not keep the job from ending.

    Returns:
        The outcomes; one whose listing left out many posts that were known inside its span is no longer complete.
    """
    accounts = [one for one in found if one.kind == "account"]
    missing, checked = _posts(store, database, sweep_id, accounts)
    states = _creators(store, accounts)
    topics = [_topic(database, sweep_id, position, one) for position, one in enumerate(found) if one.kind != "account"]
    simulated = any(one.simulated for one in found)
    source = provider + (SIMULATED_SUFFIX if simulated else "")
    tables = {"creator_states": states, "post_states": missing, "topic_samples": [row for row in topics if row]}
    try:
        stats.add(_store(store, sweep_id, source, tables, simulated=simulated))
    except StorageError:
        raise
    except Exception as error:  # noqa: BLE001 - the job would end in the same error each time it is resumed
        stats.fail(error)
    return [checked.get(one.name, one) if one.kind == "account" else one for one in found]


def _creators(store: Store, accounts: Sequence[Outcome]) -> list[Row]:
    rows: list[Row] = []
    for one in accounts:
        old = one.handle if one.name.startswith("id:") else one.name
        if one.state is None or one.at is None or old is None:
            continue
        shared = {"observed_at": one.at, "creator_id": one.creator_id}
        if one.state == "renamed":
            rows.append({"handle": old, "state": "renamed", "new_handle": one.handle, **shared})
            rows.append({"handle": one.handle, "state": "ok", **shared})
        else:
            rows.append({"handle": old, "state": one.state, "detail": one.detail, **shared})
    before = {row["handle"]: row["state"] for row in _query(store, _STATES, [str(row["handle"]) for row in rows])}
    return [row for row in rows if before.get(row["handle"]) != row["state"]]


def _posts(
    store: Store, database: StateDatabase, sweep_id: str, accounts: Sequence[Outcome]
) -> tuple[list[Row], dict[str, Outcome]]:
    """Posts that were known and are missing from a listing that covers them, or are back in one.

    A listing that was read to its end covers every post; one that was read in part, those since its oldest post that
    is not pinned.
    """
    read = {one.handle: one for one in accounts if one.complete and one.handle and one.state in {"ok", "renamed"}}
    span = responses.time_span(database, owner.sweep(sweep_id))
    if not read or span is None:
        return [], {}
    since, until = span
    whole = [handle for handle, one in read.items() if one.reason == "all"]
    posts = list(_query(store, _POSTS, list(read), whole=whole, since=since, until=until))
    gone = Counter(post["handle"] for post in posts if not post["seen"])
    covered = {post["handle"]: post["covered"] for post in posts}
    checked = {
        read[handle].name: replace(
            read[handle], complete=False, reason="gap", lacks=_gap_sentence(times, covered[handle])
        )
        for handle, times in gone.items()
        if times > max(_GAP_POSTS, _GAP * covered[handle])
    }
    doubted = {one.handle for one in checked.values()}  # of a listing with gaps nothing is known to be missing
    gone_now = [post for post in posts if not post["seen"] and post["handle"] not in doubted]
    rows = [_state(post, "missing", until) for post in gone_now if post["state"] != "missing"]
    rows += [_state(post, "ok", until) for post in posts if post["seen"]]
    return rows, checked


def _gap_sentence(gone: int, covered: int) -> str:
    return (
        f"{gone:,} of {covered:,} posts known from before are missing inside the span that was read: deleted, or left "
        "out by the provider"
    )


def _state(post: Mapping[str, Any], state: str, at: datetime) -> Row:
    return {"post_id": post["post_id"], "handle": post["handle"], "state": state, "observed_at": at}


def _topic(database: StateDatabase, sweep_id: str, position: int, one: Outcome) -> Row | None:
    kept = responses.list_target(database, owner.sweep(sweep_id), position)
    if not kept:
        return None
    return {
        "topic_kind": one.kind,
        "topic": one.name,
        "observed_at": kept[0].received_at,
        "title": one.title,
        "topic_posts": one.total,
        "topic_views": one.views_total,
        "sampled": None if one.again else one.posts,  # known once the listing was read to its end
    }


def _query(store: Store, sql: str, handles: Sequence[str], **parameters: Any) -> Iterable[Mapping[str, Any]]:
    if not handles:
        return []
    tables = [name for name in ("creator_states", "post_states", "posts", "post_snapshots") if f" {name} " in sql]
    return store.query(sql, tables, {"handles": list(handles), **parameters})


def _store(
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
        return load(store, file, Hints(), now=_latest(tables) if simulated else None, strict=False)


def _latest(tables: Mapping[str, Sequence[Row]]) -> datetime:
    """A simulation's clock may run ahead of ours."""
    instants = [row["observed_at"] for rows in tables.values() for row in rows]
    read = [datetime.fromisoformat(one) if isinstance(one, str) else one for one in instants]
    return max(read) + timedelta(minutes=1)
