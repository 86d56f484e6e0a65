"""What every test shares: a cache folder that is not the user's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def _cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """One for all tests of a run, whichever process they are in: a query is compiled once."""
    place = tmp_path_factory.getbasetemp()
    shared = place.parent if place.name.startswith("popen-") else place
    patch = pytest.MonkeyPatch()
    patch.setenv("XDG_CACHE_HOME", str(shared / "cache"))
    yield
    patch.undo()
