"""What is imported when, and that the list of commands and their help agree."""

from __future__ import annotations

import subprocess
import sys

import pytest

from dwell.cli.command_groups import GROUPS
from dwell.cli.commands import COMMANDS
from dwell.cli.main import make_command

HEAVY = ("duckdb", "deltalake", "ibis", "numpy", "sklearn", "altair", "rich", "sqlglot", "babel", "sqlite3")


def modules_after(code: str) -> set[str]:
    """The modules that a new process has after this code."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules, file=sys.stderr)"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return set(done.stderr.split())


def test_help_loads_no_heavy_library_and_no_command() -> None:
    """What keeps `dwell --help` quick: no engine, no statistics, no table printer."""
    loaded = modules_after("from dwell.cli.main import main\nmain(['--help'])")
    assert not loaded & {*HEAVY}
    assert not loaded & {f"dwell.cli.{place.partition(':')[0]}" for place in COMMANDS.values()}


def test_import_dwell_loads_nothing_heavy() -> None:
    assert not modules_after("import dwell") & {*HEAVY}


@pytest.mark.parametrize("words", [["imports"], ["models", "list"]])
def test_lists_load_no_statistics(words: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    data = str(tmp_path_factory.mktemp("data"))
    loaded = modules_after(f"from dwell.cli.main import main\nmain([*{words}, '--data', {data!r}])")
    assert not loaded & {"sklearn", "scipy", "pandas"}


def test_every_command_has_a_line_in_a_group_or_is_hidden() -> None:
    grouped = {name for lines in GROUPS.values() for name in lines}
    commands = make_command().commands
    assert set(commands) == set(COMMANDS)
    assert {name for name, command in commands.items() if not command.hidden} == grouped
