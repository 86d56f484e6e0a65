"""Whoever waits long for a lock is told for whom."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from dwell.disk import holder
from dwell.disk.lock import exclusive
from dwell.errors import StorageError
from dwell.state import database as states

HOLD = {
    "lock": "import fcntl; held = open(sys.argv[1], 'w'); fcntl.flock(held, fcntl.LOCK_EX)",
    "state": "import sqlite3; held = sqlite3.connect(sys.argv[1]); held.execute('BEGIN IMMEDIATE')",
}
NAMES = Path("/proc/locks").exists()
"""Only Linux says who holds a lock."""


@contextmanager
def _held(path: Path, how: str) -> Iterator[int]:
    """A process that holds a lock and is stopped, as after Ctrl-Z."""
    code = f"import sys, time; {HOLD[how]}; print(flush=True); time.sleep(60)"
    command = [sys.executable, "-c", code, str(path), "--key", "secret"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGSTOP)
        try:
            os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)
            yield process.pid
        finally:
            process.kill()


def _messages(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records]


def test_who_waits_for_a_lock_is_told_once_and_waits_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(holder, "WAIT_S", 0.1)
    path, done = tmp_path / "writer.lock", threading.Event()

    def wait() -> None:
        with exclusive(path):
            done.set()

    with _held(path, "lock") as pid:
        waiting = threading.Thread(target=wait)
        waiting.start()
        while not caplog.records and not done.is_set():
            time.sleep(0.01)
        assert not done.is_set()
    waiting.join(30)
    assert done.is_set()
    (said,) = _messages(caplog)
    assert said.startswith(f"waiting for {path}, which ")
    if NAMES:
        assert f"process {pid} (" in said
        assert f"kill -CONT {pid}" in said
    assert "secret" not in said


def test_who_waits_for_the_state_is_told_and_then_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(states, "_NAMED_MS", 100)
    monkeypatch.setattr(states, "_BUSY_MS", 300)
    path = tmp_path / "live.db"
    with closing(sqlite3.connect(path)) as made:
        made.execute("PRAGMA journal_mode = WAL")
        made.execute("CREATE TABLE t (a)")
    with closing(states.StateDatabase(path)) as database:
        with (
            _held(path, "state") as pid,
            pytest.raises(StorageError, match="is held by") as caught,
            database.transaction(),
        ):
            pass
        with database.transaction() as connection:
            connection.exec_driver_sql("INSERT INTO t VALUES (1)")
    assert len(_messages(caplog)) == 1
    if NAMES:
        assert f"process {pid} (" in str(caught.value)
        assert f"process {pid} (" in _messages(caplog)[0]


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["/usr/bin/python3", "/opt/bin/dwell", "import", "a.csv", "--key", "k"], "dwell import a.csv"),
        (["/usr/bin/python3.11", "-m", "dwell", "seal"], "dwell seal"),
        (["/opt/bin/dwell", "track", "\x1b[31m"], "dwell track ?[31m"),
        (["dwell", "x" * 200], "dwell " + "x" * 73 + "…"),
        ([], ""),
    ],
)
def test_a_command_is_shown_up_to_its_options(
    words: list[str], shown: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "cmdline").write_bytes(b"\0".join(word.encode() for word in words) + b"\0")
    monkeypatch.setattr(holder, "_PROC", tmp_path)
    assert holder._read_command(7) == shown


def test_where_the_kernel_says_nothing_nobody_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(holder, "_PROC", tmp_path / "none")
    assert holder.find_holder(tmp_path) is None
    holder.warn_of_wait(tmp_path / "writer.lock", tmp_path / "writer.lock")
    assert _messages(caplog) == [f"waiting for {tmp_path / 'writer.lock'}, which another process holds"]
