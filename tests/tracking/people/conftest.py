"""The command line, and a server for clients, over the tracking service of the sandbox; one clock for all."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import dwell
from dwell import clock
from dwell.api.app import create_app
from dwell.api.server import serve_in_thread
from dwell.cli.main import main

SCHEMAS = Path(__file__).parents[3] / "docs" / "reference" / "schemas"


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
def state_url(tmp_path: Path) -> None:
    """SQLite, in a whole data folder that is made before the service opens its state."""
    dwell.open(tmp_path / "data", create=True).live.database.close()


@pytest.fixture
def at_one_time(trial: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The trial, whose clock is that of every command too."""
    monkeypatch.setattr(clock, "now", trial.clock.now)
    for name in ("DWELL_SERVER", "DWELL_SERVER_KEY"):
        monkeypatch.delenv(name, raising=False)
    return trial


@pytest.fixture
def run(at_one_time: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Runs `dwell WORDS --data <the folder of the trial>`."""

    def call(*words: object, data: Path | None = tmp_path / "data") -> Done:
        place = [] if data is None or "--server" in words else ["--data", str(data)]
        status = main([str(word) for word in words] + place)
        printed = capsys.readouterr()
        return Done(status, printed.out, printed.err)

    return call


@pytest.fixture(scope="session")
def conforms() -> Callable[[Any, str], None]:
    """Check a document against a documented schema."""
    import jsonschema

    def check(document: Any, name: str) -> None:
        jsonschema.validate(document, json.loads((SCHEMAS / f"{name}.schema.json").read_text()))

    return check


@pytest.fixture
def api(at_one_time: Any) -> Iterator[str]:
    """The address of a server over the service of the trial."""
    with serve_in_thread(create_app(at_one_time.service)) as url:
        yield url


@pytest.fixture
def key(at_one_time: Any) -> str:
    """A key for it, of an account of its own."""
    made: str = at_one_time.service.create_key(plan="free").key
    return made
