"""A made-up stream of batches whose tables betray any batch that is lost, doubled or torn."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from dwell import clock
from dwell.records import Post, PostSnapshot, WatchTime
from dwell.warehouse import Batch, Store
from dwell.warehouse.columns import typed_nulls
from dwell.warehouse.duckdb_connection import connect
from dwell.warehouse.engine_duckdb import fetch

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

SHARED = 20  # posts that every batch writes again, so each batch supersedes the one before
FIX = "fix"  # a batch whose name begins so also corrects the snapshots of another: it adds one to their saves
FUTURE = "future"  # a batch whose name begins so is stamped a century later
TABLES = ("posts", "post_snapshots", "watch_times")

_POSTS = """
    SELECT 'local-shared-' || i AS post_id, 'tiktok' AS platform, 'someone' AS handle, NULL AS creator_id,
        NULL AS posted_at, {generation} AS duration_s, 'video' AS media_type, false AS is_ad, false AS is_pinned,
        '{name}' AS caption,
        ['one', 'two'] AS hashtags, NULL AS sound_id, NULL AS sound_title, NULL AS sound_original, NULL AS region,
        NULL AS language, NULL AS url, '{name}' AS source,
        TIMESTAMPTZ '{year}-01-01 00:00:00+00' + to_seconds({generation}) AS observed_at
    FROM range({shared}) t(i)"""

_SNAPSHOTS = """
    SELECT 'local-{name}-' || i AS post_id,
        TIMESTAMPTZ '{year}-01-31 12:00:00+00' + to_days((i % 2)::INTEGER) + to_seconds({generation}) AS observed_at,
        {size} AS views, i AS likes, NULL AS comments, NULL AS shares, {saves} AS saves, NULL AS downloads,
        false AS rounded, '{name}' AS source
    FROM range({size}) t(i)"""

_CORRECTED = " UNION ALL BY NAME SELECT * REPLACE (saves + 1 AS saves) FROM post_snapshots WHERE source = '{target}'"

_WATCH_TIMES = """
    SELECT 'local-{name}-' || i AS post_id,
        TIMESTAMPTZ '{year}-01-31 12:00:00+00' + to_seconds({generation}) AS observed_at, i / 7 AS avg_watch_s,
        NULL AS full_watch_rate, NULL AS total_watch_s, {size} AS reach, NULL AS new_followers, '{name}' AS source
    FROM range({size}) t(i)"""


def commit(store: Store, name: str, size: int) -> bool:
    """Imports one batch as `dwell import` does; false if it was there already."""
    with connect(store.settings) as connection, store.writing() as writer:
        if writer.find_batch(name):
            return False
        writer.attach(connection, ["posts", "post_snapshots"])
        ((generation,),) = connection.execute("SELECT coalesce(max(duration_s), 0) + 1 FROM posts").fetchall()
        target = _target(connection) if name.startswith(FIX) else None
        saves = int(name.startswith(FIX) and target is None)  # the first batch of all has only itself to correct
        snapshots = _SNAPSHOTS + (_CORRECTED if target else "")
        year = 2124 if name.startswith(FUTURE) else 2024
        for table, sql in (("posts", _POSTS), ("post_snapshots", snapshots), ("watch_times", _WATCH_TIMES)):
            filled = sql.format(
                name=name, size=size, generation=generation, shared=SHARED, saves=saves, target=target, year=year
            )
            columns = f"SELECT * EXCLUDE (seq) FROM ({typed_nulls(table)})"
            connection.execute(f"CREATE TEMP TABLE new_{table} AS {columns} UNION ALL BY NAME {filled}").fetchall()
        batch = Batch(name, f"{name}.csv", "made-up", "0" * 64, datetime(2024, 2, 1, tzinfo=UTC), {"size": size})
        rows = {table: f"new_{table}" for table in TABLES}
        writer.commit(connection, batch, rows, replacing=["post_snapshots"] if target else [])
    return True


def append(store: Store, name: str, size: int) -> bool:
    """The same batch as records, as a sweep appends it; false if it was there already."""
    if store.find_batch(name):
        return False
    generation = (store.query("SELECT max(duration_s) FROM posts", ["posts"]).rows[0][0] or 0) + 1
    at = datetime(2024, 1, 31, 12, tzinfo=UTC) + timedelta(seconds=generation)
    shared = [
        Post(
            post_id=f"local-shared-{i}", platform="tiktok", handle="someone", duration_s=float(generation),
            media_type="video", is_ad=False, is_pinned=False, caption=name, hashtags=("one", "two"), source=name,
            observed_at=datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=generation),
        )
        for i in range(SHARED)
    ]  # fmt: skip
    measured = [
        (
            PostSnapshot(post_id=f"local-{name}-{i}", observed_at=at, views=size, likes=i, saves=0, source=name),
            WatchTime(post_id=f"local-{name}-{i}", observed_at=at, avg_watch_s=i / 7, reach=size, source=name),
        )
        for i in range(size)
    ]
    batch = Batch(name, f"{name}.csv", "made-up", "0" * 64, datetime(2024, 2, 1, tzinfo=UTC), {})
    with store.appending() as appender:
        appender.append(batch, [*((post,) for post in shared), *measured], now=datetime(2025, 1, 1, tzinfo=UTC))
    return True


def set_aside(store: Store, sizes: dict[str, int]) -> None:
    """Sets the rows of the future aside; fails unless those of these batches are in files, and nowhere else."""
    store.set_aside_future_readings(clock.now())
    copies = f"read_parquet('{store.root}/set-aside/*/post_snapshots.parquet')"
    for name, size in sizes.items():
        for source, rows in ((copies, size), ("post_snapshots", 0)):
            sql = f"SELECT count(DISTINCT post_id) FROM {source} WHERE source = '{name}'"
            ((found,),) = store.query(sql, ["post_snapshots"]).rows
            assert found == rows, f"{found} rows of {name} in {source}"


def _target(connection: duckdb.DuckDBPyConnection) -> str | None:
    """The batch to correct: of the newest and the oldest ones, by turns, those whose rows are here and there."""
    ends = connection.execute(
        "SELECT CASE WHEN count(DISTINCT source) % 2 = 0 THEN min(source) ELSE max(source) END FROM post_snapshots"
    ).fetchone()
    return ends[0] if ends else None


@dataclass
class Reader:
    """Reads again and again, and says what no reader may ever see.

    Attributes:
        store: What it reads.
        seen: Batches of the reads so far: none may go away.
        reads: How many reads.
    """

    store: Store
    seen: set[str] = field(default_factory=set)
    reads: int = 0

    def check(self) -> list[str]:
        """One read of all tables at one instant; what is wrong with it, in words."""
        with connect(self.store.settings) as connection:
            self.store.attach(connection, [*TABLES, "post_latest"])
            for name in (*TABLES, "post_latest"):  # read once: to plan a view takes longer than to read its few rows
                connection.execute(f"CREATE TEMP TABLE read_{name} AS FROM {name}").fetchall()
            snapshots = _sizes(connection, "read_post_snapshots", "views")
            saved = connection.execute(
                "SELECT source, min(saves), max(saves) FROM read_post_snapshots GROUP BY source"
            ).fetchall()
            watched = _sizes(connection, "read_watch_times", "reach")
            wrong = _unlike_rollup(connection)
            shared = fetch(
                connection,
                "SELECT count(*), count(DISTINCT caption), min(duration_s), max(duration_s) FROM read_posts",
            ).rows[0]
        self.reads += 1
        wrong += [f"torn: {name} has {rows}" for name, rows in {**snapshots, **watched}.items() if len(set(rows)) > 1]
        if set(snapshots) != set(watched):
            wrong.append(f"tables disagree on {set(snapshots) ^ set(watched)}")
        wrong += [f"torn correction of {name}: {low} and {high}" for name, low, high in saved if low != high]
        fixes = sum(name.startswith(FIX) for name in snapshots)
        if sum(high for _, _, high in saved) != fixes:
            wrong.append(f"{fixes} corrections show as {[high for _, _, high in saved if high]}")
        expected = (SHARED, 1, len(snapshots), len(snapshots)) if snapshots else (0, 0, None, None)
        if shared != expected:
            wrong.append(f"newest versions are {shared}, not {expected}")
        if not self.seen <= set(snapshots):
            wrong.append(f"lost since the last read: {self.seen - set(snapshots)}")
        self.seen = set(snapshots)
        return wrong


def _unlike_rollup(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Posts that the roll-up shows in another way than the tables of the same instant."""
    newest = (
        "SELECT *, count(*) OVER (PARTITION BY post_id) AS snapshots FROM read_post_snapshots "
        "QUALIFY row_number() OVER (PARTITION BY post_id ORDER BY observed_at DESC) = 1"
    )
    expected = (
        "SELECT coalesce(p.post_id, s.post_id) AS post_id, p.caption, s.observed_at, s.views, s.saves, "
        f"coalesce(s.snapshots, 0) AS snapshots FROM read_posts p FULL JOIN ({newest}) s ON p.post_id = s.post_id"
    )
    found = "SELECT post_id, caption, observed_at, views, saves, snapshots FROM read_post_latest"
    differing = f"({expected} EXCEPT ALL {found}) UNION ALL ({found} EXCEPT ALL {expected})"
    return [f"roll-up: {row}" for row in connection.execute(differing).fetchall()[:5]]


def _sizes(connection: duckdb.DuckDBPyConnection, table: str, size: str) -> dict[str, tuple[int, ...]]:
    """Batch -> rows counted, distinct keys, and the smallest and largest size that its rows name: all the same."""
    sql = f"SELECT source, count(*), count(DISTINCT post_id), min({size}), max({size}) FROM {table} GROUP BY source"
    return {name: tuple(rest) for name, *rest in fetch(connection, sql).rows}


def unlike_lake(root: Path) -> list[str]:
    """Tables whose newest Delta version, as any Delta reader sees it, is not what the catalogue shows."""
    from dwell.settings import Settings
    from dwell.warehouse import lake

    state, _ = Store(Settings(data=root)).instant([])
    wrong = []
    for name, visible in state.tables.items():
        newest = lake.newest_version(root, name)
        if newest is not None and set(lake.files_at(root, name, newest)) != set(visible.files):
            wrong.append(f"{name} at version {newest}")
    return wrong
