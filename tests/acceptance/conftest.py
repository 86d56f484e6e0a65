"""A terminal for the tests: `dwell(...)` runs a command in this process and catches what it prints."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dwell.cli.main import main

SCHEMAS = Path(__file__).parents[2] / "docs" / "reference" / "schemas"


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

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
