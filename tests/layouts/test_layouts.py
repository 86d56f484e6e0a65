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
ADDED = {"storage"}  # of status: fields may be added
ADDED |= {"growth", "views_per_hour_median_low", "views_per_hour_median_high"}  # of trend

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
    """Every table's rows, in one order, without what is null: a release lacks the columns that came later."""
    return {
        path.name: sorted(known(json.loads(line)) for line in path.read_text().splitlines())
        for path in folder.glob("*.jsonl")
    }


def without_provenance(rows: dict[str, list[str]]) -> dict[str, list[str]]:
    """The tables without the columns that say how exactly the time of a reading is known."""
    added = {"observed_precision", "observed_zone"}
    return {
        name: sorted(
            known({key: value for key, value in json.loads(row).items() if key not in added}) for row in listed
        )
        for name, listed in rows.items()
    }


def known(row: dict[str, Any]) -> str:
    return json.dumps({name: value for name, value in row.items() if value is not None}, sort_keys=True)


@pytest.mark.parametrize("name", QUESTIONS)
def test_it_answers_as_the_release_did(layout: Path, dwell: Dwell, name: str) -> None:
    expected = json.loads((layout / "answers" / f"{name}.json").read_text())
    answer = dwell(*QUESTIONS[name])
    if name == "trend":
        assert isinstance(answer.pop("warnings"), list)
    assert still(answer) == still(expected)


def test_its_tables_are_the_same_before_and_after_a_seal(layout: Path, dwell: Dwell) -> None:
    import dwell as package

    expected = tables(layout / "answers" / "tables")
    dwell("export", "all", "--format", "jsonl", "-o", "before")
    package.open("data").store.seal()
    dwell("export", "all", "--format", "jsonl", "-o", "after")
    assert tables(layout / "before") == expected
    assert tables(layout / "after") == expected


def test_its_files_add_no_value_when_they_are_imported_again(layout: Path, dwell: Dwell) -> None:
    """A newer dwell reads them anew: it learns how exactly times are known, and changes no value."""
    outdated = {each["path"] for each in dwell("check")["outdated_imports"]}
    before = tables(layout / "answers" / "tables")
    hints: dict[str, list[str]] = json.loads((layout / "files" / "hints.json").read_text())
    for path, words in hints.items():
        (loaded,) = dwell("import", path, *words)["files"]
        assert (loaded["corrected"], sum(loaded["rows_new"].values())) == (0, 0), path
    assert outdated == set(hints)
    assert dwell("check")["outdated_imports"] == []
    dwell("export", "all", "--format", "jsonl", "-o", "after")
    assert without_provenance(tables(layout / "after")) == without_provenance(before)
