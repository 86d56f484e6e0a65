"""A small data folder with something in every part: hot and sealed rows, sweeps, tracked videos, keys, a model."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest

from dwell.settings import Settings
from dwell.warehouse import Store
from dwell.workspace import Workspace

LAYOUT = Path(__file__).parents[1] / "layouts" / "cff8933.tar.xz"


@pytest.fixture(scope="session")
def whole_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a release, brought to today's layout by an import and a seal; it is only copied."""
    place = tmp_path_factory.mktemp("whole")
    with tarfile.open(LAYOUT) as packed:
        packed.extractall(place, filter="data")
    data = place / "cff8933" / "data"
    for path in (data, *data.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
    settings = Settings(data=data, threads=1)
    for number in range(2):
        file = place / f"{number}.jsonl"
        row = {"post_id": str(7647000000000000001 + number), "observed_at": "2026-06-20T00:00:00Z", "views": 10}
        file.write_text(json.dumps(row | {"source": "dwell-test"}) + "\n")
        Workspace(settings).import_files([file])
        if not number:
            Store.open(settings).seal()
    Workspace(settings).live.replay()  # all responses are read by today's parser: no command has to do it again
    return data
