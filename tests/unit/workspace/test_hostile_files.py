"""Files that are made to harm: what is no file, has no end, has odd names, or is too much of anything."""

from __future__ import annotations

import errno
import json
import os
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import dwell
from dwell.cli.import_ import failure_text
from dwell.cli.main import main
from dwell.errors import BadFileError, DwellError, SettingsError, StorageError
from dwell.providers import json_stream
from dwell.providers.files.table_headers import list_names
from dwell.settings.limits import COLUMNS, LIMITS
from dwell.workspace.imports import Imports

IDS = [7_400_012_345_678_912_345 + 7_919_000_317_337 * n for n in range(40)]
HEADER = "post_id,caption,views,observed_at\n"
MEMORY = 600 << 20


def row(number: int, caption: str = "x") -> str:
    return f"{IDS[number]},{caption},{1000 + number},2026-03-01T00:00:00Z\n"


def item(number: int, **more: Any) -> dict[str, Any]:
    return {
        "post_id": str(IDS[number]),
        "views": 1000 + number,
        "likes": 5,
        "observed_at": "2026-03-01T00:00:00Z",
        **more,
    }


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "good.csv").write_text(HEADER + row(0))
    return folder


def load(path: Path, **options: Any) -> Imports:
    return dwell.open(path.parent / "stored", create=True).import_files([path], creator="@a_b", **options)


def error_of(path: Path, **options: Any) -> DwellError:
    failures = load(path, **options).failures
    assert len(failures) == 1
    return failures[0][1]


def test_what_is_no_file_is_refused_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    with socket.socket(socket.AF_UNIX) as listening:
        monkeypatch.chdir(tmp_path)  # a socket's name may have 108 bytes
        listening.bind("socket.csv")
        kinds = {"pipe.csv": "a pipe", "socket.csv": "a socket", "/dev/zero": "a device", "/proc/kmsg": "empty"}
        for name, kind in kinds.items():
            done = dwell.open(tmp_path / "stored", create=True).import_files([tmp_path / name])
            assert f"is {kind}: " in str(done.failures[0][1])


def test_in_a_folder_it_is_skipped_and_counted(place: Path) -> None:
    os.mkfifo(place / "pipe.csv")
    (place / "zero.csv").symlink_to("/dev/zero")
    (place / "nothing.csv").symlink_to("gone.csv")
    (place / "again").symlink_to(place)
    done = load(place)
    assert [loaded.posts_new for loaded in done.files] == [1]
    assert [(path.name, kind) for path, kind in done.special] == [
        ("again", "a link to a folder"), ("nothing.csv", "a link to nothing"), ("pipe.csv", "a pipe"),
        ("zero.csv", "a device"),
    ]  # fmt: skip
    assert "Skipped 4 entries that are no file: again (a link to a folder)" in str(done.skipped_text)
    assert len(done.to_dict()["special"]) == 4


def test_data_folders_are_no_exports(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = place / "deep" / "dwell-data"
    assert main(["import", str(place), "--creator", "@a_b", "--data", str(own)]) == 0
    capsys.readouterr()
    done = dwell.open(place / "other", create=True).import_files([place], creator="@a_b")
    assert {path.name for path, _ in done.special} == {"dwell-data", "other"}
    assert "dwell-data (dwell's data folder)" in str(done.skipped_text)
    assert (len(done.files), done.failures) == (1, ())
    (place / "deep" / "journal.db").write_text("my diary")  # anybody's
    assert len(dwell.open(own).import_files([place], creator="@a_b").special) == 2
    ((_, error),) = dwell.open(own).import_files([own]).failures
    assert "is a data folder of dwell: to copy its tables" in str(error)


@pytest.mark.parametrize("more", [[], ["--explain"]])
def test_an_empty_path_is_not_the_folder_one_is_in(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, more: list[str]
) -> None:
    monkeypatch.chdir(place)
    assert main(["import", "", *more, "--data", str(place.parent / "stored")]) == 1
    assert "path is empty: name a file or a folder" in capsys.readouterr().err


def test_a_folder_with_more_files_than_the_limit_is_refused(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DWELL_MAX_FILES", "3")
    for number in range(3):
        (place / f"{number}.csv").write_text(HEADER + row(number))
    assert "more than 3 files and folders: name a smaller folder, or set DWELL_MAX_FILES" in str(error_of(place))
    done = dwell.open(place.parent / "stored").import_files([place, place / "good.csv"], creator="@a_b")
    assert (len(done.files), len(done.failures)) == (1, 1)  # what is named beside it is loaded


def test_files_whose_names_are_not_utf8_are_loaded_with_the_others(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = os.fsdecode(b"caf\xe9.csv")
    (place / odd).write_text(HEADER + row(1) + f"{IDS[2]},x,1,no time\n")
    done = load(place)
    assert [(loaded.path.name, loaded.posts_new) for loaded in done.files] == [("caf\\xe9.csv", 1), ("good.csv", 1)]
    assert json.dumps(done.to_dict(), default=str, ensure_ascii=False).encode()
    data = ["--data", str(place.parent / "stored")]
    for words in (["import", str(place / odd), *data], ["import", str(place / odd), "--explain", "--json", *data]):
        assert main(words) == 0
        assert "caf\\xe9.csv" in capsys.readouterr().out.replace("\\\\", "\\")
    assert main(["export", "posts", "-o", str(place / odd), *data]) == 2
    assert "caf\\xe9.csv" in capsys.readouterr().err


def test_a_zip_that_lies_about_its_names_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "old.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("café.csv", HEADER + row(0))
    file.write_bytes(file.read_bytes().replace("é".encode(), b"\xe9\xe9"))
    assert "not in the encoding that the zip says" in str(error_of(file))


def test_a_folder_that_cannot_be_read_is_a_failure(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "shut").mkdir()
    look = os.scandir

    def scandir(path: Any) -> Any:
        if str(path).endswith("shut"):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return look(path)

    monkeypatch.setattr(os, "scandir", scandir)
    done = load(place)
    assert len(done.files) == 1
    assert [(path.name, "Permission denied" in str(error)) for path, error in done.failures] == [("shut", True)]


def test_a_disk_that_fails_half_way_is_one_sentence(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_words: Any) -> Iterator[bytes]:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr("dwell.providers.format_registry.inspect", fail)
    error = error_of(place / "good.csv")
    assert isinstance(error, BadFileError)
    assert "good.csv cannot be read (Input/output error)" in str(error)


def test_a_data_folder_out_of_reach_is_not_taken_for_a_missing_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    look = Path.stat

    def stat(path: Path, **options: Any) -> Any:
        if "shut" in path.parts:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return look(path, **options)

    monkeypatch.setattr(Path, "stat", stat)
    shut = tmp_path / "shut" / "data"
    for words in (["status"], ["seal"], ["check"], ["sweep", "@a"], ["posts", "--creator", "@a"]):
        assert main([*words, "--data", str(shut)]) == 1
        assert "cannot be reached (Permission denied)" in capsys.readouterr().err
    with pytest.raises(StorageError, match="cannot be reached"):
        dwell.open(shut, create=True)
    assert main(["status", "-o", str(shut / "x.csv"), "--data", str(tmp_path)]) == 1
    assert "Cannot write" in capsys.readouterr().err


def test_a_header_of_100_000_columns_is_refused(place: Path) -> None:
    names = ",".join(f"views {'n ' * (n % 50)}{n}" for n in range(100_000))
    (place / "wide.csv").write_text(f"post_id,views,{names}\n{IDS[0]},1\n")
    assert "The first line of wide.csv is longer than 4 MB" in str(error_of(place / "wide.csv"))
    (place / "wide.csv").write_text(f"post_id,views,{'views,' * 100_000}\n{IDS[0]},1\n")
    assert "100,003 columns, more than 20,000" in str(error_of(place / "wide.csv"))
    (place / "wide.json").write_text(json.dumps([{**item(0), **dict.fromkeys(map(str, range(100_000)), 1)}]))
    assert "100,004 different keys" in str(error_of(place / "wide.json"))


def test_a_variable_raises_the_limit(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = {f"k{n}": n for n in range(100)}
    (place / "wide.json").write_text(json.dumps([{**item(0), "stats": odd}]))
    monkeypatch.setenv("DWELL_MAX_COLUMNS", "50")
    assert "104 values in one object, more than 50" in str(error_of(place / "wide.json"))
    monkeypatch.setenv("DWELL_MAX_COLUMNS", "200")
    (loaded,) = load(place / "wide.json").files
    assert any("stats.k38, stats.k39 and 60 more" in warning for warning in loaded.warnings)
    monkeypatch.setenv("DWELL_MAX_ROWS", "1")
    (place / "two.csv").write_text(HEADER + row(1) + row(2))
    assert "has 2 rows, more than 1" in str(error_of(place / "two.csv"))


def test_every_limit_says_what_is_wrong_with_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len({limit.variable for limit in LIMITS}) == len(LIMITS)
    for limit in LIMITS:
        assert limit.what
        assert limit.beyond
        for wrong in ("many", "0", "-1", "9" * 30, "1e3", "5 MB" if not limit.is_size else "5 TB"):
            monkeypatch.setenv(limit.variable, wrong)
            with pytest.raises(SettingsError, match=limit.variable):
                limit.value()
    monkeypatch.setenv(COLUMNS.variable, "30000")
    assert str(COLUMNS) == "30,000"


def test_rows_that_are_too_long_are_rejected_with_the_limit(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DWELL_MAX_CSV_ROW", "10KB")
    (place / "long.csv").write_text(HEADER + row(0) + row(1, "c" * 50_000) + row(2))
    (loaded,) = load(place / "long.csv").files
    assert (loaded.posts_new, loaded.rejects) == (2, ((3, "longer than 10 KB", loaded.rejects[0][2]),))
    assert len(loaded.rejects[0][2]) <= 2_000
    monkeypatch.setenv("DWELL_MAX_CSV_ROW", "100KB")
    assert load(place / "long.csv").files[0].rejected in {0, 1}  # imported before


def test_the_memory_for_a_cell_of_100_mb_stays_in_its_bound(place: Path) -> None:
    with (place / "huge.csv").open("w") as file:
        file.write(HEADER + row(0))
        file.write(row(1, "c" * (100 << 20)))
        file.write(row(2))
    code = (
        "import sys\nfrom dwell.cli.main import main\n"
        "status = main(['import', sys.argv[1], '--data', sys.argv[2], '--creator', '@a_b'])\n"
        "print([line for line in open('/proc/self/status') if line.startswith('VmHWM')][0].split()[1])\n"
        "sys.exit(status)"
    )
    words = [sys.executable, "-c", code, str(place / "huge.csv"), str(place / "data")]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert "line 3: longer than 2 MB" in done.stdout
    assert int(done.stdout.split()[-1]) << 10 < MEMORY


def test_json_of_many_small_things_is_never_in_memory_at_once(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = json.dumps({"itemList": [item(0, note=[1]), *([{"a": [1]}] * 50), item(1, note=[1])]})
    (place / "small.json").write_text(text)
    (whole,) = load(place / "small.json", dry_run=True).files
    monkeypatch.setattr("dwell.providers.part.MOST_CONTAINERS", 20)
    monkeypatch.setattr(json_stream, "MOST_CONTAINERS", 20)
    monkeypatch.setattr("dwell.providers.part._document_part", None)  # it would need the whole value
    (streamed,) = load(place / "small.json", dry_run=True).files
    assert (streamed.posts_new, streamed.rejected) == (whole.posts_new, whole.rejected) == (2, whole.rejected)


def test_rows_nested_too_deeply_are_told_of(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep: Any = [item(0)]
    for _ in range(45):
        deep = {"a": deep}
    (place / "deep.json").write_text(json.dumps(deep))
    assert "nested more than 40 deep; set DWELL_MAX_DEPTH higher" in str(error_of(place / "deep.json"))
    monkeypatch.setenv("DWELL_MAX_DEPTH", "60")
    assert load(place / "deep.json").files[0].posts_new == 1
    (place / "abyss.json").write_text('{"a":' * 100_000 + "1" + "}" * 100_000)
    assert "so deeply that it cannot be read" in str(error_of(place / "abyss.json"))


def test_a_number_of_thousands_of_digits_costs_its_value_only(place: Path) -> None:
    digits = "9" * 6_000
    text = json.dumps([item(0), item(1)]).replace('"views": 1000', f'"views": {digits}')
    (place / "long.json").write_text(text)
    (loaded,) = load(place / "long.json").files
    assert (loaded.posts_new, loaded.unknown_values) == (2, {"views": 1})


@pytest.mark.parametrize("key", ["Views*", "*", "a/*/b", "~2", "$[*]", "{x}", "%s", 'q"q', "it's"])
def test_any_key_of_json_can_be_mapped(place: Path, key: str) -> None:
    odd = item(0)
    odd[key] = odd.pop("views")
    (place / "odd.json").write_text(json.dumps([odd]))
    store = dwell.open(place / "stored", create=True)
    done = store.import_files([place / "odd.json"], columns={"views": key}, creator="@a_b")
    assert [loaded.snapshots_new for loaded in done.files] == [1]
    assert store.posts(creator="@a_b").rows[0][store.posts(creator="@a_b").columns.index("views")] == 1000


def test_repeated_headers_and_columns_without_values_are_named(place: Path) -> None:
    (place / "twice.csv").write_text(f"post_id,views,views,views,Delinger,observed_at\n{IDS[0]},1,2,3,,2026-03-01\n")
    (loaded,) = load(place / "twice.csv").files
    assert any("views (3 times). The first is read." in warning for warning in loaded.warnings)
    assert "Columns without a value: shares (Delinger)." in loaded.warnings
    many = list_names(map(str, range(100_000)))
    assert many.endswith("38, 39 and 99,960 more")


def test_an_error_names_its_file_once(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    for message in ("x.csv is empty.", f"{file} is empty.", f"There is no file {file}."):
        assert failure_text(file, BadFileError(message)).count("x.csv") == 1
    assert failure_text(file, BadFileError("None of its rows.")) == f"{file}: None of its rows."
