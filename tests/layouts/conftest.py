"""Data folders as released versions wrote them."""

from __future__ import annotations

import os
import tarfile
from pathlib import Path

import pytest

PLACE = Path(__file__).parent
LAYOUTS = sorted(path.name.partition(".")[0] for path in PLACE.glob("*.tar.xz"))
NEWEST = "cff8933"
EVERY = "DWELL_KILL_STRIDE" in os.environ  # `make torture` tries costly tests on every layout
COSTLY = LAYOUTS if EVERY else [NEWEST]
WITH_TRACKING = [name for name in LAYOUTS if name not in {"e4160b3", "c121b03"}]


@pytest.fixture(params=LAYOUTS)
def layout(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return unpack(request.param, tmp_path, monkeypatch)


def unpack(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a release, which is also the working folder; its data are in `data`."""
    with tarfile.open(PLACE / f"{name}.tar.xz") as packed:
        packed.extractall(tmp_path, filter="data")
    folder = tmp_path / name
    monkeypatch.chdir(folder)
    monkeypatch.setenv("DWELL_DATA", "data")
    return folder


@pytest.fixture
def state_url(new_state_url: str | None) -> str | None:
    """A backup is restored to an empty database."""
    return new_state_url
