"""A data folder that an older dwell made, which knew fewer tables: readers find those empty, a writer adds them."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dwell.records import TABLES, Creator
from dwell.settings import Settings
from dwell.warehouse import Store, check, current_rows, journal, journal_layout, journal_rows, recover
from dwell.warehouse.duckdb_connection import connect
from dwell.warehouse.export import export

from .conftest import Commit, batch, post, snapshots

ADDED = (
    "creator_states", "post_states", "topic_samples", "topic_posts",
    "owned_accounts", "owned_account_days", "owned_account_activity", "owned_posts", "post_breakdowns",
    "engagement_likes", "owned_comments", "owned_gaps", "category_benchmarks",
)  # fmt: skip
STATE = (
    "SELECT 'someone' AS handle, TIMESTAMPTZ '2024-01-01 00:00:00+00' AS observed_at, 'private' AS state, "
    "'made-up' AS source"
)


def layout(store: Store) -> tuple[int, set[str]]:
    """The journal's version and its tables, as SQLite says them."""
    with sqlite3.connect(store.root / journal.NAME) as log:
        (version,) = log.execute("PRAGMA user_version").fetchone()
        names = {name for (name,) in log.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    log.close()
    return version, names & set(TABLES)


def take_checksums_away(log: sqlite3.Connection, root: Path) -> None:
    """The journal as it was before layout 7."""
    for name in ("batch_checksums", "log_files", "contributions"):
        log.execute(f"DROP TABLE {name}")
    added = {"lake_files": ("checksum", "first_seq", "first_at", "last_at"), "rollup_files": ("checksum",)}
    added |= dict.fromkeys(("ingest_batches", *(f"current_{name}" for name in current_rows.KEYS)), ("row_checksum",))
    for name, columns in added.items():
        present = {row[1] for row in log.execute(f"PRAGMA table_info({name})")}
        for column in present.intersection(columns):
            log.execute(f"ALTER TABLE {name} DROP COLUMN {column}")
    log.execute("DELETE FROM meta WHERE key IN ('checksum', 'revision', 'layout')")
    (root / "journal.revision").unlink()


@pytest.fixture
def older(commit: Commit, store: Store) -> Store:
    """A folder as layout 1 left it: a sealed post and two unsealed snapshots, and none of the later tables."""
    commit("sealed", posts=post("p1", "x"))
    store.seal()
    commit("unsealed", post_snapshots=snapshots(2))
    with sqlite3.connect(store.root / journal.NAME) as log:
        for name in ADDED:
            log.execute(f"DROP TABLE {name}")
        take_checksums_away(log, store.root)
        log.execute("PRAGMA user_version = 1")
    log.close()
    return store


def test_the_number_of_the_layout_goes_up_with_the_tables() -> None:
    # A dwell that does not know a table must refuse the folder: it would seal the log without the table's rows.
    assert (journal.VERSION, len(TABLES), len(current_rows.KEYS)) == (8, 23, 10)


def test_a_reader_finds_the_later_tables_empty_and_changes_nothing(older: Store, tmp_path: Path) -> None:
    opened = Store.open(older.settings)
    assert opened.rows() == dict.fromkeys(TABLES, 0) | {"posts": 1, "post_snapshots": 2}
    assert opened.unsealed() == 2
    assert opened.query("FROM topic_posts", ["topic_posts"]).rows == []
    assert opened.query("SELECT caption FROM posts", ["posts"]).rows == [("x",)]
    assert export(opened, "creator_states", tmp_path / "states.csv", "csv") == 0
    assert layout(older) == (1, set(TABLES) - set(ADDED))


def test_it_can_be_read_where_nobody_may_write(older: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    connect_to = sqlite3.connect

    def closed(database: str, **options: object) -> sqlite3.Connection:
        # Tests may run as root, whom no permission stops: SQLite is made to say what it says to others.
        if "immutable" not in str(database):
            error = sqlite3.OperationalError("attempt to write a readonly database")
            error.sqlite_errorcode = sqlite3.SQLITE_READONLY
            raise error
        return connect_to(database, **options)

    monkeypatch.setattr(sqlite3, "connect", closed)
    opened = Store.open(older.settings)
    assert opened.rows()["post_snapshots"] == 2
    assert opened.query("FROM post_states", ["post_states"]).rows == []


def test_the_first_writer_adds_the_tables(older: Store) -> None:
    with older.writing():
        assert layout(older) == (journal.VERSION, set(TABLES))
    assert older.rows()["post_snapshots"] == 2


@pytest.mark.parametrize("lost", [False, True], ids=["kept", "rebuilt"])
def test_it_takes_rows_of_the_later_tables(older: Store, commit: Commit, *, lost: bool) -> None:
    commit("states", creator_states=STATE)
    assert older.rows()["creator_states"] == 1
    assert older.seal() == 3
    if lost:
        (older.root / journal.NAME).unlink()
        check.repair(older.root)
    opened = Store.open(older.settings)
    assert opened.rows() == dict.fromkeys(TABLES, 0) | {"posts": 1, "post_snapshots": 2, "creator_states": 1}
    assert opened.query("SELECT handle, state FROM creator_states", ["creator_states"]).rows == [("someone", "private")]


def test_sealing_comes_first_as_well(older: Store) -> None:
    assert older.seal() == 2
    assert layout(older) == (journal.VERSION, set(TABLES))


def test_a_lake_of_older_tables_is_rebuilt_with_the_later_ones(older: Store) -> None:
    older.seal()
    (older.root / journal.NAME).unlink()
    check.repair(older.root)
    opened = Store.open(older.settings)
    assert layout(opened) == (journal.VERSION, set(TABLES))
    assert opened.rows()["posts"] == 1


@pytest.mark.parametrize("step", ["_ddl", "commit"])
def test_a_writer_that_is_killed_while_it_adds_them_leaves_the_folder_as_it_was(older: Store, step: str) -> None:
    assert killed_at(step, lambda: recover.prepare_for_writing(older.root, older.root / journal.NAME))
    assert layout(older) == (1, set(TABLES) - set(ADDED))
    with older.writing():
        assert layout(older) == (journal.VERSION, set(TABLES))


def killed_at(step: str, work: Callable[[], object]) -> bool:
    """Does the work in a child that kills itself at a step of the journal's; tells whether it came to that."""

    def die(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if not child:
        setattr(journal_layout if step == "_ddl" else journal, step, die)
        work()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def test_a_reader_that_began_before_the_tables_came_sees_its_own_instant(older: Store, commit: Commit) -> None:
    with journal.connect(older.root / journal.NAME) as log, journal.read_transaction(log):
        assert journal_rows.count(log, "creator_states") == 0
        commit("states", creator_states=STATE)
        assert journal_rows.rows(log, TABLES["creator_states"]) == []
    assert Store.open(Settings(data=older.root)).rows()["creator_states"] == 1


ACCOUNT = """
    SELECT 'ann' AS handle, 'tiktok' AS platform, 'Ann' AS display_name, 'food' AS niche, 'made-up' AS source,
    TIMESTAMPTZ '2024-02-01 00:00:00+00' AS observed_at"""
FOLLOWERS = """
    SELECT 'ann' AS handle, 'tiktok' AS platform, TIMESTAMPTZ '2024-02-01 00:00:00+00' AS observed_at,
    5 AS followers, 'made-up' AS source"""


@pytest.fixture(params=["journal", "lake"])
def keyed_by_handle(commit: Commit, store: Store, request: pytest.FixtureRequest) -> Store:
    """A folder as layout 4 left it: its accounts have no platform in their keys."""
    commit("accounts", creators=ACCOUNT, creator_snapshots=FOLLOWERS)
    if request.param == "lake":
        store.seal()
        (path,) = (store.root / "lake" / "creator_snapshots").glob("*.parquet")
        with connect(store.settings, shared=False) as engine:
            engine.execute(f"CREATE TABLE old AS SELECT * EXCLUDE (platform) FROM '{path}'").fetchall()
            engine.execute(f"COPY old TO '{path}' (FORMAT parquet)").fetchall()
    with sqlite3.connect(store.root / journal.NAME) as log:
        for name, key in (
            ("creators", "handle, seq"), ("current_creators", "handle"), ("creator_snapshots", "handle, observed_at")
        ):  # fmt: skip
            columns = [row[1] for row in log.execute(f"PRAGMA table_info({name})")]
            if name == "creator_snapshots":
                columns.remove("platform")
            listed = ", ".join(columns)
            log.execute(f"ALTER TABLE {name} RENAME TO newer")
            log.execute(f"CREATE TABLE {name} ({listed}, PRIMARY KEY ({key})) WITHOUT ROWID")
            log.execute(f"INSERT INTO {name} SELECT {listed} FROM newer")
            log.execute("DROP TABLE newer")
        if request.param == "lake":
            log.execute(f"UPDATE lake_files SET bytes = {path.stat().st_size} WHERE path = '{path.name}'")
        take_checksums_away(log, store.root)
        log.execute("PRAGMA user_version = 4")
    log.close()
    return store


def accounts(store: Store) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """The accounts, and their followers."""
    opened = Store.open(store.settings)
    names = opened.query("SELECT handle, platform, display_name, niche FROM creators ORDER BY ALL", ["creators"])
    counts = opened.query(
        "SELECT handle, platform, followers FROM creator_snapshots ORDER BY ALL", ["creator_snapshots"]
    )
    return names.rows, counts.rows


def test_an_account_gets_its_platform_and_keeps_its_values(keyed_by_handle: Store, commit: Commit) -> None:
    store, mine = keyed_by_handle, ("ann", "tiktok", "Ann", "food")
    assert accounts(store) == ([mine], [("ann", "tiktok", 5)])
    commit(
        "channel", creators=ACCOUNT.replace("tiktok", "youtube").replace("'Ann'", "'Ann B'").replace("'food'", "NULL")
    )
    commit("subscribers", creator_snapshots=FOLLOWERS.replace("tiktok", "youtube").replace("5 AS", "9 AS"))
    both = ([mine, ("ann", "youtube", "Ann B", None)], [("ann", "tiktok", 5), ("ann", "youtube", 9)])
    assert accounts(store) == both
    store.seal()
    assert accounts(store) == both


def test_an_append_finds_the_stored_account_of_each_platform(keyed_by_handle: Store) -> None:
    seen = datetime(2024, 3, 1, tzinfo=UTC)
    with keyed_by_handle.appending() as appender:
        for platform in ("tiktok", "youtube"):
            account = Creator(handle="ann", platform=platform, verified=True, source="made-up", observed_at=seen)
            appender.append(batch(platform), [[account]])
    assert accounts(keyed_by_handle)[0] == [("ann", "tiktok", "Ann", "food"), ("ann", "youtube", None, None)]


def test_a_writer_that_is_killed_while_it_changes_the_keys_leaves_the_folder_as_it_was(keyed_by_handle: Store) -> None:
    store = keyed_by_handle
    before = accounts(store)
    assert killed_at("commit", lambda: recover.prepare_for_writing(store.root, store.root / journal.NAME))
    assert layout(store)[0] == 4
    assert accounts(store) == before
    with store.writing():
        assert layout(store)[0] == journal.VERSION
    assert accounts(store) == before
