from datetime import UTC, datetime
from pathlib import Path

import pytest

from dwell_sandbox import World
from dwell_sandbox.exports import DEMO_SEED, Export, write_exports

NOW = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def world() -> World:
    return World(DEMO_SEED)


@pytest.fixture(scope="session")
def exports(tmp_path_factory: pytest.TempPathFactory) -> list[Export]:
    return write_exports(tmp_path_factory.mktemp("exports"), seed=DEMO_SEED, now=NOW)


@pytest.fixture(scope="session")
def folder(exports: list[Export]) -> Path:
    return exports[0].path.parent
