"""Records appended to the journal: once, whole, and merged with what is stored wherever that is."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dwell.disk.lock import exclusive
from dwell.errors import StorageError
from dwell.records import TABLES, Creator, Post, PostSnapshot, PostState, TopicSample
from dwell.settings import Settings
from dwell.warehouse import Batch, Store, current_rows, journal, writer
from dwell.warehouse.append import SealedRowsError
from dwell.warehouse.load.loaded import Loaded

AT = datetime(2026, 2, 1, 12, tzinfo=UTC)
NOW = AT + timedelta(days=9)
FIRST = 7_300_000_000_000_000_137


def post(number: int, hours: float = 0, **values: Any) -> Post:
    known = {"handle": "alice", "caption": "first", "platform": "tiktok", "source": "test"} | values
    return Post(post_id=str(FIRST + number), observed_at=AT + timedelta(hours=hours), **known)


def snapshot(number: int, hours: float = 0, **values: Any) -> PostSnapshot:
    known = {"views": 10, "source": "test"} | values
    return PostSnapshot(post_id=str(FIRST + number), observed_at=AT + timedelta(hours=hours), **known)


def append(store: Store, name: str, *objects: tuple[Any, ...], **options: Any) -> Loaded:
    with store.appending() as appender:
        return appender.append(Batch(name, "made-up", "records", "ab" * 32, AT, {}), objects, now=NOW, **options)


def rows(store: Store, table: str, columns: str = "*") -> list[tuple[Any, ...]]:
    return sorted(store.query(f"SELECT {columns} FROM {table}", [table]).rows)


def current(store: Store, table: str) -> list[tuple[Any, ...]]:
    """The current rows as the journal has them."""
    with journal.connect(store.root / journal.NAME) as log:
        names = ", ".join(f'"{column.name}"' for column in TABLES[table].columns)
        return sorted(log.execute(f"SELECT {names} FROM {current_rows.table_name(table)}").fetchall(), key=repr)


def newest(store: Store, table: str) -> list[tuple[Any, ...]]:
    """What they must be."""
    from dwell.warehouse.columns import to_journal
    from dwell.warehouse.duckdb_connection import connect

    columns = ", ".join(f'{to_journal(column)} AS "{column.name}"' for column in TABLES[table].columns)
    key = ", ".join(current_rows.KEYS[table])
    order = "observed_at DESC" if TABLES[table].keeps == "every" else "observed_at"
    sql = f"SELECT * FROM {table} QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY {order}) = 1"
    with connect(store.settings) as connection:
        store.attach(connection, [table])
        return sorted(connection.execute(f"SELECT {columns} FROM ({sql})").fetchall(), key=repr)


def test_an_object_gives_a_row_to_each_table(store: Store) -> None:
    creator = Creator(handle="alice", platform="tiktok", source="test", observed_at=AT)
    done = append(store, "a", (post(1), snapshot(1), creator), (post(2), snapshot(2), creator))
    assert (done.rows_new, done.rejected, done.known) == ({"posts": 2, "post_snapshots": 2, "creators": 1}, 0, 0)
    assert len(rows(store, "posts")) == len(rows(store, "post_snapshots")) == 2
    assert rows(store, "creators", "handle, observed_at") == [("alice", AT)]


def test_the_same_batch_adds_nothing(store: Store) -> None:
    append(store, "a", (post(1), snapshot(1)))
    again = append(store, "a", (post(1), snapshot(1)))
    assert (again.repeated, again.posts_new, again.known) == (True, 0, 1)


def test_the_same_records_in_another_batch_are_known(store: Store) -> None:
    append(store, "a", (post(1), snapshot(1)))
    again = append(store, "b", (post(1), snapshot(1)))
    assert (again.repeated, again.posts_new, again.snapshots_new, again.known, again.rejected) == (False, 0, 0, 1, 0)


def test_an_older_reading_of_the_same_time_is_a_duplicate_and_a_newer_one_replaces(store: Store) -> None:
    append(store, "a", (post(1), snapshot(1, views=10)))
    older = append(store, "b", (post(1), snapshot(1, views=9)))
    assert (older.duplicates, older.known, older.rejected, older.gained) == (1, 0, 0, 0)
    assert older.warnings == (
        (
            "Counters of 1 post not stored: another reading of the same time is newer or more exact "
            "(the first: views 9, kept 10)."
        ),
    )
    newer = append(store, "c", (post(1), snapshot(1, views=11)))
    assert (newer.rows_updated["post_snapshots"], newer.duplicates, newer.gained) == (1, 0, 1)
    assert rows(store, "post_snapshots", "views") == [(11,)]


def test_a_counter_that_is_learnt_later_is_filled_in(store: Store) -> None:
    append(store, "a", (snapshot(1, views=10),))
    done = append(store, "b", (snapshot(1, views=10, likes=3),))
    assert (done.snapshots_new, done.rows_updated) == (0, {"post_snapshots": 1})
    assert rows(store, "post_snapshots", "views, likes") == [(10, 3)]
    store.seal()
    assert rows(store, "post_snapshots", "views, likes") == [(10, 3)]


def test_what_is_unknown_replaces_nothing(store: Store) -> None:
    append(store, "a", (post(1, caption="first", region="DE", hashtags=("a",)),))
    store.seal()
    append(store, "b", (post(1, hours=1, caption=None, language="en"),))
    assert rows(store, "posts", "caption, region, language, hashtags") == [("first", "DE", "en", ["a"])]


@pytest.mark.parametrize("seal", [True, False])
def test_the_stored_post_is_found_wherever_it_is(store: Store, monkeypatch: pytest.MonkeyPatch, seal: bool) -> None:
    monkeypatch.setattr(writer, "JOURNAL_ROWS", 0)  # straight to the lake, as a large import
    from dwell.warehouse.duckdb_connection import connect

    with connect(store.settings) as connection, store.writing() as writing:
        columns = "post_id, platform, handle, caption, hashtags, source, observed_at"
        values = f"'{FIRST + 1}', 'tiktok', 'alice', 'imported', ['x'], 'file', TIMESTAMPTZ '2026-01-01 00:00:00+00'"
        connection.execute(f"CREATE TEMP TABLE made ({', '.join(f'{c.name} {t}' for c, t in kinds('posts'))})")
        connection.execute(f"INSERT INTO made ({columns}) VALUES ({values})")
        writing.commit(connection, Batch("big", "big.csv", "made-up", "cd" * 32, AT, {}), {"posts": "made"})
    if seal:
        store.seal()
    done = append(store, "a", (post(1, caption=None, region="DE"),))
    assert (done.posts_new, done.rows_updated) == (0, {"posts": 1})
    assert rows(store, "posts", "caption, region, hashtags") == [("imported", "DE", ["x"])]
    assert current(store, "posts") == newest(store, "posts")


def kinds(table: str) -> list[tuple[Any, str]]:
    from dwell.warehouse.columns import DUCKDB

    return [(column, DUCKDB[column.kind]) for column in TABLES[table].columns]


def test_an_observation_that_may_be_in_the_lake_is_left_to_the_loader(store: Store) -> None:
    append(store, "a", (snapshot(1, hours=5),))
    store.seal()
    with pytest.raises(SealedRowsError):
        append(store, "b", (snapshot(1, hours=5),))
    with pytest.raises(SealedRowsError):
        append(store, "c", (snapshot(1, hours=4),))
    assert append(store, "d", (snapshot(2, hours=4),)).snapshots_new == 1  # of a post that was never observed
    assert append(store, "e", (snapshot(1, hours=6),)).snapshots_new == 1
    assert len(rows(store, "post_snapshots")) == 3


def test_current_rows_are_the_newest_of_their_tables(store: Store) -> None:
    for hour in range(6):
        states = [(PostState(post_id=str(FIRST), observed_at=AT + timedelta(hours=hour), state="ok", source="t"),)]
        topic = TopicSample(
            topic_kind="sound", topic="9", observed_at=AT + timedelta(hours=hour), sampled=1, source="t"
        )
        append(store, f"a{hour}", *states, (topic,), (post(1, hour, caption=f"c{hour}"), snapshot(1, hour, views=hour)))
        if hour % 2:
            store.seal()
        for table in current_rows.KEYS:
            assert current(store, table) == newest(store, table), table


@pytest.mark.parametrize(
    ("record", "sentence"),
    [
        (snapshot(1, views="10"), "views of post_snapshots is str, not int"),
        (snapshot(1, views=True), "views of post_snapshots is bool, not int"),
        (post(1, hashtags="abc"), "hashtags of posts is str, not tuple"),
        (post(1, caption=5), "caption of posts is int, not str"),
    ],
)
def test_a_value_of_another_type_is_never_stored(store: Store, record: Any, sentence: str) -> None:
    with pytest.raises(TypeError, match=sentence):
        append(store, "a", (snapshot(2),), (record,))
    assert rows(store, "post_snapshots") == []


def test_a_full_disk_stores_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    append(store, "a", (snapshot(1),))

    def fail(*_: object) -> None:
        raise StorageError("full")

    with monkeypatch.context() as broken:
        broken.setattr(current_rows, "mark_complete", fail)
        with pytest.raises(StorageError):
            append(store, "b", (snapshot(2),))
    assert len(rows(store, "post_snapshots")) == 1
    assert append(store, "b", (snapshot(2),)).snapshots_new == 1


def test_the_lock_is_free_between_two_batches(store: Store) -> None:
    with store.appending() as appender:
        appender.append(Batch("a", "x", "y", "ab" * 32, AT, {}), [(snapshot(1),)], now=NOW)
        with exclusive(store.root / "writer.lock"):
            pass
        store.seal()
        appender.append(Batch("b", "x", "y", "ab" * 32, AT, {}), [(snapshot(2),)], now=NOW)
    assert len(rows(store, "post_snapshots")) == 2


def test_no_engine_is_loaded(settings: Settings, tmp_path: Path) -> None:
    code = f"""
import sys
from datetime import UTC, datetime
from pathlib import Path
from dwell.records import PostSnapshot
from dwell.settings import Settings
from dwell.warehouse import Batch, Store

store = Store.open(Settings(data=Path({str(tmp_path / "data")!r})), create=True)
at = datetime(2026, 2, 1, tzinfo=UTC)
with store.appending() as appender:
    row = PostSnapshot(post_id="{FIRST}", observed_at=at, views=1, source="test")
    print(appender.append(Batch("a", "x", "y", "ab" * 32, at, {{}}), [(row,)], now=at).snapshots_new)
print(sorted({{"duckdb", "deltalake", "arro3", "numpy", "sqlalchemy"}} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["1", "[]"]


def test_a_corrected_row_in_the_lake_is_left_to_the_loader(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from dwell.warehouse.duckdb_connection import connect

    monkeypatch.setattr(writer, "JOURNAL_ROWS", 0)  # straight to the lake, as a large import
    append(store, "a", (snapshot(1, views=1_000_000),))
    with connect(store.settings) as connection, store.writing() as writing:
        connection.execute(f"CREATE TEMP TABLE made ({', '.join(f'{c.name} {t}' for c, t in kinds('post_snapshots'))})")
        values = f"'{FIRST + 1}', TIMESTAMPTZ '{AT.isoformat()}', 1000, 'file'"
        connection.execute(f"INSERT INTO made (post_id, observed_at, views, source) VALUES ({values})")
        batch = Batch("fix", "fix.csv", "made-up", "cd" * 32, AT, {})
        writing.commit(connection, batch, {"post_snapshots": "made"}, replacing=["post_snapshots"])
    with pytest.raises(SealedRowsError):
        append(store, "b", (snapshot(1, views=1_000_000, likes=7),))
    assert rows(store, "post_snapshots", "views, likes") == [(1000, None)]


def test_a_journal_that_another_program_holds_is_an_error_with_a_cure(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "_BUSY_MS", 20)
    other = sqlite3.connect(store.root / journal.NAME, isolation_level=None)
    with closing(other), store.appending() as appender:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match="another program"):
            appender.append(Batch("a", "x", "y", "ab" * 32, AT, {}), [(snapshot(1),)], now=NOW)
        other.execute("ROLLBACK")
        assert appender.append(Batch("a", "x", "y", "ab" * 32, AT, {}), [(snapshot(1),)], now=NOW).snapshots_new


def test_a_damaged_lake_stops_an_append(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    append(store, "a", (post(1), snapshot(1)))
    store.seal()
    with journal.connect(store.root / journal.NAME, writing=True) as log:
        log.execute("DELETE FROM meta WHERE key = 'current_seq'")  # as in the folder of an older dwell
    for file in (store.root / "lake" / "posts").glob("*.parquet"):
        file.write_bytes(b"x" * file.stat().st_size)
    with pytest.raises(StorageError, match="damaged"):
        append(store, "b", (post(2),))
