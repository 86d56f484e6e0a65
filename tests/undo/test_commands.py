"""`dwell imports` and `dwell undo`, and what an import says about pipelines and earlier imports of its file."""

from __future__ import annotations

import sqlite3
import zlib
from datetime import UTC, datetime

import pytest

from dwell.errors import UndoError
from dwell.records import CreatorSnapshot, Post
from dwell.settings import Settings
from dwell.state import open_database
from dwell.warehouse import Batch, Store, contributions
from dwell.workspace import Workspace

from .conftest import POSTS, ids

OTHER = "7300002199023255689"


def test_the_log_says_what_each_import_gave(dwell, table) -> None:
    dwell("import", table, "--as-of", "2026-03-20")
    (row,) = dwell("imports", "--json").json["rows"]
    assert (row["kind"], row["file"], row["as_of"], row["undoable"]) == ("file", str(table), "2026-03-20", True)
    assert row["rows_new"] == {"posts": 2, "post_snapshots": 2, "creators": 1}
    shown = dwell("imports").out
    for text in (row["import"], "2026-03-20", "2 posts, 2 post snapshots, 1 creator"):
        assert text in shown


def test_the_imports_of_a_row_are_undone_one_after_another(dwell, tmp_path) -> None:
    """What an undone import gave is left of another as a contribution without rows; the next undo was a traceback."""
    for number in range(4):
        file = tmp_path / f"{number}.csv"
        file.write_text(f"post_id,handle,views\n{POSTS[number == 3]},alice,{number}\n")
        assert dwell("import", file, "--as-of", "2026-03-20").status == 0
    *imports, last = [row["import"] for row in reversed(dwell("imports", "--json").json["rows"])]
    for name in reversed(imports):
        assert dwell("undo", name, "--yes").status == 0
    assert [row["post_id"] for row in dwell("posts", "--json").json["rows"]] == [POSTS[1]]
    assert dwell("undo", last, "--yes").status == 0


def test_the_log_marks_what_is_of_providers(dwell, table, tmp_path) -> None:
    dwell("import", table, "--as-of", "2026-03-20")
    store = Store.open(Settings(data=tmp_path / "data"))
    for name, path in (("a" * 32, "sweep-1"), ("b" * 32, "tracking-2026-03-01"), ("c" * 32, "states-1")):
        append(store, name, path, "bob")
    open_database(store.root).close()
    kinds = [row["kind"] for row in Workspace(store.settings).imports()]
    assert kinds == ["sweep or sync", "tracking", "sweep or sync", "file"]


def append(store: Store, name: str, path: str, handle: str) -> None:
    """Records as a sweep appends them."""
    now = datetime(2026, 3, 21, tzinfo=UTC)
    batch = Batch(name, path, "states" if path.startswith("states") else "answers", name, now, {})
    with store.appending() as appender:
        post = Post(
            post_id=POSTS[0] if handle == "alice" else OTHER,
            platform="tiktok",
            handle=handle,
            source="made-up",
            observed_at=now,
        )
        at = now.replace(minute=int(name[0], 16))
        counters = CreatorSnapshot(handle=handle, platform="tiktok", observed_at=at, followers=5, source="made-up")
        appender.append(batch, [(post, counters)], now=now.replace(year=2027))


def test_an_undo_says_what_goes_and_asks(dwell, table, answer) -> None:
    dwell("import", table, "--as-of", "2026-03-20")
    (name,) = ids(dwell)
    plan = dwell("undo", name, "--dry-run", "--json").json
    assert plan["done"] is False
    assert {row["table"]: row["rows_removed"] for row in plan["rows"]} == {
        "posts": 2, "post_snapshots": 2, "creators": 1
    }  # fmt: skip
    refused = dwell("undo", name)
    assert refused.status == 2
    assert "look at --dry-run first, then say --yes" in refused.err
    answer("n\n")
    assert dwell("undo", name).status == 130
    assert ids(dwell) == [name]
    answer("y\n")
    done = dwell("undo", name)
    assert done.status == 0
    assert "Undo this import?" in done.out
    assert dwell("status", "--json").json["tables"]["posts"] == 0


def test_an_undo_gives_back_what_others_gave_and_the_import_can_be_made_again(dwell, table) -> None:
    dwell("import", table, "--as-of", "2026-03-20")
    again = dwell("import", table, "--as-of", "2026-03-22")
    _, old = ids(dwell)
    assert f"as of 2026-03-20 (import {old}); dwell undo {old} removes that." in again.out
    done = dwell("undo", old, "--yes", "--json").json
    assert {row["table"]: (row["rows_removed"], row["rows_restored"]) for row in done["rows"]} == {
        "posts": (0, 2), "post_snapshots": (2, 0), "creators": (0, 1)
    }  # fmt: skip
    assert dwell("undo", old, "--yes").err == f"dwell: {old} was undone before.\n"
    log = dwell("imports", "--json").json["rows"]
    assert [(row["kind"], row["undoable"], row["undone_at"] is None) for row in log] == [
        ("undo", False, True), ("file", True, True), ("file", False, False)
    ]  # fmt: skip
    dwell("import", table, "--as-of", "2026-03-20")
    assert len(set(ids(dwell))) == 3
    assert dwell("status", "--json").json["tables"]["post_snapshots"] == 4


def test_a_file_whose_rows_have_their_own_times_gives_no_warning(dwell, table) -> None:
    table.write_text(
        table.read_text().replace("caption\n", "caption,observed_at\n").replace("hello", "hello,2026-03-01")
    )
    dwell("import", table, "--as-of", "2026-03-20")
    assert "dwell undo" not in dwell("import", table, "--as-of", "2026-03-20", "--niche", "food").out


def test_rejects_of_an_undone_import_go(dwell, table, tmp_path) -> None:
    table.write_text(table.read_text() + "x,alice,1,1,odd\n")
    dwell("import", table, "--as-of", "2026-03-20")
    rejects = tmp_path / "data" / "rejects"
    assert len(list(rejects.iterdir())) == 1
    dwell("undo", ids(dwell)[0], "--yes")
    assert list(rejects.iterdir()) == []


@pytest.mark.parametrize("option", [["--strict"], ["--max-rejects", "0"]])
def test_nothing_of_a_file_with_too_many_rejects_is_stored(dwell, table, option) -> None:
    table.write_text(table.read_text() + "x,alice,1,1,odd\n")
    done = dwell("import", table, "--as-of", "2026-03-20", "--json", *option)
    assert done.status == 1
    (failure,) = done.json["failures"]
    assert failure["code"] == "too_many_rejects"
    assert "1 of 3 rows cannot be used and none may be, most often because: id with letters" in failure["message"]
    assert "--max-rejects 1" in failure["message"]
    assert ids(dwell) == []
    assert dwell("import", table, "--as-of", "2026-03-20", "--max-rejects", "1").status == 0
    repeated = dwell("import", table, "--as-of", "2026-03-20", *option)
    assert repeated.status == 1
    assert "it was imported before" in repeated.err
    assert dwell("import", table, "--strict", "--max-rejects", "1").status == 2


# --- what cannot be undone --------------------------------------------------------------------------------------------


def refusal(workspace: Workspace, name: str) -> str:
    """What stands in the way, the same for a plan and for an undo; nothing is changed."""
    said = []
    before = workspace.store.rows()
    for dry_run in (True, False):
        with pytest.raises(UndoError) as refused:
            workspace.undo(name, dry_run=dry_run)
        said.append(str(refused.value))
    assert said[0] == said[1]
    assert workspace.store.rows() == before
    return said[0]


@pytest.fixture
def workspace(dwell, table, tmp_path) -> Workspace:
    dwell("import", table, "--as-of", "2026-03-20")
    return Workspace(Settings(data=tmp_path / "data", threads=1))


def test_an_unknown_id(dwell, workspace) -> None:
    assert dwell("undo", "0").err == "dwell: No import has the id 0: dwell imports lists them.\n"


def test_what_a_sweep_loaded(workspace) -> None:
    append(workspace.store, "a" * 32, "sweep-1", "bob")
    assert "is of a sweep, sync or tracked video, no file" in refusal(workspace, "aaaaaaaa")


def test_an_account_that_was_read_live_since(dwell, workspace) -> None:
    (name,) = ids(dwell)
    append(workspace.store, "a" * 32, "sweep-1", "carol")
    assert workspace.undo(name, dry_run=True).rows
    append(workspace.store, "b" * 32, "sweep-2", "alice")
    assert "@alice was read live after it, and which posts are missing was decided" in refusal(workspace, name)


def test_an_import_before_an_erasure(dwell, workspace, table) -> None:
    (name,) = ids(dwell)
    table.write_text(table.read_text().replace("alice", "bob").replace(POSTS[0], OTHER))
    dwell("import", table, "--as-of", "2026-03-20")
    workspace.forget("@alice")
    assert "rows were erased after it (dwell forget)" in refusal(workspace, name)
    with sqlite3.connect(workspace.store.root / "journal.db") as log:
        assert log.execute(f"SELECT count(*) FROM {contributions.NAME}").fetchone() == (0,)
    log.close()


def test_an_import_by_an_older_dwell(dwell, workspace) -> None:
    (name,) = ids(dwell)
    with sqlite3.connect(workspace.store.root / "journal.db") as log:
        log.execute(f"DROP TABLE {contributions.NAME}")
        log.execute(
            "DELETE FROM meta WHERE key IN ('undo_since', 'checksum', 'revision', 'layout') OR key GLOB 'given:*'"
        )
        log.execute("PRAGMA user_version = 6")
    log.close()
    (workspace.store.root / "journal.revision").unlink()
    assert dwell("imports", "--json").json["rows"][0]["undoable"] is False
    said = dwell("undo", name, "--yes")
    assert said.status == 1
    assert "an older dwell made it" in said.err


def test_damage_of_what_an_undo_needs(dwell, workspace, table) -> None:
    new = dwell("import", table, "--as-of", "2026-03-21") and ids(dwell)[0]
    with sqlite3.connect(workspace.store.root / "journal.db") as log:
        wrong = zlib.compress(b"wrong")
        log.execute(f"UPDATE {contributions.NAME} SET content = ? WHERE name = 'posts'", (wrong,))
    log.close()
    said = dwell("undo", new, "--yes")
    assert said.status == 1
    assert "Nothing can be undone" in said.err
    assert "Every table is whole" in dwell("check").out
    assert dwell("check", "--repair").status == 0
    assert dwell("check").status == 0
    assert dwell("imports", "--json").json["rows"][0]["undoable"] is False


# --- prices -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [["sweep", "@a_b"], ["vet", "@a_b"], ["trends", "--hashtag", "onepan"]])
def test_a_price_needs_no_key(dwell, monkeypatch, words) -> None:
    for provider in ("TIKLIVEAPI", "SCAVIO"):
        monkeypatch.delenv(f"DWELL_{provider}_KEY", raising=False)
    plan = dwell(*words, "--dry-run", "--json")
    assert plan.status == 0
    assert plan.json["credits_at_most"] > 0
    assert plan.json["warnings"][-1].startswith(f"No key for {plan.json['provider']} is set: this is its price.")
    refused = dwell(*words)
    assert refused.status == 1
    assert "No provider key is set" in refused.err
    assert "About" not in refused.err
