from __future__ import annotations

from pathlib import Path

import pytest

import dwell
from dwell.errors import StorageError
from dwell.warehouse import waiting

TABLE = "post_id,views,likes\n{}\n"


def table(folder: Path, name: str, first: int) -> Path:
    """A hand-made table of ten posts with plausible ids."""
    rows = [f"{((1_700_000_000 + n) << 32) + 7_777_777},{1000 + n},{n}" for n in range(first, first + 10)]
    path = folder / name
    path.write_text(TABLE.format("\n".join(rows)))
    return path


def test_enough_small_imports_are_sealed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "COMMAND_ROWS", 25)
    workspace = dwell.open(tmp_path / "data", create=True)
    workspace.import_files([table(tmp_path, "a.csv", 0)], as_of="2026-01-01", creator="@demo")
    assert workspace.store.unsealed() > 0
    workspace.import_files([table(tmp_path, "b.csv", 10)], as_of="2026-01-01", creator="@demo")
    assert workspace.store.unsealed() == 0
    assert len(workspace.posts(creator="@demo")) == 20


def test_one_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("apples\n1\n")
    workspace = dwell.open(tmp_path / "data", create=True)
    done = workspace.import_files([bad, table(tmp_path, "a.csv", 0)], as_of="2026-01-01", creator="@demo")
    assert [path.name for path, _ in done.failures] == ["bad.csv"]
    assert [loaded.path.name for loaded in done.files] == ["a.csv"]


def test_a_data_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder")
    with pytest.raises(StorageError, match="--data"):
        dwell.open(tmp_path / "data", create=True)


def test_ids_that_a_float_damaged_are_refused_with_the_cause(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.csv"
    ids = [float(((1_700_000_000 + n) << 32) + 7_777_777) for n in range(40)]
    damaged.write_text(TABLE.format("\n".join(f"{int(number)},100,1" for number in ids)))
    done = dwell.open(tmp_path / "data", create=True).import_files([damaged], as_of="2026-01-01", creator="@demo")
    assert not done.files
    assert "damaged" in str(done.failures[0][1])


def test_counts_of_studio_are_read_as_those_of_any_table(tmp_path: Path) -> None:
    """A Russian export: rounded counts keep their mark, and one that means nothing is unknown."""
    link = "https://www.tiktok.com/@ana/video/{}"
    rows = [
        f'25 марта,a,{link.format(7612545815780805904)},2 марта,"1,2 тыс","1,2 млн",-,5 тыс.',
        f"25 марта,b,{link.format(7608627113117125889)},19 февраля,many,1,0,100",
    ]
    header = "Time,Video title,Video link,Post time,Total likes,Total comments,Total shares,Total views"
    export = tmp_path / "Content.csv"
    export.write_text("\n".join([header, *rows]), encoding="utf-8")
    workspace = dwell.open(tmp_path / "data", create=True)
    done = workspace.import_files([export], as_of="2026-03-25", creator="@ana")
    assert (done.files[0].rejected, done.files[0].unknown_values) == (0, {"likes": 1})
    other, post = workspace.store.query("SELECT * FROM post_snapshots ORDER BY post_id", ["post_snapshots"])
    assert (other["likes"], other["views"]) == (None, 100)
    counts = {name: post[name] for name in ("likes", "comments", "shares", "views", "rounded")}
    assert counts == {"likes": 1_200, "comments": 1_200_000, "shares": None, "views": 5_000, "rounded": True}
