"""What every test shares: a cache folder that is not the user's, and a PostgreSQL server where one is installed."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


def _load(name: str) -> ModuleType:
    """A module that stands beside this file: tests are imported by path, not as a package."""
    spec = importlib.util.spec_from_file_location(f"dwell_tests_{name}", Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session", autouse=True)
def _cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """One for all tests of a run, whichever process they are in: a query is compiled once."""
    place = tmp_path_factory.getbasetemp()
    shared = place.parent if place.name.startswith("popen-") else place
    patch = pytest.MonkeyPatch()
    patch.setenv("XDG_CACHE_HOME", str(shared / "cache"))
    yield
    patch.undo()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Any]:
    """A real server, started for the tests that want one."""
    if importlib.util.find_spec("psycopg") is None:
        pytest.skip("psycopg is not installed (pip install 'dwell[postgresql]')")
    module = _load("postgresql")
    if module.binaries() is None:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    with module.running() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def state_url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """Where the state is: in the data folder (None), or in an empty database of a server."""
    if request.param == "sqlite":
        yield None
        return
    server = request.getfixturevalue("postgresql")
    url = server.new_database()
    yield url
    server.drop_database(url)
