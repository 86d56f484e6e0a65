"""A file is written whole or not at all: an error, a full disk or kill -9 leaves the old one or the new one."""

from __future__ import annotations

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dwell.disk import replace
from dwell.disk.replace import replacing, write_whole


def test_text_and_bytes(tmp_path: Path) -> None:
    write_whole(tmp_path / "a.txt", "é\n")
    assert (tmp_path / "a.txt").read_bytes() == b"\xc3\xa9\n"
    write_whole(tmp_path / "a.txt", b"\xff")
    assert (tmp_path / "a.txt").read_bytes() == b"\xff"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_new_file_has_the_users_mode_and_an_old_one_keeps_its_own(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("")
    write_whole(tmp_path / "new", "")
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "plain").stat().st_mode
    (tmp_path / "secret").write_text("")
    (tmp_path / "secret").chmod(0o600)
    write_whole(tmp_path / "secret", "new")
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "there" / "file")
    for text in ("old", "new"):  # the file of the link is missing at first
        write_whole(tmp_path / "link", text)
        assert (tmp_path / "link").is_symlink()
        assert (tmp_path / "there" / "file").read_text() == text


def test_a_pipe_is_written_in_place(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_whole(tmp_path / "pipe", "through")
        assert os.read(reader, 100) == b"through"
    finally:
        os.close(reader)


def test_a_name_of_the_greatest_length(tmp_path: Path) -> None:
    write_whole(tmp_path / ("x" * 255), "text")
    assert (tmp_path / ("x" * 255)).read_text() == "text"


def test_an_error_in_the_block_leaves_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")
    with pytest.raises(UnicodeEncodeError), replacing(tmp_path / "file") as path:
        path.write_text("half \ud800", encoding="utf-8")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("file", "old")]


@pytest.mark.parametrize("call", ["flush", "replace"])
def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    def full(*_: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(*((replace, "flush", full) if call == "flush" else (Path, "replace", full)))
    (tmp_path / "file").write_text("old")
    with pytest.raises(OSError, match="No space"):
        write_whole(tmp_path / "file", "new")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("file", "old")]


def test_bytes_reach_the_disk_before_the_name_and_the_name_before_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    monkeypatch.setattr(replace, "flush", lambda path: seen.append((path.is_dir(), (tmp_path / "file").exists())))
    write_whole(tmp_path / "file", "text")
    assert seen == [(False, False), (True, True)]


@pytest.mark.parametrize(("number", "raises"), [(errno.EINVAL, False), (errno.EIO, True)])
def test_only_a_file_system_that_cannot_flush_folders_is_excused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, *, raises: bool
) -> None:
    def flush(path: Path) -> None:
        if path.is_dir():
            raise OSError(number, "flush")

    monkeypatch.setattr(replace, "flush", flush)
    if raises:
        with pytest.raises(OSError, match="flush"):
            write_whole(tmp_path / "file", "text")
    else:
        write_whole(tmp_path / "file", "text")
    assert (tmp_path / "file").read_text() == "text"


def test_killed_at_any_moment_it_is_old_or_new(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from dwell.disk.replace import write_whole\n"
        "print(flush=True)\n"
        "for n in range(10**9): write_whole(Path(sys.argv[1]), chr(97 + n % 26) * 200_000)"
    )
    target, generator = tmp_path / "file", random.Random(7)
    for _ in range(12):
        process = subprocess.Popen([sys.executable, "-c", script, str(target)], stdout=subprocess.PIPE)
        assert process.stdout
        process.stdout.readline()
        time.sleep(generator.uniform(0, 0.05))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        if target.exists():
            text = target.read_text()
            assert len(text) == 200_000
            assert len(set(text)) == 1
    assert target.exists()


def test_what_a_killed_process_left_is_removed_by_the_next_and_nothing_else(tmp_path: Path) -> None:
    child = os.fork()
    if not child:
        with replacing(tmp_path / "model.json") as path:
            path.write_text("half")
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    (left,) = tmp_path.iterdir()
    _, number, machine, _ = left.name.split("-")
    alive = tmp_path / f".dwell-{os.getppid()}-{machine}-1.partial"
    elsewhere = tmp_path / f".dwell-{number}-00000000-1.partial"
    others = [alive, elsewhere, tmp_path / ".dwell-x.partial", tmp_path / "-1.partial"]
    for path in others:
        path.write_text("")
    write_whole(tmp_path / "other.json", "whole")
    assert sorted(tmp_path.iterdir()) == sorted([*others, tmp_path / "other.json"])


def test_a_folder_that_vanishes_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()

    def write() -> None:
        with replacing(tmp_path / "folder" / "x") as path:
            path.write_text("x")
            shutil.rmtree(tmp_path / "folder")

    with pytest.raises(FileNotFoundError):
        write()
