"""Sealing moves rows without changing what a reader sees; tidying rewrites files and keeps rows."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from deltalake import DeltaTable

from dwell.warehouse import Store, compact, lake, writer

from .conftest import Commit, post, snapshots


def files(store: Store, name: str) -> list[Path]:
    return sorted(lake.folder(store.root, name).rglob("*.parquet"))


def test_a_seal_moves_every_row_and_shows_the_same(
    commit: Commit, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "dwell")
    commit("a", posts=post("p1", "x"), post_snapshots=snapshots(40))
    before = store.query("FROM post_snapshots ORDER BY ALL", ["post_snapshots"]).rows
    assert store.seal() == 41
    assert caplog.messages == ["sealed 41 rows: they moved from the journal to the lake"]
    assert store.unsealed() == 0
    assert store.query("FROM post_snapshots ORDER BY ALL", ["post_snapshots"]).rows == before
    assert store.seal() == 0


def test_snapshots_lie_in_months_and_sorted(commit: Commit, store: Store) -> None:
    commit("a", post_snapshots=snapshots(40))
    store.seal()
    assert {path.parent.name for path in files(store, "post_snapshots")} == {"ym=2024-01", "ym=2024-02", "ym=2024-03"}
    for path in files(store, "post_snapshots"):
        ids = [row[0] for row in store.query(f"SELECT post_id FROM read_parquet('{path}')", []).rows]
        assert ids == sorted(ids)


def test_any_delta_reader_sees_instants_with_a_zone(commit: Commit, store: Store) -> None:
    commit("a", post_snapshots=snapshots(40))
    store.seal()
    table = DeltaTable(str(lake.folder(store.root, "post_snapshots")))
    kinds = {field.name: str(field.type) for field in table.schema().fields}
    assert kinds["observed_at"] == 'PrimitiveType("timestamp")'
    assert table.protocol().reader_features is None
    assert table.to_pyarrow_table().num_rows == 40
    assert table.transaction_version("dwell") == 1


def test_small_files_are_joined(commit: Commit, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compact, "_MANY", 3)
    for number in range(3):
        commit(f"b{number}", watch_times=f"SELECT * REPLACE ('w{number}' AS post_id) FROM ({WATCH})")
        store.seal()
    assert store.instant([])[0].table("watch_times").rows == 3
    assert len(store.instant([])[0].table("watch_times").files) == 1
    assert store.query("SELECT count(DISTINCT post_id) FROM watch_times", ["watch_times"]).rows == [(3,)]
    assert DeltaTable(str(lake.folder(store.root, "watch_times"))).count() == 3


WATCH = "SELECT 'w' AS post_id, TIMESTAMPTZ '2024-01-01 00:00:00+00' AS observed_at, 'x' AS source"


def test_superseded_rows_go_when_they_are_many(commit: Commit, store: Store) -> None:
    for number in range(4):
        commit(f"b{number}", posts=post("p1", f"caption {number}"))
    store.seal()
    visible = store.instant([])[0].table("posts")
    assert (visible.rows, visible.superseded) == (1, 0)
    assert store.query("SELECT caption FROM posts", ["posts"]).rows == [("caption 3",)]


def test_files_that_nobody_uses_stay_a_day(commit: Commit, store: Store) -> None:
    commit("a", posts=post("p1", "x"))
    store.seal()
    place = lake.folder(store.root, "posts")
    for name, age in (("part-old.parquet", 2 * 86_400), ("part-new.parquet", 60)):
        stray = place / name
        stray.write_bytes(b"left by a process that was killed")
        moment = stray.stat().st_mtime - age
        os.utime(stray, (moment, moment))
    assert compact.delete_unused_files(store.root, store.instant([])[0]) == 1
    assert [path.name for path in files(store, "posts") if "new" in path.name or "old" in path.name] == [
        "part-new.parquet"
    ]
    assert store.rows()["posts"] == 1


def test_a_delta_log_is_checkpointed(commit: Commit, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "JOURNAL_ROWS", 0)
    for number in range(22):
        commit(f"b{number}", watch_times=f"SELECT * REPLACE ('w{number}' AS post_id) FROM ({WATCH})")
    log = lake.folder(store.root, "watch_times") / "_delta_log"
    assert (log / "_last_checkpoint").exists()
    assert DeltaTable(str(log.parent)).count() == 22
