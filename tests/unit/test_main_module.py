"""`python -m dwell` is the command."""

from __future__ import annotations

import subprocess
import sys


def test_the_module_runs_the_command() -> None:
    done = subprocess.run([sys.executable, "-m", "dwell", "--help"], capture_output=True, text=True, check=True)
    assert "findings" in done.stdout
