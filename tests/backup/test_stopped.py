"""kill -9 at any step, damaged and cut-off files, full disks: nothing is lost, and nothing half restored is used."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dwell.disk import archive
from dwell.errors import BadFileError, DamagedDataError, DwellError, StorageError
from dwell.settings import Settings
from dwell.warehouse import Store, check, unfinished
from dwell.workspace.backups import back_up
from dwell.workspace.folder_check import check_folder
from dwell.workspace.restores import restore_backup

from .conftest import Rows, rows

EVENTS = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "shutil.rmtree", "sqlite3.connect"}


def in_child(work: Callable[[], object], at: int | None, counted: Path) -> int:
    """Does it in a child that kills itself before the step of that number; returns how many there were."""
    child = os.fork()
    if not child:
        from sqlalchemy import event
        from sqlalchemy.engine import Engine

        passed = 0

        def step(*_: object) -> None:
            nonlocal passed
            if passed == at:
                os.kill(os.getpid(), signal.SIGKILL)
            passed += 1

        def audit(name: str, arguments: tuple) -> None:
            if name in EVENTS and (name != "open" or (isinstance(arguments[2], int) and arguments[2] & os.O_ACCMODE)):
                step()

        event.listen(Engine, "before_cursor_execute", step)
        event.listen(Engine, "commit", step)
        sys.addaudithook(audit)
        try:
            work()
            number, passed = passed, -1_000_000
            counted.write_text(str(number))
        finally:
            os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in {0, -signal.SIGKILL}
    return int(counted.read_text()) if at is None else at


def steps_to_try(steps: int, kills: int = 12) -> range:
    assert steps > 30
    return range(0, steps, int(os.environ.get("DWELL_KILL_STRIDE", max(1, steps // kills))))


def contents(folder: Path) -> dict[str, str]:
    """What users have in a folder, without what databases and locks need."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith((".lock", "-shm", "-wal")) and "scratch" not in path.parts
    }


def state(settings: Settings) -> Rows:
    """The rows without the numbers that are other ones after each restore."""
    return {
        name: found for name, found in rows(settings).items() if name not in {"tracked_videos", "webhook_deliveries"}
    }


def again(work: Callable[[], object]) -> None:
    """The server notices only after a moment that a process was killed."""
    for _ in range(50):
        try:
            work()
        except StorageError as error:
            if "is in use" not in str(error):
                raise
            time.sleep(0.1)
        else:
            return


def test_a_restore_that_is_killed_at_any_step(tmp_path, new_folder, state_url, request) -> None:
    source = new_folder()
    back_up(source, tmp_path / "backup.tar")
    target = new_folder(state_url, "target") if state_url else new_folder(name="target")
    with Store.open(target).scratch():
        (target.data / "models").mkdir()
        (target.data / "models" / "mine.json").write_text("{}")
    old_state, old_files = state(target), contents(target.data)

    def restore() -> None:
        restore_backup(target, tmp_path / "backup.tar", replace=True)

    def copy_to(name: str) -> Settings:
        """The same folder and database again."""
        import shutil

        shutil.copytree(tmp_path / "target", tmp_path / name)
        if not state_url:
            return Settings(data=tmp_path / name)
        server = request.getfixturevalue("postgresql")
        url = server.new_database()
        import psycopg

        with psycopg.connect(server.url(), autocommit=True) as connection:
            database = url.rpartition("/")[2]
            connection.execute(f"DROP DATABASE {database}")
            connection.execute(f"CREATE DATABASE {database} TEMPLATE {state_url.rpartition('/')[2]}")
        return Settings(data=tmp_path / name, database=url)

    original = target
    target = copy_to("whole")
    steps = in_child(restore, None, tmp_path / "counted")
    new_state, kinds = state(target), set()
    tables = Store.open(target).rows()
    for at in steps_to_try(steps, 8 if state_url else 20):
        target = copy_to(f"at-{at}")
        in_child(restore, at, tmp_path / "counted")
        if unfinished.read(target.data) is None:
            kinds.add("whole")
            assert state(target) in (old_state, new_state), at
            if state(target) == old_state:
                assert contents(target.data) == old_files, at
        else:
            kinds.add("refused")
            with pytest.raises(StorageError, match="is being restored from"):
                Store.open(target)
            with pytest.raises(StorageError, match="is being restored from"):
                check_folder(target, repair=True)
        again(restore)
        assert state(target) == new_state, at
        assert Store.open(target).rows() == tables
        assert list(check.find_problems(target.data, state_elsewhere=bool(state_url))) == [], at
        kept = {}
        for folder in sorted((target.data / "replaced").iterdir()):
            kept = contents(folder) | kept
        assert kept == {name: digest for name, digest in old_files.items() if name != "live.db" or not state_url}, at
    assert kinds == {"whole", "refused"}
    assert state(original) == old_state


def test_a_backup_that_is_killed_at_any_step(tmp_path, new_folder) -> None:
    settings = new_folder()
    file = tmp_path / "backups" / "backup.tar"
    file.parent.mkdir()
    file.write_bytes(b"an older one")
    before, old_state = contents(settings.data), rows(settings)

    def write() -> None:
        back_up(settings, file)

    steps = in_child(write, None, tmp_path / "counted")
    for at in steps_to_try(steps):
        file.write_bytes(b"an older one")
        in_child(write, at, tmp_path / "counted")
        if file.read_bytes() != b"an older one":
            archive.read_archive(file).verify()
        assert contents(settings.data) == before, at
    assert rows(settings) == old_state


def damage_of(file: Path) -> str | None:
    try:
        archive.read_archive(file).verify()
    except (BadFileError, StorageError) as error:
        return str(error)
    return None


def test_a_damaged_backup_changes_nothing(tmp_path, new_folder) -> None:
    settings = new_folder()
    file = tmp_path / "backup.tar"
    back_up(settings, file)
    content, chance = file.read_bytes(), random.Random(0)
    other = Settings(data=tmp_path / "other")
    whole = 0
    for number in range(80):
        damaged = bytearray(content)
        if number < 20:
            damaged = damaged[: chance.randrange(len(damaged))]
        elif number < 60:
            for _ in range(chance.randrange(1, 16)):
                damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        else:
            start = chance.randrange(len(damaged) - 4_096)
            damaged[start : start + 4_096] = chance.randbytes(4_096)
        file.write_bytes(damaged)
        said = damage_of(file)
        if said is None:
            whole += 1  # only the fill between members was hit
            continue
        assert str(file) in said
        if number % 8 == 0:
            with pytest.raises(DwellError, match="cannot be restored"):
                restore_backup(other, file)
            assert not other.data.exists()
    assert whole < 40


@pytest.mark.parametrize("newer", [{"version": 2}, {"layouts": {"folder": 99, "state": 1}}])
def test_a_backup_of_a_newer_dwell_is_refused(tmp_path, new_folder, newer) -> None:
    back_up(new_folder(), tmp_path / "backup.tar")
    found = archive.read_archive(tmp_path / "backup.tar")
    with archive.ArchiveWriter(tmp_path / "newer.tar") as writer:
        writer.finish({**found.description, **newer})
    with pytest.raises(StorageError, match="was written by a newer dwell"):
        restore_backup(Settings(data=tmp_path / "other"), tmp_path / "newer.tar")
    assert not (tmp_path / "other").exists()


def test_a_full_disk_ends_a_restore_that_can_be_repeated(tmp_path, new_folder, monkeypatch) -> None:
    settings = new_folder()
    back_up(settings, tmp_path / "backup.tar")
    other = Settings(data=tmp_path / "other")
    with monkeypatch.context() as patch:
        patch.setattr(archive, "flush", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        with pytest.raises(StorageError, match="No space left"):
            restore_backup(other, tmp_path / "backup.tar")
    with pytest.raises(StorageError, match="is being restored from"):
        Store.open(other)
    with pytest.raises(StorageError, match=r"A restore of state and tables in .* was stopped"):
        restore_backup(other, tmp_path / "backup.tar", only="state", replace=True)
    restore_backup(other, tmp_path / "backup.tar")
    assert Store.open(other).rows() == Store.open(settings).rows()


def test_a_stopped_restore_of_the_tables_keeps_the_state(tmp_path, new_folder, monkeypatch) -> None:
    """Also if it is ended with a backup that has no state: it is to be ended as it began."""
    settings = new_folder()
    back_up(settings, tmp_path / "backup.tar")
    found = archive.read_archive(tmp_path / "backup.tar")
    with archive.ArchiveWriter(tmp_path / "tables.tar") as writer:
        for name in found.members:
            if name != "state.db":
                found.extract({name: tmp_path / "one" / name})
                writer.add(name, tmp_path / "one" / name)
        writer.finish({**found.description, "rows": {**found.description["rows"], "state": None}})
    before = rows(settings)
    with monkeypatch.context() as patch:
        patch.setattr(archive, "flush", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        with pytest.raises(StorageError, match="No space left"):
            restore_backup(settings, tmp_path / "tables.tar", only="tables", replace=True)
    with pytest.raises(StorageError, match=r"was stopped: end that first"):
        restore_backup(settings, tmp_path / "tables.tar", replace=True)
    (settings.data / "notes.txt").write_text("of the user")
    restore_backup(settings, tmp_path / "tables.tar", only="tables")
    assert rows(settings) == before
    assert (settings.data / "notes.txt").read_text() == "of the user"


def test_a_damaged_folder_is_not_backed_up(tmp_path, new_folder) -> None:
    settings = new_folder()
    (file,) = list((settings.data / "lake" / "posts").glob("*.parquet"))[:1]
    file.write_bytes(file.read_bytes()[:-10])
    with pytest.raises(StorageError, match="is damaged"):
        back_up(settings, tmp_path / "backup.tar")
    assert not (tmp_path / "backup.tar").exists()
    assert list(tmp_path.glob(".dwell-*")) == []


def test_damage_of_the_part_that_is_kept(tmp_path, new_folder, monkeypatch) -> None:
    settings = new_folder()
    back_up(settings, tmp_path / "backup.tar")
    (settings.data / "live.db").unlink()
    content = (settings.data / "journal.db").read_bytes()
    (settings.data / "journal.db").write_bytes(content[:4_096] + bytes(len(content) - 4_096))
    with pytest.raises(DamagedDataError, match="is damaged"):  # before anything is changed
        restore_backup(settings, tmp_path / "backup.tar", only="state")
    assert unfinished.read(settings.data) is None
    (settings.data / "journal.db").write_bytes(content)

    def fail(*_: object, **__: object) -> None:
        raise DamagedDataError("a page of the journal is damaged")

    monkeypatch.setattr("dwell.live.load_responses.load_again", fail)
    restore_backup(settings, tmp_path / "backup.tar", only="state")
    before = archive.read_archive(tmp_path / "backup.tar").description["rows"]["state"]
    after = {name: len(found) for name, found in rows(settings).items()}
    assert after == {**before, "job_leases": 0, "consent_requests": 0, "idempotency_keys": 2}
    assert unfinished.read(settings.data) is None


def test_a_backup_is_its_owners_alone_whatever_was_there(tmp_path, new_folder) -> None:
    settings = new_folder()
    (tmp_path / "backup.tar").write_text("older")
    (tmp_path / "backup.tar").chmod(0o644)
    back_up(settings, tmp_path / "backup.tar")
    assert (tmp_path / "backup.tar").stat().st_mode & 0o777 == 0o600


def test_a_file_inside_the_folder_is_refused(tmp_path, new_folder) -> None:
    settings = new_folder()
    with pytest.raises(StorageError, match="is in the data folder"):
        back_up(settings, settings.data / "backup.tar")
    back_up(settings, tmp_path / "backup.tar")
    (tmp_path / "backup.tar").rename(settings.data / "backup.tar")
    with pytest.raises(StorageError, match="move it elsewhere"):
        restore_backup(settings, settings.data / "backup.tar", replace=True)


def test_an_archive_cannot_lead_out_of_the_folder(tmp_path) -> None:
    (tmp_path / "x").write_text("x")
    for name in ("../evil", "/evil", "folder/../../evil"):
        (tmp_path / "evil.tar").unlink(missing_ok=True)
        with archive.ArchiveWriter(tmp_path / "evil.tar") as writer:
            writer.add(name, tmp_path / "x")
            writer.finish({})
        with pytest.raises(BadFileError, match="leads out of the folder"):
            archive.read_archive(tmp_path / "evil.tar")


def test_only_known_parts_are_restored(tmp_path, new_folder) -> None:
    settings = new_folder()
    (settings.data / "models").mkdir(exist_ok=True)
    (settings.data / "models" / "a.json").write_text("{}")
    back_up(settings, tmp_path / "backup.tar")
    found = archive.read_archive(tmp_path / "backup.tar")
    assert "folder/models/a.json" in found.members
    with archive.ArchiveWriter(tmp_path / "evil.tar") as writer:
        writer.add("folder/writer.lock", tmp_path / "table.csv")
        writer.finish(found.description)
    with pytest.raises(BadFileError, match="which no data folder has"):
        restore_backup(Settings(data=tmp_path / "other"), tmp_path / "evil.tar")
