"""A folder that takes no file, and little memory: what only reads works, what writes says why it cannot."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

import dwell as package
from dwell.cli.main import main
from dwell.disk import unwritable

READING = [
    ["status"],
    ["posts", "--creator", "@demo_kitchen"],
    ["cost"],
    ["limits"],
    ["usage"],
    ["videos"],
    ["watchlist", "list"],
    ["schedule", "list"],
    ["keys", "list"],
    ["webhooks", "list"],
    ["accounts"],
    ["syncs"],
    ["sweep", "@demo_kitchen", "--topics", "2", "--dry-run"],
    ["import", "TABLE", "--dry-run"],
    ["import", "TABLE", "--explain"],
    ["forget", "@demo_kitchen", "--dry-run"],
    ["backup", "BACKUP"],
]
WRITING = [
    ["import", "TABLE"],
    ["watchlist", "add", "rivals", "@demo_pantry"],
    ["seal"],
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    root = tmp_path_factory.mktemp("unwritable")
    lines = [f"73508109980239495{n},demo_kitchen,2026-03-01,{1_000 + n},{n}" for n in range(10, 99)]
    (root / "table.csv").write_text("\n".join(["post_id,handle,observed_at,views,likes", *lines]) + "\n")
    data = root / "data"
    package.open(data, create=True).import_files([root / "table.csv"])
    assert main(["watchlist", "add", "rivals", "@demo_kitchen", "--data", str(data)]) == 0
    gc.collect()  # connections that nobody closed: their logs go into the databases
    gc.freeze()  # the collection after each test then looks at the objects of that test alone
    yield root
    gc.unfreeze()


@pytest.fixture
def full(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder, as if its disk were full: SQLite can make no file in it, and nothing else either."""
    monkeypatch.setattr(unwritable, "is_full", lambda place: place == folder / "data")
    monkeypatch.setattr("dwell.disk.errors.is_full", lambda place: place == folder / "data")
    monkeypatch.setenv("DWELL_TIKLIVEAPI_KEY", "sandbox-key")
    for name in ("journal.db", "live.db"):
        for end in ("-wal", "-shm"):
            (folder / "data" / f"{name}{end}").unlink(missing_ok=True)
        (folder / "data" / f"{name}-shm").mkdir()
    yield folder
    gc.collect()
    for name in ("journal.db", "live.db"):
        (folder / "data" / f"{name}-shm").rmdir()


def _words(words: list[str], root: Path) -> list[str]:
    places = {"TABLE": str(root / "table.csv"), "BACKUP": str(root / "backup.tar")}
    return [*(places.get(word, word) for word in words), "--data", str(root / "data")]


def _files(root: Path) -> list[tuple[str, int]]:
    """What is there; SQLite makes an empty log before it sees that it cannot make its other file."""
    files = [path for path in (root / "data").rglob("*") if path.is_file() and not path.name.endswith("-wal")]
    return sorted((str(path), path.stat().st_mtime_ns) for path in files)


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_what_only_reads_works_on_a_full_disk(words: list[str], full: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = _files(full)
    assert main(_words(words, full)) == 0
    said = capsys.readouterr()
    assert said.out
    assert _files(full) == before


@pytest.mark.parametrize("words", WRITING, ids=" ".join)
def test_what_writes_says_that_the_disk_is_full(
    words: list[str], full: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = [file for file in _files(full) if file[0].endswith(".db")]
    assert main(_words(words, full)) == 1
    said = capsys.readouterr().err
    assert said.startswith("dwell: ")
    assert "No space left for" in said
    assert said.count("\n") == 1
    assert [file for file in _files(full) if file[0].endswith(".db")] == before


@pytest.mark.parametrize("words", [READING[0], READING[1], ["export", "posts", "-o", "OUT"]], ids=" ".join)
def test_too_little_memory_names_the_setting(
    words: list[str], folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DWELL_MEMORY", "1KB")
    words = [str(tmp_path / "posts.csv") if word == "OUT" else word for word in words]
    status = main([*words, "--data", str(folder / "data")])
    said = capsys.readouterr().err
    assert status == 1
    assert said.startswith("dwell: Not enough memory (")
    assert "set DWELL_MEMORY higher" in said
    assert said.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
