"""Data folders as released versions wrote them."""

from __future__ import annotations

import os
import shutil
import tarfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

PLACE = Path(__file__).parent
LAYOUTS = sorted(path.name.partition(".")[0] for path in PLACE.glob("*.tar.xz"))
NEWEST = "cff8933"
EVERY = "DWELL_KILL_STRIDE" in os.environ  # `make torture` tries costly tests on every layout
COSTLY = LAYOUTS if EVERY else [NEWEST]
WITH_TRACKING = [name for name in LAYOUTS if name not in {"e4160b3", "c121b03"}]


@pytest.fixture(scope="session")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a release, by its name; it is only copied."""

    @cache
    def unpack(name: str) -> Path:
        place = tmp_path_factory.mktemp("layouts")
        with tarfile.open(PLACE / f"{name}.tar.xz") as packed:
            packed.extractall(place, filter="data")
        return place / name

    return unpack


@pytest.fixture
def copy_layout(
    unpacked: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Path]:
    """Makes a copy of the folder of a release, which is also the working folder; its data are in `data`."""

    def make(name: str) -> Path:
        folder = tmp_path / name
        shutil.copytree(unpacked(name), folder)
        monkeypatch.chdir(folder)
        monkeypatch.setenv("DWELL_DATA", "data")
        return folder

    return make


@pytest.fixture(params=LAYOUTS)
def layout(request: pytest.FixtureRequest, copy_layout: Callable[[str], Path]) -> Path:
    return copy_layout(request.param)


@pytest.fixture
def state_url(new_state_url: str | None) -> str | None:
    """A backup is restored to an empty database."""
    return new_state_url
