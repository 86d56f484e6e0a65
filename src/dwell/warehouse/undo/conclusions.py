"""What sweeps and syncs concluded from stored rows: it cannot be undone with them, so an undo is refused.

At its end a sweep compares the posts that it listed with those that are stored: what is missing, or back, becomes a
row. Without the import it might have concluded something else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dwell.errors import UndoError
from dwell.text.plurals import pluralize
from dwell.warehouse.batches import PROVIDER_FORMATS
from dwell.warehouse.columns import SEQ, quote_name
from dwell.warehouse.undo.replay import KEPT, Batches, Replay

if TYPE_CHECKING:
    import duckdb

_COMPARED = ("handle", "posted_at", "is_pinned")
"""What a sweep compares of the posts that are stored, beside when they were last seen."""

_OF_ACCOUNTS = ("creators", "creator_snapshots", "posts", "creator_states")
_SHOWN = 3


def require_unused(connection: duckdb.DuckDBPyConnection, replays: Mapping[str, Replay], known: Batches) -> None:
    """Refuses to undo an import where a later sweep or sync may have concluded something from its rows.

    Raises:
        UndoError: It names the accounts.
    """
    later = [seq for seq, batch in known.by_seq.items() if seq > known.undone and batch.format in PROVIDER_FORMATS]
    if not later:
        return
    for name, replay in replays.items():
        is_compared = name.startswith("owned_") or name in {"post_states", "creator_states"}
        if is_compared and (rows := sum(replay.count())):
            raise UndoError(
                f"It cannot be undone exactly: a later sweep or sync has used {pluralize(rows, 'row')} of {name} that "
                "it gave."
            )
    changed = []
    if "posts" in replays:
        changed.append(_changed_posts(replays["posts"], min(later)))
    if "post_snapshots" in replays:
        changed.append(_changed_readings(replays["post_snapshots"], later))
    if not changed:
        return
    sql = (
        f"SELECT DISTINCT handle FROM ({' UNION '.join(changed)}) SEMI JOIN ({_read_live(later)}) USING (handle) "
        "ORDER BY handle"
    )
    handles = [handle for (handle,) in connection.execute(sql).fetchall()]
    if handles:
        more = f" and {len(handles) - _SHOWN} more" if len(handles) > _SHOWN else ""
        named = ", ".join(f"@{handle}" for handle in handles[:_SHOWN])
        raise UndoError(
            f"It cannot be undone exactly: {named}{more} was read live after it, and which posts are missing was "
            "decided with its rows."
        )


def _changed_posts(posts: Replay, first_live: int) -> str:
    """SELECT of the accounts of posts that a sweep would not have known yet, or would have known otherwise."""
    differs = " OR ".join(f"old.{name} IS DISTINCT FROM new.{name}" for name in _COMPARED)
    return (
        f"SELECT handle FROM {posts.before} SEMI JOIN (SELECT post_id FROM ({posts.firsts()}) WHERE first_before <> "
        f"coalesce(first_after, -1) AND coalesce(first_after > {first_live}, true)) USING (post_id) "
        f"UNION SELECT unnest([old.handle, new.handle]) AS handle FROM {posts.before} AS old "
        f"JOIN {posts.rows} AS new USING (post_id) WHERE {differs}"
    )


def _changed_readings(snapshots: Replay, later: list[int]) -> str:
    """SELECT of the accounts of posts that a sweep would not have taken as seen."""
    first = f"(SELECT handle, min(observed_at) AS at FROM ({_live_snapshots(later)}) GROUP BY handle)"
    return (
        f"SELECT p.handle FROM {snapshots.changed} AS c JOIN {quote_name(KEPT + 'posts')} AS p USING (post_id) "
        f"JOIN {first} AS first ON first.handle = p.handle WHERE c.observed_at >= first.at"
    )


def _read_live(later: list[int]) -> str:
    """SELECT of the accounts that these batches are about."""
    of_batches = f"{SEQ} IN ({', '.join(map(str, later))})"
    parts = [f"SELECT handle FROM {quote_name(KEPT + name)} WHERE {of_batches}" for name in _OF_ACCOUNTS]
    return " UNION ".join([*parts, f"SELECT handle FROM ({_live_snapshots(later)})"])


def _live_snapshots(later: list[int]) -> str:
    return (
        f"SELECT p.handle, s.observed_at FROM {quote_name(KEPT + 'post_snapshots')} AS s "
        f"JOIN {quote_name(KEPT + 'posts')} AS p USING (post_id) WHERE s.{SEQ} IN ({', '.join(map(str, later))})"
    )
