"""Whoever reads a stored file or row compares it with what was written: another value is an error, never an answer."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dwell.errors import DamagedDataError
from dwell.records import Creator
from dwell.settings import Settings
from dwell.warehouse import (
    Store,
    catalogue,
    check,
    journal,
    journal_rows,
    lake,
    lake_repair,
    log_checksums,
    rollup,
    writer,
)
from dwell.warehouse.duckdb_connection import connect

from .conftest import batch, committing, post, snapshots

BOTH = ["posts", "post_snapshots"]
QUESTION = """
    SELECT p.caption, s.post_id, s.observed_at, s.views FROM post_snapshots s LEFT JOIN posts p USING (post_id)
    ORDER BY ALL"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sealed and unsealed rows; some of the journal replace some of the lake."""
    store = Store.open(Settings(data=tmp_path_factory.mktemp("filled") / "data", threads=1), create=True)
    commit = committing(store)
    commit("sealed", posts=post("p1", "x"), post_snapshots=snapshots(40))
    store.seal()
    commit("unsealed", posts=post("p2", "y"), post_snapshots=snapshots(20, 40))
    with connect(store.settings) as connection, store.writing() as held:
        connection.execute(f"CREATE TEMP TABLE corrected AS {_whole('post_snapshots', snapshots(3, 0, 9))}").fetchall()
        held.commit(connection, batch("corrected"), {"post_snapshots": "corrected"}, replacing=["post_snapshots"])
    return store.root


@pytest.fixture
def filled(folder: Path, settings: Settings) -> Store:
    """A copy of it."""
    shutil.copytree(folder, settings.data)
    return Store(settings)


def _whole(name: str, sql: str) -> str:
    """The rows of a query with all columns of a table."""
    from dwell.warehouse.columns import typed_nulls

    return f"SELECT * EXCLUDE (seq) FROM ({typed_nulls(name)} UNION ALL BY NAME {sql})"


def edit(store: Store, *statements: str) -> None:
    """Changes the journal behind dwell's back."""
    with closing(sqlite3.connect(store.root / journal.NAME)) as log, log:
        for sql in statements:
            assert log.execute(sql).rowcount > 0, sql


def flip(path: Path, place: int) -> None:
    raw = bytearray(path.read_bytes())
    raw[place] ^= 1
    path.write_bytes(raw)


def files_of(store: Store, name: str) -> list[Path]:
    return sorted(lake.folder(store.root, name).rglob("part-*.parquet"))


def test_one_bit_anywhere_in_a_lake_file_is_noticed(filled: Store) -> None:
    (path,) = files_of(filled, "posts")
    for place in (0, 4, 40, path.stat().st_size // 2, path.stat().st_size - 1):
        flip(path, place)
        with pytest.raises(DamagedDataError, match=rf"{path.name} is damaged .*dwell check --repair"):
            filled.query("SELECT post_id FROM posts", ["posts"])
        assert filled.query("SELECT count(*) FROM post_snapshots", ["post_snapshots"]).rows == [(60,)]
        flip(path, place)
    assert len(filled.query("FROM posts", ["posts"])) == 2


def test_a_damaged_file_of_the_roll_up_changes_no_answer(filled: Store) -> None:
    filled.seal()
    with journal.connect(filled.root / journal.NAME) as log:
        sealed = catalogue.read(log).rollup
    assert sealed is not None
    path = rollup.folder(filled.root) / sealed.files[0].path
    sql = "SELECT post_id, views, snapshots FROM post_latest ORDER BY ALL"
    before = filled.query(sql, ["post_latest"])
    flip(path, path.stat().st_size // 2)
    assert filled.query(sql, ["post_latest"]) == before
    (problem,) = check.repair(filled.root)
    assert problem.part == "rollups/post_latest"
    assert list(check.find_problems(filled.root)) == []
    assert filled.query(sql, ["post_latest"]) == before


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE post_snapshots SET views = views + 1 WHERE post_id = 'p41'",
        "UPDATE post_snapshots SET post_id = 'p99' WHERE post_id = 'p41'",
        "UPDATE post_snapshots SET replaces = NULL WHERE replaces IS NOT NULL",
        "UPDATE post_snapshots SET likes = 'a text' WHERE post_id = 'p41'",
        "UPDATE post_snapshots SET seq = seq + 1 WHERE post_id = 'p41'",
        "DELETE FROM post_snapshots WHERE post_id = 'p41'",
        "UPDATE batch_checksums SET checksum = checksum + 1 WHERE name = 'post_snapshots'",
        "UPDATE lake_files SET path = path || 'x' WHERE name = 'post_snapshots'",
        "UPDATE lake_files SET rows = rows + 1",
        "DELETE FROM lake_files WHERE name = 'posts'",
        "UPDATE lake_tables SET superseded = superseded + 1",
        "UPDATE rollup_files SET low = 'zz'",
        "UPDATE meta SET value = value + 1 WHERE key = 'seq'",
    ],
)
def test_a_changed_row_of_the_journal_is_noticed(filled: Store, sql: str) -> None:
    edit(filled, sql)
    with pytest.raises(DamagedDataError, match=r"journal\.db is damaged .*dwell check --repair"):
        filled.query(QUESTION, BOTH)
    with pytest.raises(DamagedDataError, match=r"journal\.db is damaged"), Store(filled.settings).writing():
        pass
    with pytest.raises(DamagedDataError, match=r"journal\.db is damaged"):
        filled.seal()
    problem = next(check.find_problems(filled.root))
    assert (problem.part, bool(problem.repair)) == (journal.NAME, True)


def test_lost_rows_are_not_counted_as_none(filled: Store) -> None:
    edit(filled, "DELETE FROM posts")
    with pytest.raises(DamagedDataError, match=r"posts has 0 rows, of 1 that were written"):
        filled.rows()


def test_the_log_of_imports_is_compared(filled: Store) -> None:
    edit(filled, "UPDATE ingest_batches SET report = '{}x' WHERE seq = 1")
    with pytest.raises(DamagedDataError, match="the log of batch 1 is not what was written"):
        filled.batches()


def account(month: int) -> Creator:
    """A reading of an account."""
    seen = datetime(2024, month, 1, tzinfo=UTC)
    return Creator(handle="ann", platform="tiktok", display_name=f"Ann {month}", source="made-up", observed_at=seen)


def test_a_current_row_is_compared(filled: Store) -> None:
    with filled.appending() as appender:
        appender.append(batch("first"), [[account(3)]])
    edit(filled, "UPDATE current_creators SET display_name = 'other'")
    with filled.appending() as appender, pytest.raises(DamagedDataError, match="a row of current_creators is not"):
        appender.append(batch("later"), [[account(4)]])
    with filled.lookups() as lookups, pytest.raises(DamagedDataError, match="a row of current_creators is not"):
        list(lookups._select("creators", "handle", ["ann"]))


def test_check_names_the_files_that_only_a_damaged_journal_has(filled: Store) -> None:
    with filled.appending() as appender:
        appender.append(batch("newest"), [[account(3)]])
    edit(filled, "UPDATE creators SET display_name = 'other'")
    (problem,) = check.find_problems(filled.root)
    assert "The lake does not have " in problem.detail
    assert "newest.csv" in problem.detail


def test_a_damaged_current_row_costs_no_other(filled: Store) -> None:
    """It is a copy: the repair made the whole journal again of the lake, without the rows that no seal had moved."""
    with filled.appending() as appender:
        appender.append(batch("first"), [[account(3)]])
    before = filled.query("SELECT * FROM creators ORDER BY ALL", ["creators"]).rows
    edit(filled, "UPDATE current_creators SET display_name = 'other'")
    (problem,) = check.repair(filled.root)
    assert "No row is lost" in problem.detail
    assert filled.query("SELECT * FROM creators ORDER BY ALL", ["creators"]).rows == before
    with filled.appending() as appender:
        appender.append(batch("later"), [[account(3)]])
    assert not list(check.find_problems(filled.root))


def test_a_text_that_is_no_utf8_any_more(filled: Store) -> None:
    edit(filled, "UPDATE posts SET caption = CAST(x'ff' AS TEXT) WHERE post_id = 'p2'")
    with pytest.raises(DamagedDataError, match=r"journal\.db is damaged \(Could not decode"):
        filled.query("FROM posts", ["posts"])


def test_every_way_to_write_keeps_the_sums_right(filled: Store) -> None:
    path = filled.root / journal.NAME

    def verify() -> None:
        with journal.connect(path) as log:
            journal_rows.verify(path, log)

    verify()
    with filled.appending() as appender:
        appender.append(batch("appended"), [[account(3)]])
        verify()
        appender.append(batch("again"), [[account(4)]])
    verify()
    filled.seal()
    verify()
    committing(filled)("more", post_snapshots=snapshots(5, 100))
    verify()
    assert filled.query("SELECT count(*) FROM post_snapshots", ["post_snapshots"]).rows == [(65,)]


# --- the write-ahead log ----------------------------------------------------------------------------------------------


@pytest.fixture
def with_log(filled: Store, tmp_path: Path) -> Store:
    """A copy of the folder whose newest batch is in the write-ahead log alone."""
    with closing(sqlite3.connect(filled.root / journal.NAME, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM meta").fetchone()
        committing(filled)("newest", post_snapshots=snapshots(5, 200))
        shutil.copytree(filled.root, tmp_path / "copy")
    (tmp_path / "copy" / "journal.db-shm").unlink()
    return Store(Settings(data=tmp_path / "copy", threads=1))


@pytest.mark.parametrize("how", ["missing", "empty", "damaged"])
def test_changes_that_are_lost_with_the_write_ahead_log_are_missed(with_log: Store, how: str) -> None:
    path = with_log.root / "journal.db-wal"
    if how == "missing":
        path.unlink()
    elif how == "empty":
        path.write_bytes(b"")
    else:
        flip(path, 100)
    for _ in range(2):  # SQLite itself drops what it cannot read
        with pytest.raises(DamagedDataError, match=r"journal\.db is damaged \(its newest changes are missing"):
            with_log.query(QUESTION, BOTH)
    if how == "damaged":
        assert len(list((with_log.root / "damaged").glob("journal.db-wal.*"))) == 1
    (problem,) = check.repair(with_log.root)
    assert problem.repair.startswith("keeps what it has; import again")
    assert with_log.rows()["post_snapshots"] == 60
    assert list(check.find_problems(with_log.root)) == []
    committing(Store(with_log.settings))("newest", post_snapshots=snapshots(5, 200))
    assert with_log.rows()["post_snapshots"] == 65


def test_a_folder_without_the_number_of_the_newest_change_is_whole(with_log: Store) -> None:
    (with_log.root / "journal.revision").unlink()
    assert with_log.rows()["post_snapshots"] == 65
    (with_log.root / "journal.revision").write_bytes(b"99999 00000000")  # damaged itself
    assert with_log.rows()["post_snapshots"] == 65


# --- older folders ----------------------------------------------------------------------------------------------------


def test_files_of_an_older_dwell_are_read_and_get_a_checksum(filled: Store) -> None:
    from .test_older import take_checksums_away

    answer = filled.query(QUESTION, BOTH)
    with closing(sqlite3.connect(filled.root / journal.NAME)) as log, log:
        take_checksums_away(log, filled.root)
        log.execute("PRAGMA user_version = 6")
    assert check.count_unverified(filled.root) == 6
    assert filled.query(QUESTION, BOTH) == answer
    assert list(check.find_problems(filled.root)) == []
    filled.seal()
    assert check.count_unverified(filled.root) == 0
    assert filled.query(QUESTION, BOTH) == answer


# --- logs and repairs -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "how"), [("posts", "changed"), ("ingest_batches", "gone")])
def test_nothing_is_written_on_top_of_a_damaged_log(filled: Store, name: str, how: str) -> None:
    entry = lake.log_entry(filled.root, name, 0)
    if how == "gone":
        entry.unlink()
    else:
        flip(entry, 50)
    answer = filled.query(QUESTION, BOTH)  # which needs no log
    with pytest.raises(DamagedDataError, match=rf"{entry.name} is damaged .*no row is lost"):
        Store(filled.settings).seal()
    (problem,) = check.repair(filled.root)
    assert problem.part == f"lake/{name}/_delta_log/{entry.name}"
    assert list(check.find_problems(filled.root)) == []
    assert list((filled.root / "damaged" / "lake" / name).iterdir())
    assert filled.query(QUESTION, BOTH) == answer
    Store(filled.settings).seal()
    (filled.root / journal.NAME).unlink()  # what was written again is enough to rebuild it
    check.repair(filled.root)
    assert filled.query(QUESTION, BOTH) == answer
    assert check.count_unverified(filled.root) == 0


def take_out(store: Store) -> None:
    with journal.connect(store.root / journal.NAME) as log:
        state = catalogue.read(log)
    damaged = {"post_snapshots": state.table("post_snapshots").files}
    lake_repair.take_out_files(store.root, store.settings, damaged, datetime(2026, 1, 1, tzinfo=UTC))


def test_the_rows_of_a_damaged_file_can_be_imported_again(filled: Store) -> None:
    damaged = files_of(filled, "post_snapshots")
    for path in damaged:
        flip(path, 99)
    problems = [*check.find_problems(filled.root)]
    assert sum(problem.loss.rows for problem in problems if problem.loss) == 40
    assert {path for problem in problems if problem.loss for path in problem.loss.imports} == {"sealed.csv"}
    told: list[check.Problem] = []
    assert check.repair(filled.root, tell=told.append) == told == problems
    assert list(check.find_problems(filled.root)) == []
    assert not any(path.exists() for path in damaged)
    assert len(list((filled.root / "damaged").rglob("part-*"))) == len(damaged)
    assert filled.rows()["post_snapshots"] == 23  # those of the journal, also the three that replaced lost ones
    assert filled.query("SELECT count(*) FROM post_snapshots", ["post_snapshots"]).rows == [(23,)]
    assert filled.query("SELECT count(*), sum(snapshots) FROM post_latest", ["post_latest"]).rows == [(23, 23)]
    assert filled.current_id("sealed") != "sealed"  # so that it is not known any more
    filled.seal()
    assert filled.rows()["post_snapshots"] == 23
    assert filled.query("SELECT count(*), sum(snapshots) FROM post_latest", ["post_latest"]).rows == [(23, 23)]
    assert list(check.find_problems(filled.root)) == []  # the roll-up has the rows of the journal now
    assert not filled.needs_seal()


STEPS: tuple[tuple[object, str], ...] = (
    (lake_repair, "set_aside"),
    (lake, "commit"),
    (lake_repair.rollup_update, "update"),
    (lake_repair.ingest_log, "write_entry"),
    (journal, "commit"),
)


@pytest.mark.parametrize("step", range(len(STEPS)))
def test_a_repair_that_is_stopped_is_ended_by_the_next(
    filled: Store, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    for path in files_of(filled, "post_snapshots"):
        flip(path, 99)
    owner, name = STEPS[step]
    whole = getattr(owner, name)

    def stop(*values: object, **named: object) -> None:
        whole(*values, **named)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:  # delta-rs cannot run in a forked child, which could be killed
        patch.setattr(owner, name, stop)
        with pytest.raises(KeyboardInterrupt):
            check.repair(filled.root)
    check.repair(filled.root)
    assert list(check.find_problems(filled.root)) == []
    assert filled.rows()["post_snapshots"] == 23
    assert len(filled.query(QUESTION, BOTH)) == 23


# --- random damage ----------------------------------------------------------------------------------------------------


def _damages(path: Path, chance: random.Random) -> Iterator[bytes]:
    """A file with 1 to 16 other bytes, 4 KB of noise, without its end, with zeros."""
    raw = path.read_bytes()
    some = bytearray(raw)
    for _ in range(chance.randint(1, 16)):
        some[chance.randrange(len(raw))] ^= chance.randint(1, 255)
    yield bytes(some)
    start = chance.randrange(max(1, len(raw) - 4_096))
    yield raw[:start] + chance.randbytes(min(4_096, len(raw) - start)) + raw[start + 4_096 :]
    yield raw[: chance.randrange(len(raw))]
    yield raw[:start] + bytes(min(512, len(raw) - start)) + raw[start + 512 :]


def test_after_random_damage_an_answer_is_equal_or_an_error(
    with_log: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "JOURNAL_ROWS", 0)
    whole = tmp_path / "whole"
    shutil.copytree(with_log.root, whole)
    expected = (with_log.query(QUESTION, BOTH), with_log.rows(), len(with_log.batches()))
    chance = random.Random(12)
    files = [path.relative_to(whole) for path in whole.rglob("*") if path.suffix in {".parquet", ".db", ".db-wal"}]
    outcomes = {"equal": 0, "error": 0}
    for name in sorted(files):
        for number, raw in enumerate(_damages(whole / name, chance)):
            copy = tmp_path / f"{name.name}-{number}"
            shutil.copytree(whole, copy)
            (copy / name).write_bytes(raw)
            store = Store(Settings(data=copy, threads=1))
            try:
                answer = (store.query(QUESTION, BOTH), store.rows(), len(store.batches()))
            except DamagedDataError:
                outcomes["error"] += 1
            else:
                assert answer == expected, (name, number)
                outcomes["equal"] += 1
    assert outcomes["error"] > len(files)


def test_the_logs_of_all_tables_are_known(filled: Store) -> None:
    with journal.connect(filled.root / journal.NAME) as log:
        state = catalogue.read(log)
        noted = {name for (name,) in log.execute("SELECT DISTINCT name FROM log_files")}
        assert noted == set(state.versions())
        assert list(log_checksums.find_damaged(log, filled.root)) == []
