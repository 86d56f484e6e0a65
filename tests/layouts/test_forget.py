"""Folders that released versions wrote lose an account, and nothing of the others."""

from __future__ import annotations

import sqlite3
import zlib
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

import dwell
from dwell.cli.main import main

from .conftest import COSTLY

ACCOUNT, OTHER = "demo_pantry", "demo_bigtable"


pytestmark = pytest.mark.usefixtures("own_cache")


def traces(folder: Path, words: list[str]) -> list[str]:
    """Files that have one of these words, in whatever form."""
    found, sidecars = [], ("-shm", "-wal")
    with closing(sqlite3.connect(folder / "live.db")) as connection:  # takes over its write-ahead log
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(sidecars)):
        texts = [path.read_bytes().decode("utf-8", "replace")]
        if path.suffix == ".parquet":
            texts.append(repr(duckdb.sql(f"FROM read_parquet('{path}', hive_partitioning = false)").fetchall()))
        if path.name == "live.db":
            with closing(sqlite3.connect(path)) as connection:
                names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
                table = "responses" if "responses" in names else "answers"  # as the first release called it
                bodies = connection.execute(f"SELECT body FROM {table}").fetchall()
            texts += [zlib.decompress(body).decode() for (body,) in bodies]
        found += [f"{path}: {word}" for word in words if any(word in text for text in texts)]
    return found


@pytest.mark.parametrize("layout", COSTLY, indirect=True)
def test_an_account_of_a_release_is_erased(layout: Path) -> None:
    workspace = dwell.open("data")
    ids = workspace.store.query("SELECT post_id FROM posts WHERE handle = ?", ["posts"], [ACCOUNT])
    words = [ACCOUNT, *(post_id for (post_id,) in ids.rows)]
    others = workspace.posts(creator=OTHER).rows
    before = workspace.store.rows()
    assert traces(layout / "data", words)
    assert main(["forget", f"@{ACCOUNT}", "--yes"]) == 0
    assert traces(layout / "data", words) == []
    assert dwell.open("data").posts(creator=OTHER).rows == others
    assert dwell.open("data").store.rows()["posts"] == before["posts"] - len(ids)
    assert len(dwell.check("data")) == 0
    assert main(["replay", "--json"]) == 0
    assert traces(layout / "data", words) == []
