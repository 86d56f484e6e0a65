"""A missing or damaged part is never taken for a new folder; `dwell check --repair` makes again what can be made."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import dwell as package
from dwell.cli.main import main
from dwell.live.load_responses import load_pending
from dwell.settings import Settings
from dwell.warehouse import check
from dwell.workspace import folder_check

from .conftest import COSTLY, EVERY, LAYOUTS, NEWEST
from .test_layouts import tables

SCHEMA = Path(__file__).parents[2] / "docs" / "reference" / "schemas" / "check.schema.json"
COMMANDS = [
    ["status"],
    ["posts", "--creator", "@demo_kitchen"],
    ["import", "files/hints.json"],
    ["sweep", "@demo_kitchen", "--dry-run"],
    ["watchlist", "list"],
    ["schedule", "list"],
    ["run", "--once"],
    ["cost"],
    ["replay"],
    ["export", "all", "-o", "x"],
    ["report", "--creator", "@demo_kitchen"],
]


# Parts get lost in the same way in every layout.


@pytest.fixture(params=COSTLY)
def layout(request: pytest.FixtureRequest, copy_layout: Callable[[str], Path]) -> Path:
    return copy_layout(request.param)


@pytest.fixture
def folder(layout: Path) -> Path:
    return layout / "data"


@pytest.fixture
def run_check(capsys: pytest.CaptureFixture[str], folder: Path) -> Callable[..., Any]:
    def run(*words: str) -> tuple[int, Any]:
        capsys.readouterr()
        status = main(["check", *words, "--json"])
        document = json.loads(capsys.readouterr().out)
        jsonschema.validate(document, json.loads(SCHEMA.read_text()))
        assert document["ok"] is (status == 0)
        return status, document["rows"]

    return run


def every_command_stops(capsys: pytest.CaptureFixture[str], part: str, *sentences: str) -> None:
    for words in COMMANDS:
        assert main(words) == 1, words
        said = capsys.readouterr().err
        assert part in said, words
        assert "`dwell check --repair`" in said
        for sentence in sentences:
            assert sentence in said, (words, said)


def test_a_whole_folder_has_nothing_wrong(run_check: Callable[..., Any]) -> None:
    assert run_check() == (0, [])
    assert run_check("--repair") == (0, [])


def test_a_journal_that_is_gone(
    folder: Path, run_check: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    before = package.open("data").store.rows()
    for name in folder.glob("journal.db*"):
        name.unlink()
    every_command_stops(capsys, "journal.db", "complete up to 20", "import again what came after")
    assert not (folder / "journal.db").exists()
    status, (problem,) = run_check()
    assert (status, problem["part"], problem["repaired"]) == (1, "journal.db", False)
    status, (problem,) = run_check("--repair")
    assert (status, problem["repaired"]) == (0, True)
    assert run_check() == (0, [])
    after = package.open("data").store.rows()
    # What sweeps had read comes back out of the kept responses, which no import can give again.
    assert after["topic_posts"] == before["topic_posts"]
    assert 0 < after["posts"] <= before["posts"]


def test_a_state_database_that_is_gone(folder: Path, run_check, capsys: pytest.CaptureFixture[str]) -> None:
    before = package.open("data").store.rows()
    for name in folder.glob("live.db*"):
        name.unlink()
    every_command_stops(capsys, "live.db", "costs, watchlists, schedules", "restore it from a backup")
    assert not (folder / "live.db").exists()
    assert run_check("--repair")[0] == 0
    assert run_check() == (0, [])
    assert package.open("data").store.rows() == before
    assert main(["watchlist", "list"]) == 0


HOWS = ("gone", "empty", "all gone")
DAMAGES = [(name, how, ("posts", "post_snapshots", "ingest_batches")) for name in LAYOUTS for how in HOWS]
if not EVERY:
    DAMAGES = [(name, *rest) for name, *rest in DAMAGES if name == NEWEST]
    DAMAGES += [("e4160b3", "gone", ("posts",))]


@pytest.mark.parametrize(("layout", "how", "damaged"), DAMAGES, indirect=["layout"])
def test_the_newest_log_entry_is_gone(
    folder: Path, run_check, capsys, layout: Path, how: str, damaged: tuple[str, ...]
) -> None:
    """One table after the other; what a rebuild makes of the repaired logs is looked at once."""
    expected = tables(layout / "answers" / "tables")
    for table in damaged:
        damage_log(folder / "lake" / table / "_delta_log", how)
        every_command_stops(capsys, f"lake/{table}/_delta_log/", "No row is lost")
        assert run_check("--repair")[0] == 0
        assert run_check() == (0, [])
        assert main(["export", "all", "--format", "jsonl", "-o", f"after-{table}"]) == 0
        assert tables(layout / f"after-{table}") == expected
    if how == "empty":
        return  # a repair removes such an entry first: from then on the log is as where it is gone
    package.open("data").store.seal()
    (folder / "journal.db").unlink()
    assert run_check("--repair")[0] == 0
    assert main(["export", "all", "--format", "jsonl", "-o", "rebuilt"]) == 0
    assert tables(layout / "rebuilt") == expected


def damage_log(log: Path, how: str) -> None:
    entries = sorted(log.glob("*.json"))
    if how == "empty":
        entries[-1].write_bytes(b"")
    for entry in entries if how == "all gone" else entries[-1:] if how == "gone" else []:
        entry.unlink()


@pytest.mark.parametrize("name", ["journal.db", "live.db"])
def test_a_damaged_database_is_moved_away(folder: Path, run_check, name: str) -> None:
    with closing(sqlite3.connect(folder / name)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw = bytearray((folder / name).read_bytes())
    raw[8_192:40_960] = os.urandom(32_768)
    (folder / name).write_bytes(raw)
    status, (problem, *_) = run_check()
    assert (status, problem["part"]) == (1, name)
    assert run_check("--repair")[0] == 0
    assert run_check() == (0, [])
    assert (folder / "damaged" / f"{name}.0").read_bytes() == raw
    assert main(["status"]) == 0


def test_a_missing_file_of_the_lake_is_taken_out(folder: Path, run_check) -> None:
    before = package.open("data").store.rows()
    file = next((folder / "lake" / "posts").glob("*.parquet"))
    file.unlink()
    status, (problem,) = run_check("--repair")
    assert (status, problem["part"], problem["repaired"]) == (0, f"lake/posts/{file.name}", True)
    assert problem["rows"] > 0
    assert problem["import_again"] or problem["replay"]
    assert run_check() == (0, [])
    store = package.open("data").store
    left = store.rows()["posts"]
    assert left <= before["posts"]  # newer versions of the rows may be in the journal
    assert store.query("SELECT count(*) FROM posts", ["posts"]).rows == [(left,)]


@pytest.mark.parametrize("name", ["journal.db", "live.db"])
def test_a_locked_database_is_not_damaged(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch, name: str
) -> None:
    class Locked(sqlite3.OperationalError):
        sqlite_errorcode = sqlite3.SQLITE_BUSY

    whole = check.find_page_damage

    def locked(path: Path) -> str:
        def connect(*_: object, **__: object) -> None:
            raise Locked("database is locked")

        with monkeypatch.context() as patch:
            patch.setattr(sqlite3, "connect", connect)
            return whole(path)

    if name == "live.db":
        real = sqlite3.connect

        def connect(place: object, *words: Any, **options: Any) -> sqlite3.Connection:
            if name in str(place):
                raise Locked("database is locked")
            return real(place, *words, **options)

        monkeypatch.setattr(sqlite3, "connect", connect)
    else:
        monkeypatch.setattr(check, "find_page_damage", lambda path: locked(path) if path.name == name else whole(path))
    before = (folder / name).read_bytes()
    assert main(["check", "--repair"]) == 1
    assert "held by another program" in capsys.readouterr().err
    assert (folder / name).read_bytes() == before
    assert not (folder / "damaged").exists()


def test_a_repair_that_is_killed_loses_no_stored_response(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = package.open("data").store.rows()
    for file in folder.glob("journal.db*"):
        file.unlink()
    folder_check._mark_responses_pending(Settings(data=folder))
    check.repair(folder)  # killed before the stored responses are loaded again
    workspace = package.open("data")
    load_pending(workspace.store, workspace.live.database)
    assert workspace.store.rows()["topic_posts"] == before["topic_posts"]
    workspace.live.database.close()


def test_a_log_entry_that_is_cut_off(folder: Path, run_check) -> None:
    entry = max((folder / "lake" / "posts" / "_delta_log").glob("*.json"))
    entry.write_bytes(entry.read_bytes()[:-20])
    status, (problem,) = run_check()
    assert (status, problem["part"]) == (1, f"lake/posts/_delta_log/{entry.name}")
    assert run_check("--repair")[0] == 0
    assert run_check() == (0, [])


def test_a_damaged_file_of_the_lake_is_found(folder: Path, run_check) -> None:
    file = next((folder / "lake" / "posts").glob("*.parquet"))
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 4 : len(raw) // 2] = os.urandom(len(raw) // 2 - len(raw) // 4)
    file.write_bytes(raw)
    status, (problem,) = run_check()
    assert (status, problem["part"], problem["repaired"]) == (1, f"lake/posts/{file.name}", False)
    assert "it cannot be read" in problem["detail"]
    assert run_check("--repair")[0] == 0
    assert (folder / "damaged" / "lake" / "posts" / f"{file.name}.0").read_bytes() == raw


def test_no_folder_is_no_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--data", str(tmp_path / "none")]) == 1
    assert "There is no data in" in capsys.readouterr().err
