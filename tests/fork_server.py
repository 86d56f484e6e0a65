"""Runs scripts in forks of one process that has imported dwell: to be killed then costs no start of Python.

A line of the input is a JSON list `[environment, script, *words]`, the answer `[exit code, what it wrote to stderr]`.
"""

from __future__ import annotations

import importlib
import json
import os
import runpy
import sys
import tempfile
import traceback

IMPORTED = ("alembic.command", "deltalake", "duckdb", "dwell.connections.refresh", "dwell.workspace.forget")


def run(environment: dict[str, str], script: str, words: list[str], stderr: int) -> int:
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    code = 1
    try:
        os.dup2(stderr, 2)
        os.environ.clear()
        os.environ.update(environment)
        sys.argv = [script, *words]
        runpy.run_path(script, run_name="__main__")
        code = 0
    finally:
        if code:
            traceback.print_exc()
        os._exit(code)


def main() -> None:
    for name in IMPORTED:
        importlib.import_module(name)
    for line in sys.stdin:
        environment, script, *words = json.loads(line)
        with tempfile.TemporaryFile() as stderr:
            code = run(environment, script, words, stderr.fileno())
            stderr.seek(0)
            sys.stdout.write(json.dumps([code, stderr.read().decode()]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
