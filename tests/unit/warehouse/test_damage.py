"""Damage is named, with what can be rebuilt and the step that does it; nothing is written on top of it."""

from __future__ import annotations

import errno
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dwell.errors import DamagedDataError, StorageError
from dwell.http import HttpResponse
from dwell.settings import Settings
from dwell.state import open_database, owner, responses
from dwell.warehouse import Store, check, journal, lake, parquet, writer
from dwell.warehouse.duckdb_connection import connect

from .conftest import Commit, batch, post, snapshots


def filled(commit: Commit, store: Store) -> None:
    commit("sealed", posts=post("p1", "x"), post_snapshots=snapshots(40))
    store.seal()
    commit("unsealed", post_snapshots=snapshots(2000, 40))


def test_a_journal_that_is_no_database(commit: Commit, store: Store, settings: Settings) -> None:
    filled(commit, store)
    (store.root / "journal.db").write_bytes(b"not a database at all" * 1000)
    with pytest.raises(DamagedDataError, match=r"journal\.db is damaged .*rebuilds it from the lake"):
        Store.open(settings)


def test_the_cure_in_the_message_works(commit: Commit, store: Store, settings: Settings) -> None:
    filled(commit, store)
    (store.root / "journal.db").write_bytes(b"garbage " * 4096)
    with pytest.raises(DamagedDataError) as caught:
        Store.open(settings)
    message = str(caught.value)
    assert "the lake is complete up to 2024-02-01T12:00:00+00:00; import again what came after" in message
    assert "`dwell check --repair`" in message
    check.repair(store.root)
    rebuilt = Store.open(settings)
    assert rebuilt.rows()["post_snapshots"] == 40
    assert rebuilt.rows()["posts"] == 1
    assert [kept.batch_id for kept in rebuilt.batches()] == ["sealed"]


def test_a_truncated_journal(commit: Commit, store: Store) -> None:
    filled(commit, store)
    path = store.root / "journal.db"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])
    with pytest.raises(DamagedDataError, match=r"journal\.db is damaged"):
        store.query("SELECT count(*) FROM post_snapshots", ["post_snapshots"])
    with pytest.raises(DamagedDataError, match=r"journal\.db is damaged"), store.writing():
        pass


def test_an_empty_file_in_place_of_the_journal(store: Store) -> None:
    (store.root / "journal.db").write_bytes(b"")
    with pytest.raises(DamagedDataError, match="it is not dwell's"):
        store.rows()


def test_another_programs_database(settings: Settings) -> None:
    settings.data.mkdir()
    with sqlite3.connect(settings.data / "journal.db") as other:
        other.execute("CREATE TABLE theirs (x)")
    other.close()
    with pytest.raises(DamagedDataError, match="it is not dwell's"):
        Store.open(settings)


def test_a_folder_of_a_newer_dwell(store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with journal.connect(store.root / "journal.db") as log:
        log.execute(f"PRAGMA user_version = {journal.VERSION + 1}")
        log.execute(f"UPDATE meta SET value = {journal.VERSION + 1} WHERE key = 'layout'")
    with pytest.raises(StorageError, match=r"newer dwell .*update dwell"):
        Store.open(settings)


@pytest.mark.parametrize("cut", [None, 100])
def test_a_lake_file_that_is_missing_or_cut_off(commit: Commit, store: Store, cut: int | None) -> None:
    filled(commit, store)
    (path,) = lake.folder(store.root, "posts").glob("*.parquet")
    if cut is None:
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(DamagedDataError, match=path.name):
        store.query("FROM posts", ["posts"])
    assert store.query("SELECT count(*) FROM post_snapshots", ["post_snapshots"]).rows == [(2040,)]


def test_a_lake_file_with_other_bytes_of_the_same_length(commit: Commit, store: Store) -> None:
    filled(commit, store)
    (path,) = lake.folder(store.root, "posts").glob("*.parquet")
    path.write_bytes(b"x" * path.stat().st_size)
    with pytest.raises(DamagedDataError, match=path.name):
        store.query("FROM posts", ["posts"])


def test_a_full_disk_under_the_journal(commit: Commit, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    commit("a", post_snapshots=snapshots(5))
    opened = journal._open

    def cramped(path: Path, *, writing: bool) -> sqlite3.Connection:
        connection = opened(path, writing=writing)
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
        return connection

    monkeypatch.setattr(journal, "_open", cramped)
    with pytest.raises(StorageError, match="No space left"):
        commit("b", post_snapshots=snapshots(5000, 5))
    monkeypatch.undo()
    assert store.rows()["post_snapshots"] == 5
    commit("b", post_snapshots=snapshots(5000, 5))
    assert store.rows()["post_snapshots"] == 5005


@pytest.mark.parametrize(
    ("code", "says"),
    [(errno.ENOSPC, "No space left"), (errno.EROFS, "cannot be written"), (errno.EIO, "check the disk")],
)
def test_a_disk_that_refuses_under_the_lake(
    commit: Commit, store: Store, monkeypatch: pytest.MonkeyPatch, code: int, says: str
) -> None:
    monkeypatch.setattr(writer, "JOURNAL_ROWS", 0)

    def refuse(*paths: Path) -> None:
        raise OSError(code, "the disk says no")

    monkeypatch.setattr(parquet, "flush", refuse)
    with pytest.raises(StorageError, match=says):
        commit("a", posts=post("p1", "x"))
    monkeypatch.undo()
    assert store.rows()["posts"] == 0
    commit("a", posts=post("p1", "x"))
    assert store.rows()["posts"] == 1


def test_a_data_path_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(StorageError, match="cannot be used"):
        Store.open(Settings(data=tmp_path / "data"), create=True)


def test_a_folder_that_cannot_be_written_can_be_read(
    commit: Commit, store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(commit, store)
    connect_to = sqlite3.connect

    def closed(database: str, **options: object) -> sqlite3.Connection:
        # Tests may run as root, whom no permission stops: SQLite is made to say what it says to others.
        if "immutable" not in str(database):
            error = sqlite3.OperationalError("unable to open database file")
            error.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN
            raise error
        return connect_to(database, **options)

    monkeypatch.setattr(sqlite3, "connect", closed)
    assert Store.open(settings).rows()["post_snapshots"] == 2040


def test_delta_commits_that_never_became_visible_are_undone(
    commit: Commit, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(commit, store)
    monkeypatch.setattr(writer, "JOURNAL_ROWS", 0)
    before = store.rows()
    with connect(store.settings) as connection, store.writing() as held:
        connection.execute(f"CREATE TEMP TABLE lost AS {post('p9', 'never seen')}").fetchall()
        columns = store.query("FROM posts", ["posts"]).columns
        for column in columns:
            connection.execute(f'ALTER TABLE lost ADD COLUMN IF NOT EXISTS "{column}" VARCHAR').fetchall()
        monkeypatch.setattr(journal, "commit", _cut)
        with pytest.raises(KeyboardInterrupt):
            held.commit(connection, batch("lost"), {"posts": "lost"})
    monkeypatch.setattr(journal, "commit", lambda log: log.execute("COMMIT"))
    assert store.rows() == before
    assert len(lake.open_table(store.root, "posts").file_uris()) == 2
    with store.writing():
        assert len(lake.open_table(store.root, "posts").file_uris()) == 1
    assert store.rows() == before


def _cut(log: sqlite3.Connection) -> None:
    raise KeyboardInterrupt


def test_a_torn_log_entry_above_the_visible_version_is_dropped(
    commit: Commit, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(commit, store)
    log = lake.folder(store.root, "posts") / "_delta_log"
    version = lake.newest_version(store.root, "posts")
    assert version is not None
    (log / f"{version + 1:020d}.json").write_text('{"add": {"pa')
    with store.writing():
        pass
    monkeypatch.setattr(writer, "JOURNAL_ROWS", 0)
    commit("next", posts=post("p2", "y"))
    assert store.rows()["posts"] == 2
    assert lake.open_table(store.root, "posts").count() == 2


def test_a_damaged_live_database_is_not_rebuilt_from_the_lake(tmp_path: Path) -> None:
    (tmp_path / "live.db").write_bytes(b"not a database at all" * 1000)
    with pytest.raises(DamagedDataError, match=r"live\.db is damaged .*restore it from a backup") as caught:
        open_database(tmp_path)
    assert "lake" not in str(caught.value)
    assert "the tables stay" in str(caught.value)
    check.repair(tmp_path)
    open_database(tmp_path).close()


def test_a_damaged_kept_answer_is_named(tmp_path: Path) -> None:
    database = open_database(tmp_path)
    response = HttpResponse(200, {}, b"{}", datetime(2026, 6, 10, tzinfo=UTC))
    with database.transaction() as connection:
        responses.insert_response(
            connection, "request", owner.sweep("s"), 0, provider="scavio", endpoint="posts", what="user_posts",
            subject="demo", response=response, items=1, packed=b"no zlib at all",
        )  # fmt: skip
    (kept,) = [
        responses.read_body(database, response) for response in responses.list_pending(database, 10)
    ]  # the others are still read
    assert (kept.body, kept.damage[:36]) == (b"", "its body cannot be unpacked: Error -3"[:36])
    database.close()
