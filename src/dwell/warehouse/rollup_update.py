"""Bringing the sealed part of the roll-up up to date: a seal rewrites only the files whose posts changed.

A file has the posts of a range of handles, about `_POSTS_A_FILE` of them, so a question about one account reads little,
and new snapshots of a few accounts rewrite little.
"""

from __future__ import annotations

import itertools
import logging
import secrets
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from dwell import clock
from dwell.clock import to_micros
from dwell.disk.checksum import read_checksum
from dwell.disk.flush import flush
from dwell.errors import StorageError
from dwell.records import POST_LATEST, TABLES
from dwell.warehouse import journal, lake_scan, rollup, views
from dwell.warehouse.catalogue import Catalogue, RollUp, RollUpFile
from dwell.warehouse.columns import column_list, quote_text
from dwell.warehouse.damage import lake_errors, reading_errors
from dwell.warehouse.parquet import key_ranges

if TYPE_CHECKING:
    import duckdb

_POSTS_A_FILE = 16_384

# Snapshots that are grouped by post at once: a group's state cannot be spilled to the disk.
_GROUPED_AT_ONCE = 2_000_000

_log = logging.getLogger(__name__)

# Files whose posts are sorted at once: beyond that, a sort outgrows the memory that a seal has.
_SORTED_FILES = 16

_KEY = "coalesce(handle, '')"  # posts of an unknown account are in the first file


def update(
    connection: duckdb.DuckDBPyConnection, root: Path, ahead: Catalogue, *, replacing: bool = False
) -> Catalogue:
    """Brings the roll-up to every row that is in the lake; the journal's must be there, and the writer lock held.

    Must be called before a compaction joins files of different batches.

    Args:
        connection: Where the journal's rows were loaded.
        root: The data folder.
        ahead: The catalogue with the journal's rows in the lake.
        replacing: Some of those snapshots replace others.

    Returns:
        The catalogue to make visible.
    """
    before = ahead.rollup
    if before is None or not rollup.is_current(root, ahead, before):
        return _bring_up_to_date(connection, root, ahead, None, replacing=replacing)
    try:
        return _bring_up_to_date(connection, root, ahead, before, replacing=replacing)
    except StorageError as error:  # the old files cannot be read: all of them are made again
        _log.warning("%s: making the roll-up again.", error)
        return _bring_up_to_date(connection, root, ahead, None, replacing=replacing)


def remake_posts(connection: duckdb.DuckDBPyConnection, root: Path, ahead: Catalogue, stale: str) -> Catalogue:
    """Makes the rows of some posts again out of the tables, of which rows were removed; all rows must be in the lake.

    Args:
        connection: Any DuckDB connection.
        root: The data folder.
        ahead: The catalogue without the removed rows.
        stale: Name of a table with the `post_id` of these posts.

    Returns:
        The catalogue to make visible.
    """
    before = ahead.rollup
    if before is None:
        return ahead
    if rollup.find_damaged(root, before):
        return _bring_up_to_date(connection, root, ahead, None, replacing=False)
    with reading_errors(root), lake_errors(rollup.folder(root)):
        remade = _load_later(connection, root, ahead, -1, only=stale)
        files = _rewrite(connection, root, before.files, **remade, stale=stale)
        for name in filter(None, remade.values()):
            connection.execute(f"DROP TABLE {name}").fetchall()
    return replace(ahead, rollup=RollUp(ahead.seq, rollup.LAYOUT, files))


def _bring_up_to_date(
    connection: duckdb.DuckDBPyConnection, root: Path, ahead: Catalogue, before: RollUp | None, *, replacing: bool
) -> Catalogue:
    with reading_errors(root), lake_errors(rollup.folder(root)):
        later = _load_later(connection, root, ahead, before.seq if before else -1, replacing=replacing)
        if before is None and not any(later.values()):
            return ahead
        files = before.files if before else ()
        if any(later.values()):
            files = _rewrite(connection, root, files, **later)
            for name in filter(None, later.values()):
                connection.execute(f"DROP TABLE {name}").fetchall()
    return replace(ahead, rollup=RollUp(ahead.seq, rollup.LAYOUT, files))


def _load_later(
    connection: duckdb.DuckDBPyConnection, root: Path, state: Catalogue, after: int, *, replacing: bool = False,
    only: str | None = None,
) -> dict[str, str | None]:  # fmt: skip
    """Working tables with the rows after this batch; None instead of a name where there are none.

    Args:
        connection: Where they are made.
        root: The data folder.
        state: What is visible.
        after: The batch.
        replacing: Some of the snapshots replace others.
        only: Name of a table with the `post_id` of the posts whose rows are wanted; all where None.
    """
    chosen = f" SEMI JOIN {only} USING (post_id)" if only else ""
    posts = rollup.later_table(state, "posts", after)
    snapshots = rollup.later_table(state, "post_snapshots", after)
    if posts.files:
        every = f"SELECT * FROM {lake_scan.scan(root, 'posts', posts)}{chosen}"
        query = views.newest_versions(TABLES["posts"], every) if posts.superseded else every
        connection.execute(f"CREATE OR REPLACE TEMP TABLE dwell_later_posts AS {query}").fetchall()
    if snapshots.files:
        source = f"SELECT * FROM {lake_scan.scan(root, 'post_snapshots', snapshots)}{chosen}"
        if snapshots.superseded or replacing:
            source = views.newest_versions(TABLES["post_snapshots"], source)
        if replacing:
            known = views.replacing_name(TABLES["post_snapshots"])
            source = views.with_replaced(TABLES["post_snapshots"], source, known, after)
        empty = rollup.newest_snapshots(f"({source} LIMIT 0)", replacing=replacing)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE dwell_later_snapshots AS {empty}").fetchall()
        for stretch in key_ranges(connection, "post_id", source, _GROUPED_AT_ONCE):
            query = rollup.newest_snapshots(f"(SELECT * FROM ({source}) WHERE {stretch})", replacing=replacing)
            connection.execute(f"INSERT INTO dwell_later_snapshots {query}").fetchall()
    return {
        "posts": "dwell_later_posts" if posts.files else None,
        "snapshots": "dwell_later_snapshots" if snapshots.files else None,
    }


def _rewrite(
    connection: duckdb.DuckDBPyConnection,
    root: Path,
    files: tuple[RollUpFile, ...],
    posts: str | None,
    snapshots: str | None,
    stale: str | None = None,
) -> tuple[RollUpFile, ...]:
    """The files after these changes: each that has or gets a changed post is written again.

    What the files say of the posts in the table `stale` counts for nothing.
    """
    lows = ["", *(file.low for file in files[1:])]  # the first one takes whatever comes before the second
    changed = _changed(connection, root, files, lows, posts, snapshots, stale)
    sealed = rollup.scan(root, tuple(files[number] for number in changed if files))
    if stale:
        sealed = f"(SELECT * FROM {sealed} ANTI JOIN {stale} USING (post_id))"
    merged = rollup.merge(sealed, posts, snapshots)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE dwell_rollup AS SELECT *, {_KEY} AS low FROM ({merged})")
    ranges = []
    for number in changed:
        ranges += _split(connection, lows[number], lows[number + 1] if number + 1 < len(lows) else None)
    written = []
    for first in range(0, len(ranges), _SORTED_FILES):
        written += _write_sorted(connection, root, ranges[first : first + _SORTED_FILES])
    connection.execute("DROP TABLE dwell_rollup").fetchall()
    kept = [file for number, file in enumerate(files) if number not in changed]
    return tuple(sorted([*kept, *written], key=lambda file: file.low))


def _changed(
    connection: duckdb.DuckDBPyConnection,
    root: Path,
    files: tuple[RollUpFile, ...],
    lows: Sequence[str],
    posts: str | None,
    snapshots: str | None,
    stale: str | None,
) -> list[int]:
    """Numbers of the files that have a changed post, or get one: an account may have a new name."""
    if not files:
        return [0]
    paths = [str((rollup.folder(root) / file.path).absolute()) for file in files]
    connection.execute("CREATE OR REPLACE TEMP TABLE dwell_files (number INTEGER, path VARCHAR, low VARCHAR)")
    connection.executemany(
        "INSERT INTO dwell_files VALUES (?, ?, ?)", [*zip(range(len(files)), paths, lows, strict=True)]
    )
    later = " UNION ".join(f"SELECT post_id FROM {name}" for name in (posts, snapshots, stale) if name)
    listed = ", ".join(map(quote_text, paths))
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE dwell_known AS SELECT post_id, number "
        f"FROM read_parquet([{listed}], filename = true) AS r JOIN dwell_files AS f ON r.filename = f.path "
        f"SEMI JOIN ({later}) AS changed ON r.post_id = changed.post_id"
    )
    queries = ["SELECT DISTINCT number FROM dwell_known"]
    if posts:
        handles = f"(SELECT DISTINCT {_KEY} AS low FROM {posts})"
        queries.append(f"SELECT number FROM {handles} AS h ASOF JOIN dwell_files AS f ON h.low >= f.low")
    if snapshots:
        known = "SELECT post_id FROM dwell_known" + (f" ANTI JOIN {stale} USING (post_id)" if stale else "")
        known += f" UNION ALL SELECT post_id FROM {posts}" if posts else ""
        queries.append(f"SELECT 0 FROM (SELECT post_id FROM {snapshots} ANTI JOIN ({known}) USING (post_id) LIMIT 1)")
    return sorted(number for (number,) in connection.execute(" UNION ".join(queries)).fetchall())


def _split(connection: duckdb.DuckDBPyConnection, low: str, high: str | None) -> list[tuple[str, str | None]]:
    """The range of a file, cut where it has grown to twice its size; an account is never cut."""
    source = f"(SELECT low FROM dwell_rollup WHERE {_range(low, high)})"
    ((posts,),) = connection.execute(f"SELECT count(*) FROM {source}").fetchall()
    if posts <= 2 * _POSTS_A_FILE:
        return [(low, high)]
    pieces = posts // _POSTS_A_FILE
    cuts = ", ".join(str(piece / pieces) for piece in range(1, pieces))
    sql = f"SELECT DISTINCT unnest(quantile_disc(low, [{cuts}])) AS cut FROM {source} ORDER BY cut"
    bounds = [low, *(cut for (cut,) in connection.execute(sql).fetchall() if cut > low), high]
    return [*itertools.pairwise(bounds)]


def _range(low: str, high: str | None) -> str:
    return f"low >= {quote_text(low)}" + (f" AND low < {quote_text(high)}" if high is not None else "")


def _write_sorted(
    connection: duckdb.DuckDBPyConnection, root: Path, ranges: Sequence[tuple[str, str | None]]
) -> list[RollUpFile]:
    """The files of these ranges, which are in order; sorted first, so that each file is one stretch of the table."""
    rows = f"SELECT * FROM dwell_rollup WHERE {_range(ranges[0][0], ranges[-1][1])} ORDER BY low"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE dwell_sorted AS {rows}").fetchall()
    written = [file for low, high in ranges for file in _write(connection, root, low, high)]
    connection.execute("DROP TABLE dwell_sorted").fetchall()
    return written


def _write(connection: duckdb.DuckDBPyConnection, root: Path, low: str, high: str | None) -> list[RollUpFile]:
    """The file of a range; none if it has no posts."""
    name = f"part-{secrets.token_hex(12)}.parquet"
    path = rollup.folder(root) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    query = f"SELECT {column_list(POST_LATEST)} FROM dwell_sorted WHERE {_range(low, high)}"
    ((rows,),) = connection.execute(f"COPY ({query}) TO {quote_text(str(path))} (FORMAT parquet)").fetchall()
    if not rows:
        path.unlink()
        return []
    flush(path, path.parent, path.parent.parent)
    return [RollUpFile(name, low, rows, path.stat().st_size, read_checksum(path))]


def delete_unused_files(root: Path, log: sqlite3.Connection, keep: timedelta) -> int:
    """Deletes files that no reader can have listed since this long, and those of seals that were killed.

    Returns:
        How many.
    """
    until = clock.now() - keep
    removed = "removed_at IS NOT NULL AND removed_at < ?"
    old = [path for (path,) in log.execute(f"SELECT path FROM rollup_files WHERE {removed}", (to_micros(until),))]
    for path in old:
        (rollup.folder(root) / path).unlink(missing_ok=True)
    if old:
        with journal.transaction(log):
            log.execute(f"DELETE FROM rollup_files WHERE {removed}", (to_micros(until),))
    listed = {path for (path,) in log.execute("SELECT path FROM rollup_files")}
    orphans = [
        path
        for path in rollup.folder(root).glob("*.parquet")
        if path.name not in listed and path.stat().st_mtime < until.timestamp()
    ]
    for path in orphans:
        path.unlink(missing_ok=True)
    return len(old) + len(orphans)
