"""`--wide` and `--columns`: for text, CSV and JSON; an unknown column is refused before any work."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from dwell.cli.command_tree import walk_commands
from dwell.cli.main import main, make_command
from dwell.cli.tables.choice import Choice
from dwell.cli.tables.layout import layouts_of

from .results import TABLES

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("DWELL_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "80")

    def run(*words: str) -> tuple[int, str, str]:
        status = main([*words])
        return status, *capsys.readouterr()

    return run


@pytest.fixture
def listed(run: Run) -> Run:
    assert run("watchlist", "add", "rivals", "@demo_pantry", "#onepan")[0] == 0
    return run


def test_columns_are_chosen_in_text_csv_and_json(listed: Run) -> None:
    words = ("watchlist", "list", "--columns", "name, watchlist")
    assert listed(*words)[1].split() == [
        *("Name", "Watchlist", "───────────", "─────────", "demo_pantry", "rivals", "onepan", "rivals"),
    ]
    assert listed(*words, "--csv")[1] == "name,watchlist\ndemo_pantry,rivals\nonepan,rivals\n"
    assert json.loads(listed(*words, "--json")[1])["rows"][0] == {"name": "demo_pantry", "watchlist": "rivals"}


def test_a_choice_ends_with_its_command(listed: Run) -> None:
    listed("watchlist", "list", "--columns", "name")
    assert "Watchlist" in listed("watchlist", "list")[1]


def test_an_unknown_column_is_refused_before_any_work(run: Run) -> None:
    status, out, err = run("posts", "--creator", "@nobody", "--columns", "views,likez")
    assert (status, out) == (2, "")
    assert "there is no column 'likez'. Did you mean likes? Choose from posted_at, duration_s, views" in err
    status, _, err = run("posts", "--creator", "@nobody", "--columns", " ,")
    assert status == 2
    assert "name at least one column" in err


def test_a_column_that_this_result_lacks_is_refused(listed: Run) -> None:
    status, _, err = listed("schedule", "list", "--csv", "--columns", "schedule")
    assert status == 0
    status, _, err = listed("cost", "--csv", "--columns", "sweep")
    assert status == 2
    assert "there is no column 'sweep'" in err


def test_every_command_that_lists_rows_has_both_options() -> None:
    without = set()
    for name, command in walk_commands(make_command()):
        names = {param.name for param in command.params}
        if "as_csv" in names and not {"wide", "columns"} <= names:
            without.add(name)
        assert bool(layouts_of(command)) is ({"wide", "columns"} <= names)
    sentences = {
        "backup",
        "check",
        "export",
        "report",
        "restore",
        "seal",
        "track",
        "usage",
        "webhooks add",
        "models show",
    }
    assert without == sentences | {"sql"}, "a query names its columns itself"


@pytest.mark.parametrize("words", [("benchmarks",), ("posts",), ("posts", "--at", "24h")])
def test_a_column_of_another_table_of_the_command_is_refused_with_those_there_are(
    run: Run, tmp_path: Path, words: tuple[str, ...]
) -> None:
    file = tmp_path / "posts.csv"
    file.write_text(
        "post_id,handle,posted_at,duration_s,views,likes,comments,shares,saves\n"
        "7647000000000000100,ann,2026-03-01T12:00:00Z,12,1000,10,1,1,1\n"
    )
    assert run("import", str(file), "--as-of", "2026-05-01")[0] == 0
    column = {("benchmarks",): "group", ("posts",): "gap_h"}.get(words, "views_multiple")
    status, _, said = run(*words, "--columns", column)
    assert status == 2
    assert f"there is no column '{column}'" in said
    listed = said.partition("Choose from ")[2].partition(". See")[0].split(", ")
    assert len(listed) == len(set(listed))
    assert run(*words, "--columns", ",".join(listed))[0] == 0


def test_wide_shows_every_column_on_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr("dwell.cli.tables.table.current_choice", lambda: Choice(wide=True))
    result, text = TABLES["posts"]
    lines = text(result).partition("\n\n")[2].splitlines()
    assert len(lines) == 2 + len(result) + 2
    assert {"Posted", "Saves/view", "Account", "Caption"} <= set(lines[0].split())
    assert lines[2].split()[:2] == ["2026-11-26", "17:05"]
    assert lines[-1] == "No value in any row: Followers"
