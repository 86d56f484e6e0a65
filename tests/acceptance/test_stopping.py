"""Ctrl-C and SIGTERM at any instant: one sentence, the right exit code, no traceback, nothing left behind."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from modules import load_module

import dwell
from dwell.cli import status as status_command
from dwell.cli import stopping
from dwell.cli.main import main, make_command
from dwell.disk import temporary

RUNS, SEED = int(os.environ.get("DWELL_STOP_RUNS", "4")), int(os.environ.get("DWELL_STOP_SEED", "20261126"))
MAIN = ("help", "posts", "import", "sweep")
READING = {
    "accounts", "audience", "audit", "benchmarks", "compare", "cost", "doctor", "findings", "growth", "imports",
    "posting-times", "posts", "reconcile", "report", "retention", "score", "sql", "status", "syncs", "tiers", "traffic",
    "trend", "usage", "videos",
}  # fmt: skip


@pytest.fixture(scope="module")
def script() -> ModuleType:
    return load_module(Path(__file__).with_name("stop_commands.py"))


@pytest.fixture(scope="module")
def bench(script: ModuleType) -> Iterator[Any]:
    with script.open_bench() as made:
        dwell.open(made.data, create=True).import_files([made.table], as_of="2026-06-10")
        yield made


def test_a_stopped_command_says_what_stands_and_leaves_nothing(bench: Any, script: ModuleType) -> None:
    generator = random.Random(SEED)
    names = [*MAIN, *generator.choices(list(bench.commands), k=RUNS - len(MAIN))]
    for name in names:
        bench.stop(name, generator.choice(script.SIGNALS), generator.uniform(0.05, 2.0))
    assert bench.wrong == []
    assert bench.counts["stopped"] >= RUNS / 3


def test_every_command_has_its_sentence() -> None:
    assert set(make_command().commands) == READING | set(stopping.STANDING)
    assert READING.isdisjoint(stopping.STANDING)
    assert stopping.sentence(["-v", "fit", "--creator", "@a"], signal.SIGTERM).startswith("stopped by SIGTERM: a model")
    assert stopping.sentence([]) == f"stopped by Ctrl-C: {stopping.READING}"


@pytest.mark.parametrize("as_json", [False, True])
def test_an_interrupt_that_a_library_raises_is_said_as_well(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, as_json: bool
) -> None:
    def interrupt(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("dwell.open", interrupt, raising=False)
    assert status_command.status  # the command that is interrupted
    assert main(["status", "--data", str(tmp_path), *(["--json"] if as_json else [])]) == 130
    said = capsys.readouterr().err
    message = json.loads(said)["error"]["message"] if as_json else said.removeprefix("dwell: ").strip()
    assert message == stopping.sentence(["status"])


def test_what_is_temporary_is_gone_after_its_block_and_after_a_stop(tmp_path: Path) -> None:
    with temporary.temporary(tmp_path / "work") as folder:
        folder.mkdir()
        (folder / "rows").touch()
    assert not folder.exists()
    kept = tmp_path / "kept"
    kept.touch()
    program = """
import os, signal, sys
from pathlib import Path
from dwell.cli import stopping
from dwell.disk import lock, replace, temporary
root = Path(sys.argv[1])
stopping.begin(["seal"])
with lock.scratch_folder(root / "scratch") as scratch, replace.replacing(root / "kept") as partial:
    (scratch / "rows").touch()
    partial.touch()
    temporary.name_temporary(root, "dwell-spill-").mkdir()
    os.kill(os.getpid(), signal.SIGTERM)
"""
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=False)
    said = f"dwell: {stopping.sentence(['seal'], signal.SIGTERM)}\n"
    assert (done.returncode, done.stdout, done.stderr) == (143, "", said)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["kept", "scratch", "scratch.lock"]


def test_a_call_that_takes_long_is_ended_too(tmp_path: Path) -> None:
    program = """
import os, signal, sqlite3, sys, threading
from dwell.cli import stopping
stopping.begin(["posts"])
held, waiting = (sqlite3.connect(sys.argv[1], isolation_level=None, timeout=40) for _ in range(2))
held.execute("BEGIN EXCLUSIVE")
threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGTERM)).start()
waiting.execute("BEGIN EXCLUSIVE")  # SQLite waits without asking for signals
"""
    command = [sys.executable, "-c", program, str(tmp_path / "held.db")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stderr) == (143, f"dwell: {stopping.sentence(['posts'], signal.SIGTERM)}\n")


AT_THE_END = """
import os, time
from dwell.cli import stopping

class Last:
    # Runs while Python ends, when names of modules may be gone already: so what it calls is bound here.
    def __del__(self, write=os.write, sleep=time.sleep):
        write(1, b"ending\\n")
        sleep(1)

stopping.begin(["posts"])
stopping.end(0)
last = Last()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_after_the_work_does_not_change_its_status(number: signal.Signals) -> None:
    """Python takes its handlers away before the process ends: the signal killed it, though all was done."""
    with subprocess.Popen([sys.executable, "-c", AT_THE_END], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ending\n"
        process.send_signal(number)
        assert process.wait(timeout=30) == 0
