"""Databases that can be read where nothing can be written beside them."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from dwell.disk import unwritable
from dwell.disk.errors import not_writable

LEFT = """
import os, sqlite3, sys
made = sqlite3.connect(sys.argv[1], isolation_level=None)
made.execute("PRAGMA journal_mode = WAL")
made.execute("CREATE TABLE t (a)")
made.execute("INSERT INTO t VALUES (1)")
if sys.argv[2] == "log":
    os._exit(0)  # the rows are in the log alone
made.close()
"""


def _connect(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, isolation_level=None)
    try:
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


@pytest.mark.parametrize("left", ["nothing", "log"])
def test_a_database_is_read_where_its_folder_takes_no_file(left: str, tmp_path: Path) -> None:
    path = tmp_path / "live.db"
    subprocess.run([sys.executable, "-c", LEFT, str(path), left], check=True)
    shared = tmp_path / "live.db-shm"
    shared.unlink(missing_ok=True)
    shared.mkdir()  # as good as a read-only disk: SQLite cannot make its file, not even for root
    before = [file.read_bytes() for file in (path, tmp_path / "live.db-wal") if file.exists()]
    with closing(unwritable.connect_or_read(path, _connect)) as connection:
        assert connection.execute("SELECT a FROM t").fetchall() == [(1,)]
    # SQLite makes an empty log before it sees that it cannot make its other file.
    assert [read for file in (path, tmp_path / "live.db-wal") if (read := file.read_bytes())] == before


def test_a_database_that_is_missing_or_none_is_not_made_up(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError):
        unwritable.connect_or_read(tmp_path / "live.db", _connect)
    (tmp_path / "none.db").write_bytes(b"no database" * 500)
    with pytest.raises(sqlite3.DatabaseError):
        unwritable.connect_or_read(tmp_path / "none.db", _connect)


def test_the_cure_is_that_of_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert unwritable.takes_files(tmp_path)
    assert not unwritable.takes_files(tmp_path / "missing")
    assert "allow this user to write there" in str(not_writable(tmp_path / "x"))
    monkeypatch.setattr("dwell.disk.errors.is_full", lambda folder: folder == tmp_path)
    assert str(not_writable(tmp_path / "x")).startswith(f"No space left for {tmp_path / 'x'}: free some")
    monkeypatch.setattr("dwell.disk.errors.is_read_only", lambda folder: folder == tmp_path)
    assert "mounted read-only" in str(not_writable(tmp_path / "x"))
