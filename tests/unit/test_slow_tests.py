"""The list of slow tests names tests: a name that is gone would let a renamed slow test into `make test`."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from slow_tests import read_slow_tests

ROOT = Path(__file__).parents[2]


def test_every_slow_test_exists() -> None:
    """Cure: run `make slow-tests`."""
    gone = set()
    for name in read_slow_tests():
        file, _, function = name.partition("::")
        if function.rpartition("::")[2] not in functions_of(ROOT / file):
            gone.add(name)
    assert gone == set()


@cache
def functions_of(file: Path) -> set[str]:
    """Names of all functions and methods; none where there is no such file."""
    tree = ast.parse(file.read_text("utf-8") if file.exists() else "")
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
