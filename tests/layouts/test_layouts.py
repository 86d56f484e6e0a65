"""Folders that released versions wrote: today's code reads them, answers as they did, and writes to them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dwell.cli.main import main

from .make import QUESTIONS

MOVING = {"next_due_at"}  # depends on the day on which it is asked
ADDED = {"storage", "later_posts", "model_choice"}  # of status and score: fields may be added

Dwell = Callable[..., Any]


@pytest.fixture
def dwell(layout: Path, capsys: pytest.CaptureFixture[str]) -> Dwell:
    def run(*words: str) -> Any:
        status = main([*words, "--json"])
        out, err = capsys.readouterr()
        assert status == 0, err
        return json.loads(out)

    return run


def still(value: Any) -> Any:
    """The answer without what depends on the day."""
    if isinstance(value, dict):
        return {name: still(inner) for name, inner in value.items() if name not in MOVING | ADDED}
    return [still(inner) for inner in value] if isinstance(value, list) else value


def tables(folder: Path) -> dict[str, list[str]]:
    """Every table's rows, in one order."""
    return {path.name: sorted(path.read_text().splitlines()) for path in folder.glob("*.jsonl")}


@pytest.mark.parametrize("name", QUESTIONS)
def test_it_answers_as_the_release_did(layout: Path, dwell: Dwell, name: str) -> None:
    expected = json.loads((layout / "answers" / f"{name}.json").read_text())
    assert still(dwell(*QUESTIONS[name])) == still(expected)


def test_its_tables_are_the_same_before_and_after_a_seal(layout: Path, dwell: Dwell) -> None:
    import dwell as package

    expected = tables(layout / "answers" / "tables")
    dwell("export", "all", "--format", "jsonl", "-o", "before")
    package.open("data").store.seal()
    dwell("export", "all", "--format", "jsonl", "-o", "after")
    assert tables(layout / "before") == expected
    assert tables(layout / "after") == expected


def test_its_files_are_known_when_they_are_imported_again(layout: Path, dwell: Dwell) -> None:
    import dwell as package

    batches = package.open("data").store.batches()
    hints: dict[str, list[str]] = json.loads((layout / "files" / "hints.json").read_text())
    for path, words in hints.items():
        (loaded,) = dwell("import", path, *words)["files"]
        assert loaded["rows_read"] == loaded["known"] + loaded["rejected"], path
    assert package.open("data").store.batches() == batches  # each is the same import, not only the same rows
