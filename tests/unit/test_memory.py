"""What is said where memory is short: the library, the limit that binds, and how to raise it."""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

import duckdb
import pytest

from dwell.cli.main import main
from dwell.errors import MissingExtraError
from dwell.settings import cgroup, memory
from dwell.warehouse.damage import out_of_memory

SEGMENT = "libgfortran-8f.so.5: failed to map segment from shared object"


@pytest.fixture
def limit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (700_000_000, 700_000_000))


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (ImportError(SEGMENT, name="_fblas", path="/x/site-packages/scipy/linalg/_fblas.abi3.so"), "scipy"),
        (
            ImportError("/x/site-packages/_duckdb.abi3.so: failed to map segment from shared object", name="_duckdb"),
            "duckdb",
        ),
        (OSError("libarrow.so.20: cannot map zero-fill pages: Cannot allocate memory"), "libarrow.so.20"),
        (ModuleNotFoundError("No module named 'polars'", name="polars"), None),
        (OSError(12, "Cannot allocate memory", "/data/journal.db"), None),
        (MemoryError(), None),
    ],
)
@pytest.mark.usefixtures("limit")
def test_a_library_that_memory_is_too_short_for(error: Exception, name: str | None) -> None:
    said = (
        f"Not enough memory to load {name}: this process may use 700 MB: raise the limit (ulimit -v)." if name else None
    )
    assert memory.describe_failed_load(error) == said
    wrapped = MissingExtraError("PostgreSQL needs its driver")
    wrapped.__cause__ = error
    assert memory.describe_failed_load(wrapped) == said


@pytest.mark.usefixtures("limit")
def test_a_command_says_it_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    package = tmp_path / "greedy"
    package.mkdir()
    for body, name in (
        (f"raise ImportError({SEGMENT!r}, name='greedy._core')", "greedy"),
        ("raise MemoryError", "greedy"),
    ):
        (package / "__init__.py").write_text(body)
        monkeypatch.syspath_prepend(str(tmp_path))
        monkeypatch.delitem(sys.modules, "greedy", raising=False)
        monkeypatch.setattr("dwell.doctor", lambda *_, **__: __import__("greedy"))
        assert main(["doctor", "--json"]) == 1
        error = json.loads(capsys.readouterr().err)["error"]
        assert error["code"] == "storage"
        assert error["message"].startswith(f"Not enough memory to load {name}: ")


@pytest.mark.parametrize(
    ("reason", "variable", "cure"),
    [
        ("Failed to allocate block of 16384 bytes (bad allocation)", "", "raise the limit (ulimit -v)"),
        ("Failed to allocate block of 16384 bytes (bad allocation)", "4GB", "raise the limit (ulimit -v)"),
        ("could not allocate block of size 256.0 KiB (11.9 MiB/12.0 MiB used)", "12MB", "such as 1GB, or unset it;"),
        ("could not allocate block of size 256.0 KiB (244.0 MiB/244.1 MiB used)", "", "such as 1GB; fewer"),
        ("could not allocate block of size 256.0 KiB (12.3 GiB/12.4 GiB used)", "", "raise the limit (ulimit -v)"),
    ],
)
@pytest.mark.usefixtures("limit")
def test_the_cure_is_of_the_limit_that_binds(
    reason: str, variable: str, cure: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DWELL_MEMORY", variable)
    said = str(out_of_memory(duckdb.OutOfMemoryException(f"Out of Memory Error: {reason}")))
    assert cure in said
    assert ("DWELL_MEMORY" in said) == ("1GB" in cure)


def test_the_limit_of_a_container_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    monkeypatch.setattr(cgroup, "read_limits", lambda _: iter(["max\n", "536870912\n", "1073741824\n"]))
    assert memory.describe_shortage() == "this container may use 537 MB: give it more"
    monkeypatch.setattr(cgroup, "read_limits", lambda _: iter(["max\n"]))
    assert memory.describe_shortage() == "free some memory of this machine"
