"""Everything stored comes out, whole or not at all."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from dwell.errors import NoDataError, StorageError
from dwell.records import TABLES
from dwell.warehouse import Store
from dwell.warehouse.export import export

from .conftest import Commit, post, snapshots


def test_csv_has_lists_as_json_and_instants_as_iso(commit: Commit, store: Store, tmp_path: Path) -> None:
    commit("a", posts=post("p1", 'say "hi",\nthen go'))
    assert export(store, "posts", tmp_path / "posts.csv", "csv") == 1
    with (tmp_path / "posts.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert list(row) == [column.name for column in TABLES["posts"].columns]
    assert json.loads(row["hashtags"]) == ["a", 'é"']
    assert row["observed_at"] == "2024-02-01T00:00:00.000000Z"
    assert row["caption"] == 'say "hi",\nthen go'
    assert row["niche" if "niche" in row else "region"] == ""


def test_json_lines_go_to_a_stream(commit: Commit, store: Store) -> None:
    commit("a", post_snapshots=snapshots(30))
    out = io.BytesIO()
    assert export(store, "post_snapshots", out, "jsonl") == 30
    rows = [json.loads(line) for line in out.getvalue().decode().splitlines()]
    assert [row["post_id"] for row in rows] == sorted(row["post_id"] for row in rows)
    known = {"post_id": "p0", "observed_at": "2024-01-25T00:00:00.000001Z", "views": 7, "source": "made-up"}
    assert rows[0] == dict.fromkeys(column.name for column in TABLES["post_snapshots"].columns) | known


def test_parquet_keeps_types_and_hides_seq(commit: Commit, store: Store, tmp_path: Path) -> None:
    commit("a", posts=post("p1", "x"))
    store.seal()
    path = tmp_path / "posts.parquet"
    assert export(store, "posts", path, "parquet") == 1
    there = store.query(f"FROM '{path}'", [])
    assert there.columns == tuple(column.name for column in TABLES["posts"].columns)
    assert there.rows == store.query("FROM posts", ["posts"]).rows


def test_an_empty_table_exports_its_header(store: Store, tmp_path: Path) -> None:
    assert export(store, "comments", tmp_path / "c.csv", "csv") == 0
    assert (tmp_path / "c.csv").read_text().startswith("comment_id,observed_at,")


def test_an_unknown_table_is_an_error_that_names_the_tables(store: Store, tmp_path: Path) -> None:
    with pytest.raises(NoDataError, match="post_snapshots"):
        export(store, "views", tmp_path / "x.csv", "csv")


def test_a_failed_export_leaves_the_old_file(commit: Commit, store: Store, tmp_path: Path) -> None:
    commit("a", posts=post("p1", "x"))
    target = tmp_path / "missing" / "posts.csv"
    with pytest.raises(StorageError):
        export(store, "posts", target, "csv")
    assert list(tmp_path.glob("**/*.partial")) == []
