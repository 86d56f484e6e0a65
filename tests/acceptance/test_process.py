"""The console script as a process of its own: what only shows when Python ends."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_a_command_that_succeeds_says_nothing_on_stderr(tmp_path):
    table = tmp_path / "posts.csv"
    table.write_text("post_id,handle,observed_at,views,likes\n7350810998023949599,demo_kitchen,2026-03-01,1200,90\n")
    dwell = str(Path(sys.executable).with_name("dwell"))
    for words in (["import", str(table)], ["status"]):
        done = subprocess.run(
            [dwell, *words, "--data", str(tmp_path / "data")], capture_output=True, text=True, timeout=120, check=False
        )
        assert (done.returncode, done.stderr) == (0, ""), words
        assert done.stdout
