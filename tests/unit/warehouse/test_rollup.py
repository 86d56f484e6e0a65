"""The roll-up `post_latest`: kept by the seal, checked, rebuilt, and never the reason of a wrong number."""

from __future__ import annotations

import logging
import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dwell import clock
from dwell.disk.checksum import read_checksum
from dwell.records import TABLES
from dwell.warehouse import (
    Store,
    check,
    compact,
    journal,
    journal_rows,
    lake_scan,
    rollup,
    rollup_update,
    views,
    writer,
)
from dwell.warehouse.catalogue import RollUp
from dwell.warehouse.duckdb_connection import connect
from dwell.warehouse.rollup_check import find_rollup_problem
from dwell.warehouse.seal import seal

from .conftest import Commit
from .test_older import take_checksums_away

AT = "TIMESTAMPTZ '2024-02-01 00:00:00+00'"


def has_rollup(store: Store) -> bool:
    with store.snapshot() as snapshot:
        return snapshot.has_rollup


def posts(count: int, first: int = 0, handle: str = "'h' || lpad((i // 4)::VARCHAR, 3, '0')") -> str:
    return (
        f"SELECT 'p' || i AS post_id, 'tiktok' AS platform, {handle} AS handle, 'made-up' AS source, "
        f"{AT} AS observed_at FROM range({first}, {first + count}) t(i)"
    )


def snapshots(count: int, first: int = 0, day: int = 0, views: int = 7) -> str:
    return (
        f"SELECT 'p' || i AS post_id, {AT} + to_days({day}) AS observed_at, {views} AS views, 'made-up' AS source "
        f"FROM range({first}, {first + count}) t(i)"
    )


def sealed(store: Store) -> RollUp:
    found = store.instant([])[0].rollup
    assert found is not None
    return found


def answer(store: Store, columns: str = "post_id, handle, views, snapshots") -> list[tuple[object, ...]]:
    return store.query(f"SELECT {columns} FROM post_latest ORDER BY post_id", ["post_latest"]).rows


def problems(store: Store) -> list[str]:
    return [problem.part for problem in check.find_problems(store.root)]


@pytest.fixture
def full(commit: Commit, store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Forty accounts of four posts, eight posts a file."""
    monkeypatch.setattr(rollup_update, "_POSTS_A_FILE", 8)
    commit("a", posts=posts(160), post_snapshots=snapshots(160))
    store.seal()
    assert len(sealed(store).files) == 20
    return store


def test_a_seal_rewrites_only_the_files_of_changed_posts(commit: Commit, full: Store) -> None:
    before = sealed(full).files
    commit("b", post_snapshots=snapshots(4, first=80, day=1, views=9))
    full.seal()
    assert len(set(sealed(full).files) - set(before)) == 1
    assert [row for row in answer(full) if row[2] == 9] == [(f"p{i}", "h020", 9, 2) for i in range(80, 84)]
    assert problems(full) == []


def test_an_account_with_a_new_name_moves_to_another_file(commit: Commit, full: Store) -> None:
    commit("b", posts=posts(4, handle="'zebra'"))
    full.seal()
    assert answer(full, "post_id, handle, views")[:2] == [("p0", "zebra", 7), ("p1", "zebra", 7)]
    with connect(full.settings) as connection:
        last = sealed(full).files[-1]
        names = connection.execute(f"SELECT DISTINCT handle FROM {rollup.scan(full.root, (last,))} ORDER BY 1")
        assert names.fetchall()[-2:] == [("h039",), ("zebra",)]
    assert problems(full) == []


def test_snapshots_of_a_post_without_attributes(commit: Commit, full: Store) -> None:
    commit("b", posts=posts(1, first=159), post_snapshots=snapshots(1, first=500))
    full.seal()
    assert ("p500", None, 7, 1) in answer(full)
    commit("c", posts=posts(1, first=500, handle="'h900'"))
    assert ("p500", "h900", 7, 1) in answer(full)
    full.seal()
    assert ("p500", "h900", 7, 1) in answer(full)
    assert problems(full) == []


def test_a_file_that_has_grown_is_split_between_accounts(commit: Commit, full: Store) -> None:
    commit("b", posts=posts(40, first=1_000, handle="'h0205'"), post_snapshots=snapshots(40, first=1_000))
    commit("c", posts=posts(40, first=2_000, handle="'h0206'"), post_snapshots=snapshots(40, first=2_000))
    full.seal()
    rows = {file.low: file.rows for file in sealed(full).files}
    assert len(rows) > 20
    assert rows["h0206"] >= 40  # an account is never cut
    assert sum(rows.values()) == 240
    assert problems(full) == []


def test_older_snapshots_that_come_later(commit: Commit, full: Store) -> None:
    commit("b", post_snapshots=snapshots(2, day=-9, views=1))
    for _ in range(2):
        columns = "post_id, views, snapshots, first_observed_at"
        assert answer(full, columns)[0] == ("p0", 7, 2, datetime(2024, 1, 23, tzinfo=UTC))
        full.seal()


def test_a_large_import_is_added_by_readers_until_the_next_seal(
    commit: Commit, full: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "JOURNAL_ROWS", 0)
    commit("b", post_snapshots=snapshots(50, day=1, views=9))
    assert (full.unsealed(), full.waiting().later) == (0, 50)
    before = answer(full)
    assert [row[2] for row in before].count(9) == 50
    full.seal()
    assert (answer(full), full.waiting().later) == (before, 0)


def test_the_roll_up_is_left_alone_when_most_snapshots_are_not_in_it(
    commit: Commit, full: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "JOURNAL_ROWS", 0)
    commit("b", post_snapshots=snapshots(160, day=1))
    assert has_rollup(full)
    commit("c", post_snapshots=snapshots(160, day=2))
    assert not has_rollup(full)
    assert {row[3] for row in answer(full)} == {3}


@pytest.mark.parametrize("cut", [None, 10])
def test_a_missing_file_costs_time_and_never_a_number(
    cut: int | None, full: Store, caplog: pytest.LogCaptureFixture
) -> None:
    before = answer(full)
    path = rollup.folder(full.root) / sealed(full).files[3].path
    path.unlink() if cut is None else os.truncate(path, cut)
    with caplog.at_level(logging.WARNING):
        assert not has_rollup(full)
    assert "dwell check --repair" in caplog.text
    assert answer(full) == before
    assert problems(full) == [str(rollup.FOLDER)]
    full.seal()
    assert has_rollup(full)
    assert answer(full) == before
    assert problems(full) == []


def test_a_damaged_file_names_its_cure_and_the_cure_works(
    commit: Commit, full: Store, caplog: pytest.LogCaptureFixture
) -> None:
    before = answer(full)
    path = rollup.folder(full.root) / sealed(full).files[3].path
    path.write_bytes(bytes(path.stat().st_size))
    with caplog.at_level(logging.WARNING):
        assert answer(full) == before  # from the tables
    assert "dwell check --repair" in caplog.text
    (problem,) = check.find_problems(full.root)
    assert (problem.part, problem.repair) == (str(rollup.FOLDER), "rebuilds it from the tables")
    assert [fixed.part for fixed in check.repair(full.root)] == [str(rollup.FOLDER)]
    assert answer(full) == before
    path = rollup.folder(full.root) / sealed(full).files[3].path
    path.write_bytes(bytes(path.stat().st_size))
    commit("b", post_snapshots=snapshots(160, day=1))
    full.seal()  # reads every file, and makes all of them again
    assert {row[3] for row in answer(full)} == {2}


def test_other_numbers_are_found_and_repaired(full: Store) -> None:
    before = answer(full)
    file = sealed(full).files[3]
    path = rollup.folder(full.root) / file.path
    with connect(full.settings) as connection:
        query = f"SELECT * REPLACE (views + 1 AS views) FROM {rollup.scan(full.root, (file,))}"
        connection.execute(f"CREATE TABLE wrong AS {query}").fetchall()
        connection.execute(f"COPY wrong TO '{path}' (FORMAT parquet)").fetchall()
    changed = (path.stat().st_size, read_checksum(path), file.path)
    with journal.connect(full.root / journal.NAME, writing=True) as log, journal.transaction(log):
        log.execute("UPDATE rollup_files SET bytes = ?, checksum = ? WHERE path = ?", changed)
    state, _ = full.instant([])
    assert find_rollup_problem(full.root, state) == "doesn't match the tables that it is derived from"
    assert check.repair(full.root)
    assert answer(full) == before


def test_a_roll_up_with_other_columns_is_made_again(full: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    before = answer(full)
    monkeypatch.setattr(rollup, "LAYOUT", "of a later dwell")
    assert not has_rollup(full)
    assert problems(full) == []
    assert answer(full) == before
    assert full.seal() == 0
    assert sealed(full).layout == "of a later dwell"
    assert has_rollup(full)


@pytest.mark.parametrize("in_lake", [False, True])
def test_a_correction_is_seen_at_once_and_after_the_seal(
    commit: Commit, full: Store, monkeypatch: pytest.MonkeyPatch, *, in_lake: bool
) -> None:
    commit("older", post_snapshots=snapshots(2, first=8, day=-3, views=5))
    commit("later", post_snapshots=snapshots(2, first=8, day=3, views=50))
    full.seal()
    if in_lake:
        monkeypatch.setattr(writer, "JOURNAL_ROWS", 0)
    with connect(full.settings) as connection, full.writing() as writing:
        columns = ", ".join(f"NULL AS {column.name}" for column in TABLES["post_snapshots"].columns)
        connection.execute(
            f"CREATE TEMP TABLE fixed AS SELECT * FROM (SELECT {columns} WHERE false) "
            f"UNION ALL BY NAME {snapshots(2, first=9, views=99)} "
            f"UNION ALL BY NAME {snapshots(1, first=9, day=3, views=999)}"
        ).fetchall()
        connection.execute("ALTER TABLE fixed ALTER rounded TYPE BOOLEAN").fetchall()
        from .conftest import batch

        writing.commit(connection, batch("fix"), {"post_snapshots": "fixed"}, replacing=["post_snapshots"])
    assert has_rollup(full) is not in_lake
    for _ in range(2):
        corrected = [("p10", "h002", 99, 1), ("p9", "h002", 999, 3)]
        assert [row for row in answer(full) if row[0] in {"p9", "p10"}] == corrected
        assert full.query("SELECT count(*), max(views) FROM post_snapshots", ["post_snapshots"]).rows == [(164, 999)]
        assert full.rows()["post_snapshots"] == 164
        full.seal()
    assert has_rollup(full)
    assert problems(full) == []


def test_a_reader_keeps_its_files_across_seals_and_tidying(
    commit: Commit, full: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compact, "_MANY", 2)
    names = ["posts", "post_snapshots", "post_latest"]
    state, unsealed = full.instant(names)
    held = [rollup.folder(full.root) / file.path for file in state.rollup.files] if state.rollup else []
    held += [path for name in names[:2] for path in lake_scan.visible_files(full.root, name, state.table(name))]
    before = answer(full)
    for number in range(3):
        commit(f"b{number}", posts=posts(160, handle="'new'"), post_snapshots=snapshots(160, day=number + 1))
        full.seal()
    _tidy(full)
    assert not set(held) & {rollup.folder(full.root) / file.path for file in sealed(full).files}
    with connect(full.settings) as connection:
        views.attach(connection, full.root, state, unsealed, names)
        found = connection.execute("SELECT post_id, handle, views, snapshots FROM post_latest ORDER BY post_id")
        assert found.fetchall() == before
        assert connection.execute("SELECT count(*) FROM post_snapshots").fetchall() == [(160,)]
        assert connection.execute("SELECT count(*) FROM posts WHERE handle = 'new'").fetchall() == [(0,)]
    assert all(path.exists() for path in held)


def test_files_that_nobody_uses_go_after_a_day(commit: Commit, full: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    old = {file.path for file in sealed(full).files}
    commit("b", post_snapshots=snapshots(160, day=1))
    full.seal()
    orphan = rollup.folder(full.root) / "part-killed.parquet"
    orphan.write_bytes(b"left by a seal that was killed")
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=25))
    _tidy(full)
    left = {path.name for path in rollup.folder(full.root).iterdir()}
    assert left == {file.path for file in sealed(full).files}
    assert not left & old


def test_a_killed_seal_leaves_files_that_nobody_lists(
    commit: Commit, full: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit("b", post_snapshots=snapshots(4, day=1, views=9))
    before, listed = answer(full), sealed(full)
    monkeypatch.setattr(journal_rows, "clear", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        full.seal()
    assert sealed(full) == listed
    assert answer(full) == before
    monkeypatch.undo()
    assert full.seal() == 4
    assert answer(full) == before


def test_an_empty_folder_has_none(store: Store) -> None:
    assert store.seal() == 0
    assert store.instant([])[0].rollup is None
    assert not (store.root / "rollups").exists()
    assert answer(store) == []


def test_a_folder_without_one_gets_it_at_the_next_seal(commit: Commit, store: Store) -> None:
    commit("a", posts=posts(8), post_snapshots=snapshots(8))
    store.seal()
    with closing(sqlite3.connect(store.root / journal.NAME)) as log:  # as a journal of layout 2 was
        take_checksums_away(log, store.root)
        for statement in (
            "DELETE FROM meta WHERE key LIKE 'rollup%'",
            "DROP TABLE rollup_files",
            "ALTER TABLE lake_files DROP COLUMN seq",
            "PRAGMA user_version = 2",
        ):
            log.execute(statement)
        log.commit()
    before = answer(store)
    assert not has_rollup(store)
    commit("b", post_snapshots=snapshots(4, day=1))
    store.seal()
    assert has_rollup(store)
    assert [row[3] for row in answer(store)] == [2] * 4 + [1] * 4
    assert [row[:2] for row in answer(store)] == [row[:2] for row in before]


def test_a_rebuilt_journal_makes_a_new_one(full: Store) -> None:
    before = answer(full)
    (full.root / journal.NAME).unlink()
    assert check.repair(full.root)
    assert not has_rollup(full)
    full.seal()
    assert has_rollup(full)
    assert answer(full) == before


def test_a_whole_seal_by_hand_makes_it_again(full: Store) -> None:
    before = sealed(full).files
    with full.writing():
        seal(full.root, full.settings, fresh_rollup=True)
    assert not {file.path for file in before} & {file.path for file in sealed(full).files}
    assert answer(full) == answer(full)


def _tidy(store: Store) -> None:
    with journal.connect(store.root / journal.NAME, writing=True) as log:
        compact.delete_unused_files(store.root, store.instant([])[0])
        rollup_update.delete_unused_files(store.root, log, compact.KEEP)


def test_only_rollup_files_are_in_its_folder(full: Store) -> None:
    found = {path.relative_to(full.root / "rollups") for path in (full.root / "rollups").rglob("*.parquet")}
    assert found == {Path("post_latest") / file.path for file in sealed(full).files}
