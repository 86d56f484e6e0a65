"""A pager shows what is higher than the terminal, on a terminal only, and may be left early."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from dwell.cli.pager import no_pager, show_by_pager

TEXT = "".join(f"line {number}\n" for number in range(30))


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for stream in (sys.stdin, sys.stdout):
        monkeypatch.setattr(stream, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("LINES", "24")
    for name in ("DWELL_PAGER", "PAGER", "LESS"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_the_text_goes_to_the_pager_of_the_user(terminal: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    terminal.setenv("PAGER", "false")
    terminal.setenv("DWELL_PAGER", f"sh -c 'cat > {seen}; echo $LESS >> {seen}'")
    assert show_by_pager(TEXT, wide=False)
    assert seen.read_text() == TEXT + "FRX\n"
    assert show_by_pager(TEXT, wide=True)
    assert seen.read_text() == TEXT + "FRXS\n"


@pytest.mark.parametrize("command", ["true", "sh -c 'kill -INT $$'", "false"])
def test_a_pager_that_ends_early_is_no_failure(terminal: pytest.MonkeyPatch, command: str) -> None:
    terminal.setenv("PAGER", command)
    assert show_by_pager(TEXT * 10_000, wide=False)


@pytest.mark.parametrize("command", ["", "cat", " ", "no-such-pager-here", "'"])
def test_without_a_pager_the_text_is_printed(terminal: pytest.MonkeyPatch, command: str) -> None:
    terminal.setenv("PAGER", command)
    assert not show_by_pager(TEXT, wide=False)


def test_a_short_text_needs_none(terminal: pytest.MonkeyPatch) -> None:
    terminal.setenv("PAGER", "true")
    assert not show_by_pager("line\n" * 23, wide=False)
    assert show_by_pager("line\n" * 24, wide=False)


def test_a_pipe_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGER", "true")
    assert not show_by_pager(TEXT, wide=False)


def test_a_command_that_runs_others_has_none(terminal: pytest.MonkeyPatch) -> None:
    terminal.setenv("PAGER", "true")
    with no_pager():
        assert not show_by_pager(TEXT, wide=False)
