"""On a terminal, `-o` asks before it overwrites what dwell did not write; elsewhere it overwrites."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dwell.cli.main import main


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DWELL_DATA", "data")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert main(["watchlist", "add", "rivals", "@one"]) == 0


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], list[str]]:
    """Let stdin and stderr be a terminal, at which somebody gives this answer; returns what was asked."""

    def give(answer: bool) -> list[str]:
        asked: list[str] = []

        def confirm(question: str, **_: object) -> bool:
            asked.append(question)
            return answer

        monkeypatch.setattr("typer.confirm", confirm)
        for stream in (sys.stdin, sys.stderr):
            monkeypatch.setattr(stream, "isatty", lambda: True, raising=False)
        return asked

    return give


WORDS = ["watchlist", "list", "-o", "x.csv"]


def test_what_dwell_wrote_is_overwritten_and_what_was_changed_since_is_asked_for(
    answers: Callable[[bool], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    asked = answers(False)
    assert main(WORDS) == 0
    assert main(WORDS) == 0
    assert asked == []
    Path("x.csv").write_text("mine")
    capsys.readouterr()
    assert main(WORDS) == 1
    assert asked == ["x.csv exists, and not as dwell wrote it. Overwrite it?"]
    assert capsys.readouterr().err == ("dwell: x.csv is kept, and nothing was done; choose another file with -o.\n")
    assert Path("x.csv").read_text() == "mine"


def test_yes_overwrites(answers: Callable[[bool], list[str]]) -> None:
    Path("x.csv").write_text("mine")
    assert len(answers(True)) == 0
    assert main(WORDS) == 0
    assert Path("x.csv").read_text().startswith("watchlist,")


def test_the_question_comes_before_any_work(answers: Callable[[bool], list[str]]) -> None:
    Path("x.csv").write_text("mine")
    Path("posts.parquet").write_text("mine")
    Path("all").mkdir()
    Path("all/creators.parquet").write_text("mine")
    asked = answers(False)
    for words in (
        ["posts", "--creator", "@nobody", "-o", "x.csv"],
        ["export", "posts"],
        ["export", "all", "-o", "all"],
        ["report", "--creator", "@nobody", "-o", "x.html"],
    ):
        assert main(words) == 1
    assert len(asked) == 3


def test_without_a_terminal_files_are_overwritten() -> None:
    Path("x.csv").write_text("mine")
    assert main(WORDS) == 0
    assert Path("x.csv").read_text().startswith("watchlist,")
