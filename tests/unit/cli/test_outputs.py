"""What `-o` names is written whole, written through, or refused before any work; nothing else changes."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

import dwell
from dwell.cli.main import main

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("outputs")
    rows = [f"73508109980239{number:05},{number},{number},{number},10" for number in range(10_000, 12_000)]
    (place / "table.csv").write_text("\n".join(["id,views,likes,comments,duration_s", *rows]))
    workspace = dwell.open(place / "data", create=True)
    assert not workspace.import_files([place / "table.csv"], as_of="2024-05-01", creator="@one").failures
    return place / "data"


@pytest.fixture
def run(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DWELL_DATA", str(data))

    def run(*words: str) -> tuple[int, str, str]:
        capfd.readouterr()
        return main([*words]), *capfd.readouterr()

    return run


COMMANDS = {
    "csv": ["export", "posts", "--format", "csv"],
    "parquet": ["export", "posts"],
    "text": ["posts", "--creator", "@one", "--csv"],
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_devices_pipes_and_links_stay_what_they_are(run: Run, tmp_path: Path, command: list[str]) -> None:
    os.mkfifo(tmp_path / "pipe")
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append((tmp_path / "pipe").read_bytes()))
    reader.start()
    assert run(*command, "-o", "pipe")[0] == 0
    reader.join()
    assert len(read[0]) > 1_000
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)

    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to("there/file")
    assert run(*command, "-o", "link")[0] == 0
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "there" / "file").stat().st_size > 1_000
    assert [path.name for path in (tmp_path / "there").iterdir()] == ["file"]

    (tmp_path / "null").symlink_to(os.devnull)
    assert run(*command, "-o", "null")[0] == 0
    assert stat.S_ISCHR((tmp_path / "null").stat().st_mode)

    (tmp_path / "one").symlink_to("other")
    (tmp_path / "other").symlink_to("one")
    status, _, err = run(*command, "-o", "one")
    assert (status, err) == (
        1,
        "dwell: Cannot write one: Too many levels of symbolic links; choose another file with -o.\n",
    )


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_full_device(run: Run, command: list[str]) -> None:
    status, _, err = run(*command, "-o", "/dev/full")
    assert status == 1
    assert "pace left" in err
    assert err.rstrip().endswith("choose another file with -o.")


def test_a_minus_is_stdout(run: Run, tmp_path: Path) -> None:
    status, out, err = run("export", "posts", "-o", "-", "--format", "csv")
    assert (status, out.count("\n"), out[:8], err) == (0, 2_001, "post_id,", "")
    status, out, _ = run("export", "posts", "-o", "-", "--format", "jsonl")
    assert (status, out.count("\n")) == (0, 2_000)
    for words in (["export", "all", "-o", "-"], ["export", "posts", "-o", "-", "--json"], ["backup", "-"]):
        status, out, err = run(*words)
        assert status in {1, 2}
        assert (out, err.count("\n")) == ("", 1)
    assert list(tmp_path.iterdir()) == []


def test_a_page_goes_to_stdout(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = "<!doctype html>é\n"
    monkeypatch.setattr("dwell.workspace.page.collect_content", lambda *_, **__: None)
    monkeypatch.setattr("dwell.workspace.page.render", lambda _: page)
    assert run("report", "--creator", "@one", "-o", "-") == (0, page, "")
    assert run("report", "--creator", "@one", "-o", "-", "--json")[0] == 2
    assert run("report", "--creator", "@one", "-o", "page.html") == (0, "Wrote page.html\n", "")
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["export", "posts", "-o", "x.xlsx"],
            'can\'t write .xlsx; use one of .parquet, .csv, .jsonl, or run dwell sql "FROM posts" -o x.xlsx.',
        ),
        (["export", "posts", "-o", "x.csv", "--format", "parquet"], "x.csv and --format parquet disagree"),
        (["export", "all", "-o", "x.csv"], "a folder for all tables"),
        (["export", "posts", "-o", "."], "it is a folder"),
        (["export", "all", "-o", "file"], "it is no folder"),
        (["export", "posts", "-o", "file/x.csv"], "Not a directory"),
        (["export", "posts", "-o", "x" * 300 + ".csv"], "File name too long"),
        (["report", "--creator", "@one", "-o", "x.csv"], "can't write .csv; use one of .html, .htm"),
        (["report", "--creator", "@one", "-o", "y" * 300 + ".html"], "File name too long"),
        (["posts", "--creator", "@one", "-o", "x.pdf"], "can't write .pdf"),
        (["status", "-o", "nowhere/x.csv"], "its folder nowhere does not exist"),
        (["posts", "--creator", "@one", "--sort", "vews"], "no column 'vews'. Did you mean views?"),
        (
            ["tiers", "--creator", "@one", "--tz", "Berlin"],
            "isn't a time zone; write one as Europe/Berlin. Did you mean Europe/Berlin?",
        ),
        (["report", "--creator", "@one", "--tz", "Europe/Berlim"], "Did you mean Europe/Berlin?"),
    ],
)
def test_what_cannot_be_written_is_refused_before_any_work(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    (tmp_path / "file").write_text("old")
    monkeypatch.setattr("dwell.warehouse.engine_duckdb.connect", None)
    status, out, err = run(*words)
    assert status in {1, 2}
    assert said in err
    assert (out, err.count("\n")) == ("", 1)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


LIMITED = """
import resource, sys
from dwell.cli.main import main
resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
sys.exit(main(sys.argv[1:]))
"""


def test_a_full_disk_leaves_the_old_file(data: Path, tmp_path: Path) -> None:
    (tmp_path / "old.csv").write_text("old")
    command = [sys.executable, "-c", LIMITED, "export", "posts", "-o", "old.csv", "--data", str(data)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert done.stderr == "dwell: No space left for old.csv: free some, or choose another file with -o.\n"
    assert (tmp_path / "old.csv").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["old.csv"]


def test_a_data_folder_is_private_and_what_leaves_it_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "table.csv").write_text("id,views\n7350810998023949599,5\nx,y\n")
    before = os.umask(0o022)
    try:
        for words in (
            ["import", "table.csv", "--as-of", "2024-05-01", "--creator", "@one"],
            ["seal"],
            ["watchlist", "add", "rivals", "@one"],
            ["export", "posts", "-o", "out/posts.csv"],
            ["status", "-o", "status.txt"],
            ["load", "--to", "parquet:tables"],
            ["backup", "backup.tar"],
        ):
            assert main([*words, "--data", "data"]) == 0, words
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(before)
    inside = [tmp_path / "data", *(tmp_path / "data").rglob("*"), tmp_path / "backup.tar"]
    assert len(inside) > 10
    assert {path: oct(path.stat().st_mode) for path in inside if path.stat().st_mode & 0o077} == {}
    outside = [
        tmp_path / "out",
        *(tmp_path / "out").iterdir(),
        tmp_path / "status.txt",
        *(tmp_path / "tables").rglob("*"),
    ]
    assert {path.name for path in outside if path.stat().st_mode & 0o044 != 0o044} == set()


def test_a_folder_that_others_can_look_into_is_named(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--data", str(data)]) == 0
    assert "Other users" not in capsys.readouterr().out
    data.chmod(0o750)
    try:
        assert main(["check", "--data", str(data)]) == 0
        out = " ".join(capsys.readouterr().out.split())
        assert f"can look into {data} (its mode is 750;" in out
        assert f"chmod -R go= {data}" in out
        assert data.stat().st_mode & 0o777 == 0o750
    finally:
        data.chmod(0o700)
