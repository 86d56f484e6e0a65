"""Commands in this process, on a data folder of the test."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dwell.cli.main import main

POSTS = ("7300000000000000137", "7300001099511627913")
ROWS = f"post_id,handle,views,likes,caption\n{POSTS[0]},alice,1000,10,hello\n{POSTS[1]},alice,2000,20,you\n"


@dataclass(frozen=True)
class Done:
    """The result of a command."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Dwell = Callable[..., Done]


@pytest.fixture
def dwell(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Dwell:
    """Runs `dwell WORDS`."""
    monkeypatch.setenv("DWELL_DATA", str(tmp_path / "data"))

    def run(*words: object) -> Done:
        status = main([str(word) for word in words])
        return Done(status, *capsys.readouterr())

    return run


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A file with two posts."""
    path = tmp_path / "posts.csv"
    path.write_text(ROWS)
    return path


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """As if a user sat at a terminal and typed."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    return lambda text: monkeypatch.setattr("sys.stdin", Terminal(text))


def ids(dwell: Dwell) -> list[str]:
    """The ids of the imports of files, newest first."""
    return [row["import"] for row in dwell("imports", "--json").json["rows"] if row["kind"] == "file"]
