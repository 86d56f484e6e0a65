"""A folder, a file, a pipe or a link to itself in the place of a part: named by every command, and moved away."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

import dwell
from dwell.errors import DamagedDataError
from dwell.settings import Settings
from dwell.state import open_database
from dwell.warehouse import Store
from dwell.workspace.folder_check import check_folder

FILES = ["journal.db", "journal.db-wal", "journal.revision", "live.db", "live.db-wal"]
FOLDERS = ["lake", "lake/posts", "lake/posts/_delta_log", "models", "rejects", "set-aside", "receipts"]
UNUSED = ["rollups", "rollups/post_latest", "scratch", "damaged", "replaced"]
UNUSED_FILES = ["writer.lock", "journal.db-shm", "live.db-shm"]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("whole")
    (place / "a.csv").write_text("id,views\n7350810998023949599,5\n")
    workspace = dwell.Workspace(Settings(data=place / "data"), create=True)
    workspace.import_files([place / "a.csv"], as_of="2024-05-01", creator="@one")
    workspace.seal()
    open_database(place / "data").close()
    return place / "data"


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    shutil.copytree(whole, tmp_path / "data")
    return tmp_path / "data"


def put(path: Path, kind: str) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    path.parent.mkdir(exist_ok=True)
    {
        "a folder": path.mkdir,
        "a file": path.touch,
        "a pipe": lambda: os.mkfifo(path),
        "a link that leads to itself": lambda: path.symlink_to(path.name),
    }[kind]()


@pytest.mark.parametrize(
    ("part", "kind", "right"),
    [
        *((part, "a folder", "file") for part in FILES),
        *((part, "a file", "folder") for part in (*FOLDERS, *UNUSED)),
        *((part, "a link that leads to itself", right) for part, right in (("journal.db", "file"), ("lake", "folder"))),
        ("live.db", "a link that leads to itself", "file"),
        ("journal.db", "a pipe", "file"),
        *((part, "a folder", "file") for part in UNUSED_FILES),
    ],
)
def test_it_is_named_and_moved(folder: Path, part: str, kind: str, right: str) -> None:
    settings = Settings(data=folder)
    put(folder / part, kind)
    detail = f"is {kind} where a {right} must be"
    if part not in {*UNUSED, *UNUSED_FILES}:
        with pytest.raises(DamagedDataError, match=rf"{part} {detail}: `dwell check --repair` moves it to damaged/"):
            Store.open(settings)
    first = check_folder(settings).rows[0]
    assert first[0] == part
    assert first[1].startswith(detail)
    assert check_folder(settings, repair=True).meta["ok"]
    Store.open(settings)
    assert list((folder / "damaged").rglob(f"{Path(part).name}.*"))


def test_a_link_to_a_folder_or_file_elsewhere_is_right(folder: Path, tmp_path: Path) -> None:
    for part in ("models", "live.db"):
        (folder / "models").mkdir(exist_ok=True)
        (folder / part).rename(tmp_path / part)
        (folder / part).symlink_to(tmp_path / part)
    assert check_folder(Settings(data=folder)).meta["ok"]


@pytest.mark.parametrize("sealed", [True, False])
def test_another_database_in_the_place_of_the_journal(folder: Path, sealed: bool) -> None:
    (folder / "journal.db").unlink()
    with closing(sqlite3.connect(folder / "journal.db")) as other:
        other.execute("CREATE TABLE x (a)")
    if not sealed:
        shutil.rmtree(folder / "lake")
    problem = next(iter(check_folder(Settings(data=folder))))
    assert problem["detail"] == "is damaged (it is not dwell's): it contained the latest imports and sweeps"
    cure = "rebuilds it from the lake" if sealed else "creates an empty one and loads the stored responses"
    assert problem["repair"].startswith(f"moves it to damaged/ and {cure}")
