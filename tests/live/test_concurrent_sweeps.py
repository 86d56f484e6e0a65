"""Two processes start the same sweep at once: one does it, the other says that it is running."""

from __future__ import annotations

import subprocess
import sys

import pytest

SWEEP = """
import sys, duckdb, httpx2, dwell, dwell.live.sweep
from dwell.errors import StorageError
from dwell.workspace.live import SweepRequest
live = dwell.open(sys.argv[1]).live
print("ready", flush=True)
sys.stdin.readline()
try:
    print(live.sweep(SweepRequest(("@demo_kitchen",), posts=140)).meta["posts_read"])
except StorageError as error:
    print(error)
"""


@pytest.mark.parametrize("_round", range(2))
def test_two_processes_that_start_the_same_sweep_do_it_once(trial, monkeypatch, _round):
    monkeypatch.setenv("DWELL_TIKLIVEAPI_LIMIT", "12/10")  # five requests in 3.4 s: neither ends before the other began
    command = [sys.executable, "-c", SWEEP, str(trial.workspace.store.root)]
    both = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    try:
        assert [one.stdout.readline() for one in both] == ["ready\n", "ready\n"]
        for one in both:
            one.stdin.write("\n")
            one.stdin.flush()
        said = sorted(one.communicate(timeout=60)[0].strip() for one in both)
    finally:
        for one in both:
            one.kill()
            one.wait()
    assert said[0] == "140"
    assert said[1].startswith("Another process is running this sweep")
    assert len(trial.calls("userinfo")) == 1
    assert len(trial.calls("user-posts")) == 4
    with trial.workspace.live.database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM sweeps").scalar_one() == 1
