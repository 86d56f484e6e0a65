"""`dwell demo` begins anew, and deletes nothing that no demo made. Its commands are counted here, not run."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dwell.cli.demo import demo
from dwell.errors import StorageError


def run(folder: Path) -> list[list[str]]:
    steps: list[list[str]] = []

    def main(words: list[str]) -> int:
        assert os.environ["DWELL_DATABASE"] == ""
        (folder / "data").mkdir(exist_ok=True)
        (folder / "data" / "journal.db").touch()
        steps.append(words)
        return 0

    context: Any = SimpleNamespace(obj=main)
    assert demo(context, folder=folder) == 0
    return steps


def test_a_second_demo_begins_anew_and_leaves_the_files_of_others(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    steps = run(folder)
    assert {step[0] for step in steps} >= {"sweep", "import", "fit", "score", "report"}
    assert all(step[-2:] == ["--data", str(folder / "data")] for step in steps)
    (folder / "data" / "model.json").touch()
    (folder / "exports" / "old.csv").touch()
    (folder / "report.html").touch()
    (folder / "notes.txt").touch()
    run(folder)
    assert not (folder / "data" / "model.json").exists()
    assert not (folder / "exports" / "old.csv").exists()
    assert not (folder / "report.html").exists()
    assert (folder / "notes.txt").exists()


@pytest.mark.parametrize("made", ["data/journal.db", "notes.txt", "exports/demo_day_videos.csv", "report.html"])
def test_files_of_others_are_not_touched(tmp_path: Path, made: str) -> None:
    path = tmp_path / made
    path.parent.mkdir(exist_ok=True)
    path.write_text("mine")
    with pytest.raises(StorageError, match="says that a demo made them"):
        run(tmp_path)
    assert path.read_text() == "mine"
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == [path]


def test_a_file_cannot_be_the_folder_and_a_link_to_data_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="name another folder"):
        run(tmp_path / "file")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "journal.db").touch()
    run(tmp_path / "demo")
    for path in (tmp_path / "demo" / "data").iterdir():
        path.unlink()
    (tmp_path / "demo" / "data").rmdir()
    (tmp_path / "demo" / "data").symlink_to(elsewhere)
    run(tmp_path / "demo")
    assert (elsewhere / "journal.db").exists()
