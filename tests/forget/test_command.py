"""`dwell forget` shows the plan, asks, and prints the receipt."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dwell.cli.main import main

from .conftest import ALICE, find_traces


@pytest.fixture
def dwell(new_folder, monkeypatch, capsys):
    settings = new_folder()
    monkeypatch.setenv("DWELL_DATA", str(settings.data))

    def run(*words: str) -> tuple[int, str, str]:
        status = main(list(words))
        return status, *capsys.readouterr()

    run.settings = settings
    return run


def answer(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """As if a user sat at a terminal and typed."""
    import io

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Terminal(text))


def test_a_dry_run_changes_nothing(dwell) -> None:
    status, out, _ = dwell("forget", f"@{ALICE}", "--dry-run")
    assert status == 0
    assert f"Would be erased: what is stored about @{ALICE}" in out
    for place in ("tables", "state", "files", "models", "backups", "exports"):
        assert place in out
    assert find_traces(dwell.settings)


def test_nobody_to_ask(dwell) -> None:
    for words in (["forget", f"@{ALICE}"], ["forget", f"@{ALICE}", "--json"]):
        status, _, err = dwell(*words)
        assert status == 2
        assert "look at --dry-run first, then say --yes" in err
    assert find_traces(dwell.settings)


def test_it_asks_on_a_terminal(dwell, monkeypatch) -> None:
    answer(monkeypatch, "n\n")
    status, out, _ = dwell("forget", f"@{ALICE}")
    assert status == 130
    assert "Erase this for ever?" in out
    assert find_traces(dwell.settings)
    answer(monkeypatch, "y\n")
    status, out, _ = dwell("forget", f"@{ALICE}")
    assert status == 0
    assert "The receipt, without names, is" in out
    assert find_traces(dwell.settings) == []


def test_json(dwell) -> None:
    status, out, _ = dwell("forget", f"@{ALICE}", "--yes", "--json")
    assert status == 0
    receipt: dict[str, Any] = json.loads(out)
    assert set(receipt) == {"asked", "names", "platform", "done", "not_reached", "receipt", "earlier", "rows"}
    assert {frozenset(row) for row in receipt["rows"]} == {frozenset({"place", "table", "rows", "at"})}
    assert all(set(each) == {"place", "detail", "cure"} for each in receipt["not_reached"])
    status, _, err = dwell("forget", f"@{ALICE}", "--yes")
    assert status == 1
    assert "Nothing is stored about" in err


@pytest.mark.parametrize("words", [["forget"], ["forget", "@a", "--person", "b"]])
def test_an_account_or_a_person(dwell, words: list[str]) -> None:
    status, _, err = dwell(*words, "--dry-run")
    assert status == 2
    assert "name either an account, or a --person" in err
