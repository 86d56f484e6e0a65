from __future__ import annotations

import json
from pathlib import Path

import pytest

import dwell
from dwell.cli.import_ import failure_text
from dwell.errors import BadFileError, StorageError, UnknownFormatError
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


def test_an_answer_of_the_business_api_has_its_watch_time(tmp_path: Path) -> None:
    post = {
        "item_id": "7594361172910656789", "caption": "Pasta", "create_time": "1768200000", "video_views": 151987,
        "likes": 9123, "video_duration": 21.3, "full_video_watched_rate": 0.2134, "total_time_watched": 1215896,
        "average_time_watched": 8.0, "share_url": "https://www.tiktok.com/@ann.cooks/video/7594361172910656789",
    }  # fmt: skip
    answer = tmp_path / "answer.json"
    answer.write_text(json.dumps({"code": 0, "message": "OK", "data": {"videos": [post], "has_more": False}}))
    workspace = dwell.open(tmp_path / "data", create=True)
    (loaded,) = workspace.import_files([answer], as_of="2026-02-15").files
    assert (loaded.rejected, loaded.watch_times_new) == (0, 1)
    (watched,) = workspace.store.query("SELECT * FROM watch_times", ["watch_times"])
    assert (watched["avg_watch_s"], watched["full_watch_rate"], watched["total_watch_s"]) == (8.0, 0.2134, 1215896.0)


def test_a_refused_file_leaves_its_rejects_and_its_reason_whole(tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("video_id,views\nx'7: 1,5\ny'8: 2,6\n")
    workspace = dwell.open(tmp_path / "data", create=True)
    ((path, error),) = workspace.import_files([bad], as_of="2026-01-01").failures
    assert "None of the 2 rows can be kept, most often because: id with letters or signs: x'7: 1 (line 2)" in str(error)
    (rejects,) = (tmp_path / "data" / "rejects").iterdir()
    assert str(rejects) in str(error)
    assert rejects.read_text().splitlines()[1:] == [
        "2,id with letters or signs: x'7: 1,\"x'7: 1,5\"", "3,id with letters or signs: y'8: 2,\"y'8: 2,6\"",
    ]  # fmt: skip
    assert failure_text(path, error) == f"{path}: {error}"


def test_a_folder_is_imported_without_what_holds_no_data(tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    (folder / ".git").mkdir(parents=True)
    table(folder, "a.csv", 0)
    for name in ("README.txt", ".DS_Store", "shot.PNG", "report.pdf", ".git/config", "notes.txt"):
        (folder / name).write_text("some notes, and more\n")
    (folder / "odd.csv").write_text("apples\n1\n")
    workspace = dwell.open(tmp_path / "data", create=True)
    done = workspace.import_files([folder], as_of="2026-01-01", creator="@demo")
    assert [loaded.path.name for loaded in done.files] == ["a.csv"]
    assert [path.name for path, _ in done.failures] == ["odd.csv"]
    assert done.skipped_text == (
        "Skipped 5 files that hold no data: .DS_Store, README.txt, report.pdf, shot.PNG, notes.txt."
    )
    assert len(done.to_dict()["skipped"]) == 5
    named = workspace.import_files([folder / "notes.txt"], as_of="2026-01-01")
    assert len(named.failures) == 1


def test_a_folder_of_notes_only_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "README.md").write_text("# Notes")
    with pytest.raises(UnknownFormatError, match="no data files"):
        dwell.open(tmp_path / "data", create=True).import_files([tmp_path / "notes"])


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("a.csv: it is empty.", "x/a.csv: it is empty."),
        ("a.csv is a web page.", "x/a.csv is a web page."),
        ("a.csv[Sheet1] has no header line.", "x/a.csv[Sheet1] has no header line."),
        ("None of the 2 rows can be kept.", "x/a.csv: None of the 2 rows can be kept."),
    ],
)
def test_an_error_names_its_file_once(message: str, shown: str) -> None:
    assert failure_text(Path("x/a.csv"), BadFileError(message)) == shown
