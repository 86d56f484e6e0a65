"""A small data folder with something in every part: hot and sealed rows, sweeps, tracked videos, keys, a model."""

from __future__ import annotations

import importlib
import json
import pickle
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

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


@pytest.fixture(scope="module", autouse=True)
def _computed_once() -> Iterator[None]:
    """The same posts have the same audit, model and pictures: what is tried is what comes before these, and after."""
    patch = pytest.MonkeyPatch()
    for name in ("dwell.models.audit.audit", "dwell.models.fitting.fit", "dwell.charts.render._svg"):
        module, _, function = name.rpartition(".")
        patch.setattr(name, _remembering(getattr(importlib.import_module(module), function)))
    yield
    patch.undo()


def _remembering(compute: Callable[..., Any]) -> Callable[..., Any]:
    known: dict[bytes, bytes] = {}

    def compute_once(*args: Any, **options: Any) -> Any:
        key = pickle.dumps((args, options))
        if key not in known:
            known[key] = pickle.dumps(compute(*args, **options))
        return pickle.loads(known[key])

    return compute_once
