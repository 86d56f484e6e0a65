"""A terminal for the tests, in which `dwell(...)` runs a command in this process, and a simulated provider."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dwell.cli.main import main
from dwell.live import client
from dwell_sandbox import World
from dwell_sandbox.exports import OWN_ACCOUNT, write_exports
from dwell_sandbox.server.rate_limits import RateLimit
from dwell_sandbox.server.sandbox import Sandbox
from dwell_sandbox.server.serve import serve_in_thread
from dwell_sandbox.server.simulated_clock import SimulatedClock

SCHEMAS = Path(__file__).parents[2] / "docs" / "reference" / "schemas"
EXPORTED = datetime(2026, 3, 1, 12, tzinfo=UTC)
OPTIONS = {"handle": "--creator", "as_of": "--as-of", "niche": "--niche"}
NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Done:
    """The result of a command."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def dwell(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[..., Done]:
    """Run `dwell WORDS --data <a folder of this test>`."""

    def run(*words: object, data: Path | None = tmp_path / "data") -> Done:
        place = [] if data is None else ["--data", str(data)]
        status = main([str(word) for word in words] + place)
        printed = capsys.readouterr()
        return Done(status, printed.out, printed.err)

    return run


@pytest.fixture(scope="session")
def conforms() -> Callable[[Any, str], None]:
    """Check a document against a documented schema."""
    import jsonschema

    def check(document: Any, name: str) -> None:
        jsonschema.validate(document, json.loads((SCHEMAS / f"{name}.schema.json").read_text()))

    return check


@pytest.fixture
def sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A simulated provider whose time stands still, and an environment that points to it."""
    monkeypatch.setattr(client, "_FIRST_BACKOFF_S", 0.001)
    unlimited = {name: RateLimit(0, 60.0) for name in ("tikliveapi", "scavio")}
    served = Sandbox(World(0), SimulatedClock(NOON, 0), limits=unlimited)
    with serve_in_thread(served) as url:
        for name in ("DWELL_SCAVIO_KEY", "DWELL_SETTINGS", "TIKLIVEAPI_KEY"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
        monkeypatch.setenv("DWELL_TIKLIVEAPI_URL", f"{url}/tikliveapi")
        monkeypatch.setenv("DWELL_TIKLIVEAPI_KEY", "sandbox-key")
        monkeypatch.setenv("DWELL_TIKLIVEAPI_LIMIT", "none")
        yield served


def calls(sandbox: Sandbox) -> list[dict[str, Any]]:
    """The requests to the simulated provider, in order."""
    return sandbox.request_log.to_json(0, 100_000)["calls"]


@pytest.fixture(scope="session")
def exports(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    return write_exports(tmp_path_factory.mktemp("exports"), seed=7, now=EXPORTED)


@pytest.fixture(scope="session")
def stored(
    exports: list[Any], run_folder: Path, make_once: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A data folder with everything imported, which one process of the run made; this one's copy is only read."""
    whole = run_folder / "stored"

    def import_all() -> None:
        for export in exports:
            words = [word for key, value in export.hints.items() for word in (OPTIONS[key], value)]
            quiet = ["--data", str(whole), "-o", str(run_folder / "imported.txt")]
            assert main(["import", str(export.path), *words, *quiet]) == 0

    make_once("imported", import_all)
    data = tmp_path_factory.mktemp("stored") / "data"
    shutil.copytree(whole, data)
    return data


@pytest.fixture(scope="session")
def fitted(stored: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The stored data with a model of the own account, and its report."""
    written = tmp_path_factory.mktemp("fit") / "fit.json"
    assert main(["fit", "--creator", f"@{OWN_ACCOUNT}", "--json", "--data", str(stored), "-o", str(written)]) == 0
    return stored, json.loads(written.read_text())
