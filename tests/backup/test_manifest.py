"""A backup that somebody edited, with digests made anew: nothing in it is believed before it was looked at."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dwell.disk.archive import ArchiveWriter, Member
from dwell.errors import BadFileError, StorageError
from dwell.settings import Settings
from dwell.warehouse import Store
from dwell.workspace.backups import back_up, read_backup, tell_nobody
from dwell.workspace.restores import restore_backup

DESCRIPTION: dict[str, Any] = {
    "format": "dwell-backup",
    "version": 1,
    "dwell": "0.1.0",
    "created_at": "2026-05-01T00:00:00+00:00",
    "layouts": {"folder": 1, "state": 1},
    "folder_id": None,
    "rows": {"state": {"sweeps": 1}, "tables": None},
}
ABSENT = object()


def write(path: Path, description: dict[str, Any], change: Callable[[list[Any]], None] = lambda members: None) -> Path:
    """A backup with one file, whose manifest says this; `change` edits its list of members."""
    source = path.with_name("state.db")
    source.write_bytes(b"content")
    with ArchiveWriter(path) as writer:
        writer.add("state.db", source)
        change(writer._members)
        writer.finish(description)
    return path


def refused(path: Path) -> str:
    with pytest.raises(BadFileError) as refusal:
        restore_backup(Settings(data=path.with_name("data")), path)
    assert not path.with_name("data").exists()
    return str(refusal.value)


def test_the_plain_one_is_read(tmp_path) -> None:
    assert read_backup(write(tmp_path / "a.tar", DESCRIPTION), tell_nobody, "").archive.size == 7


@pytest.mark.parametrize("field", ["version", "dwell", "created_at", "layouts", "folder_id", "rows"])
@pytest.mark.parametrize("value", [ABSENT, 1.5, [1], {"folder": None, "state": {"sweeps": "1"}}, "\0", -1, True])
def test_a_value_of_another_kind_is_damage(tmp_path, field, value) -> None:
    edited = {name: found for name, found in (DESCRIPTION | {field: value}).items() if found is not ABSENT}
    if field in {"dwell", "folder_id"} and value == "\0":
        return
    said = refused(write(tmp_path / "a.tar", edited))
    assert "a.tar cannot be restored (its manifest cannot be read: " in said
    assert field in said


@pytest.mark.parametrize("field", ["name", "bytes", "sha256"])
@pytest.mark.parametrize("value", [None, "7", -7, [7]])
def test_so_is_one_of_a_member(tmp_path, field, value) -> None:
    if field in {"name", "sha256"} and value == "7":
        value = 7

    def change(members: list[Any]) -> None:
        fields = {"name": "state.db", "bytes": 7, "sha256": members[0].sha256} | {field: value}
        members[0] = Member(**fields)

    assert "its manifest cannot be read" in refused(write(tmp_path / "a.tar", DESCRIPTION, change))


@pytest.mark.parametrize("rows", [{"state": None, "tables": None}, {"state": {}, "tables": {"posts": 1}}])
def test_parts_that_are_not_there_are_damage(tmp_path, rows) -> None:
    assert "disagree whether it has" in refused(write(tmp_path / "a.tar", DESCRIPTION | {"rows": rows}))


def test_a_later_format_may_say_everything_else_in_another_way(tmp_path) -> None:
    later = write(tmp_path / "a.tar", {"format": "dwell-backup", "version": 2, "dwell": "9.0"})
    with pytest.raises(StorageError, match="was written by a newer dwell"):
        restore_backup(Settings(data=tmp_path / "data"), later)


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE, tarfile.CHRTYPE])
def test_a_member_that_is_no_file_is_refused(tmp_path, kind) -> None:
    header, empty = tarfile.TarInfo("folder/models/a.json"), hashlib.sha256().hexdigest()
    header.type, header.linkname = kind, "state.db"
    manifest = json.dumps(DESCRIPTION | {"members": [{"name": header.name, "bytes": 0, "sha256": empty}]}).encode()
    with tarfile.open(tmp_path / "a.tar", "w") as tar:
        tar.addfile(header)
        digest = hashlib.sha256(manifest).hexdigest().encode()
        for name, content in (("manifest.json", manifest), ("manifest.sha256", digest)):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    assert "folder/models/a.json is no plain file" in refused(tmp_path / "a.tar")


def test_rows_are_counted_and_not_believed(tmp_path, new_folder) -> None:
    settings, file = new_folder(), tmp_path / "a.tar"
    written = back_up(settings, file)
    found = read_backup(file, tell_nobody, "").archive
    with ArchiveWriter(tmp_path / "b.tar") as writer:
        for name in found.members:
            found.extract({name: tmp_path / "one" / name})
            writer.add(name, tmp_path / "one" / name)
        writer.finish({**found.description, "rows": {"state": {"sweeps": 5}, "tables": {"posts": 1}}})
    other = Settings(data=tmp_path / "other")
    assert restore_backup(other, tmp_path / "b.tar").rows == written.rows
    assert Store.open(other).rows() == Store.open(settings).rows()


def test_a_pipe_is_not_waited_for(tmp_path) -> None:
    os.mkfifo(tmp_path / "a.tar")
    assert "a.tar is a pipe: save what it gives as a file and name that." in refused(tmp_path / "a.tar")
