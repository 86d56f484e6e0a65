"""kill -9 at every step of import, seal and recovery, then at any moment, under two writers and three readers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

# Seconds of the part with timers; a night's run sets it to hours. The part before it kills each step once.
SECONDS = os.environ.get("DWELL_TORTURE_SECONDS", "3")
SEED = os.environ.get("DWELL_TORTURE_SEED", "20240131")


def test_no_kill_loses_doubles_or_tears_a_batch() -> None:
    script = Path(__file__).with_name("torture.py")
    done = subprocess.run([sys.executable, str(script), SECONDS, SEED], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    report = json.loads(done.stdout)

    assert report["wrong"] == [], done.stderr[-4000:]
    assert set(report["points"]) == {
        *("first", "small", "append", "refresh", "large", "correct", "seal", "recover", "rebuild", "set_aside")
    }
    assert report["stepped"] >= sum(report["points"].values()) // 10
    assert report["timed"] > 0
    assert report["reads"] > 0
    assert report["batches"] >= report["commits"] > 0
