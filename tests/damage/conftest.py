"""Commands over damaged folders; the same posts are computed once."""

from __future__ import annotations

import importlib
import json
import pickle
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dwell.cli.main import main

from .faults import Fault

Run = Callable[[str], tuple[int, str, str]]
NOW = datetime.now(UTC)


@pytest.fixture(scope="module", autouse=True)
def _computed_once() -> Iterator[None]:
    """The same posts have the same audit, model and pictures: what is tried is what comes before these, and after."""
    patch = pytest.MonkeyPatch()
    for name in ("dwell.models.audit.audit", "dwell.models.fitting.fit", "dwell.workspace.page.render"):
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


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run_command(line: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(line.split())
        printed = capsys.readouterr()
        assert code in {0, 1}, (line, printed.err)
        assert "Traceback" not in printed.out + printed.err, line
        assert code == 0 or re.search(r"dwell: .+[.)]$", printed.err.strip()) or printed.out, (line, printed)
        return code, printed.out, printed.err

    return run_command


@pytest.fixture(autouse=True)
def _time_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """The age of a post must not differ between the answers that are compared; nobody waits to ask once more."""
    monkeypatch.setattr("dwell.clock.now", lambda: NOW)
    monkeypatch.setattr("dwell.live.throttle.Throttle.wait", lambda *_: None)


@pytest.fixture
def damaged(whole_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Fault | None], Path]:
    """Makes a copy of the folder with this fault, in a working folder of its own."""

    def copy(fault: Fault | None) -> Path:
        place = tmp_path / ("whole" if fault is None else "damaged")
        shutil.copytree(whole_folder, place / "data")
        monkeypatch.chdir(place)
        monkeypatch.setenv("DWELL_DATA", "data")
        monkeypatch.setenv("DWELL_TIKLIVEAPI_KEY", "a-key")
        monkeypatch.setenv("DWELL_TIKLIVEAPI_URL", "http://127.0.0.1:9")  # nobody listens there
        row = {"post_id": "7647000000000000005", "observed_at": "2026-06-20T00:00:00Z", "views": 10}
        Path("new.jsonl").write_text(json.dumps(row | {"source": "dwell-test"}) + "\n")
        if fault is not None:
            fault.make(place / "data")
        return place / "data"

    return copy
