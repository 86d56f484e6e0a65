"""Folders that released versions wrote: today's code reads them, answers as they did, and writes to them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dwell.cli.main import main
from dwell.records import TABLES

from .conftest import COSTLY, WITH_TRACKING
from .make import QUESTIONS, TRACKING

MOVING = {"next_due_at", "days_remaining"}  # depends on the time at which it is asked
LATER = {"observed_precision", "observed_zone", "value_sources"}

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
        return {name: still(inner) for name, inner in value.items() if name not in MOVING}
    return [still(inner) for inner in value] if isinstance(value, list) else value


def tables(folder: Path) -> dict[str, list[str]]:
    """Every table's rows, in one order, without what is null: a release lacks the columns that came later.

    A column that may not be null has its default there.
    """
    return {path.name: sorted(known(row) for row in rows_of(path)) for path in folder.glob("*.jsonl")}


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [TABLES[path.stem].defaults | json.loads(line) for line in path.read_text().splitlines()]


def keys(folder: Path) -> dict[str, set[tuple[Any, ...]]]:
    """The keys of every table's rows."""
    return {
        path.stem: {tuple(row[name] for name in TABLES[path.stem].key) for row in rows_of(path)}
        for path in folder.glob("*.jsonl")
    }


def known(row: dict[str, Any]) -> str:
    """The row without what is null, and without the units, which are stored where old responses are loaded anew."""
    shown = {name: value for name, value in row.items() if value is not None and not name.endswith("_unit")}
    return json.dumps({name: value for name, value in shown.items() if name not in LATER}, sort_keys=True)


@pytest.mark.parametrize("name", QUESTIONS)
def test_it_answers_as_the_release_did(layout: Path, dwell: Dwell, name: str) -> None:
    expected = json.loads((layout / "answers" / f"{name}.json").read_text())
    answer = dwell(*QUESTIONS[name])
    if name == "trend":
        assert isinstance(answer.pop("warnings"), list)
        expected.pop("warnings", None)  # the first releases had none
        leave_out_cut_months(answer["rows"], expected["rows"])
    if name == "status":
        later = answer["tables"].keys() - expected["tables"].keys()
        assert not any(answer["tables"].pop(table) for table in later)
    assert still(of_the_release(answer, expected)) == still(expected)


def leave_out_cut_months(rows: list[dict[str, Any]], expected: list[dict[str, Any]]) -> None:
    """The releases also compared months that were not complete."""
    whole = True
    for row, known_row in zip(rows, expected, strict=True):
        if not (whole and row["complete"]):
            changes = {name for name in known_row if name.endswith("_change")}
            assert all(row[name] is None for name in changes)
            known_row.update(dict.fromkeys(changes))
        whole = row["complete"]


def of_the_release(answer: Any, expected: Any) -> Any:
    """The answer without the names that came after the release."""
    if isinstance(answer, dict) and isinstance(expected, dict):
        return {name: of_the_release(inner, expected[name]) for name, inner in answer.items() if name in expected}
    if isinstance(answer, list) and isinstance(expected, list) and len(answer) == len(expected):
        return [of_the_release(inner, known) for inner, known in zip(answer, expected, strict=True)]
    return answer


@pytest.mark.parametrize("layout", WITH_TRACKING, indirect=True)
@pytest.mark.parametrize("name", TRACKING)
def test_its_tracked_videos_are_as_the_release_showed_them(layout: Path, dwell: Dwell, name: str) -> None:
    expected = json.loads((layout / "answers" / f"{name}.json").read_text())
    assert still(dwell(*TRACKING[name])) == still(expected)


def test_its_tables_are_the_same_before_and_after_a_seal(layout: Path, dwell: Dwell) -> None:
    import dwell as package

    expected = tables(layout / "answers" / "tables")
    dwell("export", "all", "--format", "jsonl", "-o", "before")
    package.open("data").store.seal()
    dwell("export", "all", "--format", "jsonl", "-o", "after")
    assert tables(layout / "before") == expected
    assert tables(layout / "after") == expected


@pytest.mark.parametrize("layout", COSTLY, indirect=True)
def test_its_files_correct_nothing_when_they_are_imported_again(layout: Path, dwell: Dwell) -> None:
    """A newer dwell reads them anew, stores what older ones refused, and finds every row that they stored."""
    outdated = {each["path"] for each in dwell("check")["outdated_imports"]}
    before = keys(layout / "answers" / "tables")
    hints: dict[str, list[str]] = json.loads((layout / "files" / "hints.json").read_text())
    for path, words in hints.items():
        (loaded,) = dwell("import", path, *words)["files"]
        assert loaded["corrected"] == 0, path
        assert set(filter(None, loaded["rows_new"].values())) <= {loaded["watch_times_new"]}, path
    assert outdated == set(hints)
    assert dwell("check")["outdated_imports"] == []
    dwell("export", "all", "--format", "jsonl", "-o", "after")
    after = keys(layout / "after")
    assert {name: rows <= after[name] for name, rows in before.items()} == dict.fromkeys(before, True)
