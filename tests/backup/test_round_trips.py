"""What is restored is what was backed up, in either database, except for the numbers that go on."""

from __future__ import annotations

import json
import stat
from contextlib import closing
from pathlib import Path

import pytest

from dwell.errors import StorageError
from dwell.settings import Settings
from dwell.state import open_database
from dwell.state.layout import load_metadata
from dwell.state.restore import LEAST_JUMP
from dwell.warehouse import Store, check
from dwell.workspace.backups import back_up
from dwell.workspace.restores import restore_backup

from .conftest import BEFORE, Rows, rows


def named(table: str, found: Rows) -> list[dict]:
    names = [column.name for column in load_metadata().tables[table].columns]
    return [dict(zip(names, row, strict=True)) for row in found[table]]


def same_as_before(before: Rows, after: Rows) -> None:
    """Every row is as it was, except for those that a restore changes on purpose."""
    changed = {"tracked_videos", "due_slots", "job_leases", "sweeps", "schedule_runs", "idempotency_keys"}
    changed |= {"consent_requests"}
    changed |= {"webhook_deliveries"}
    for name in before.keys() - changed:
        assert after[name] == before[name], name
    jumps = set()
    for old, new in zip(named("tracked_videos", before), named("tracked_videos", after), strict=True):
        jumps |= {new["sequence"] - old["sequence"], new["version"] - old["version"]}
        assert {**new, "sequence": 0, "version": 0} == {**old, "sequence": 0, "version": 0}
    (more,) = jumps
    assert more >= LEAST_JUMP
    assert all(row["token"] is None for row in named("due_slots", after) + named("webhook_deliveries", after))
    for table in ("due_slots", "webhook_deliveries"):
        free = {"token": None, "run_at": None}
        assert [row | free for row in named(table, after)] == [row | free for row in named(table, before)]
    held = [row for row in named("due_slots", before) if row["token"]]
    assert held
    assert after["job_leases"] == []
    assert after["consent_requests"] == []
    assert {(row["holder"], row["leased_until"]) for row in named("sweeps", after)} == {(None, None)}
    done = [row for row in before["idempotency_keys"] if row[-1] is not None]
    assert after["idempotency_keys"] == done
    assert len(done) == 2
    assert all(row["leased_until"] <= BEFORE + 3 for row in named("schedule_runs", after))


def modes(folder: Path) -> set[str]:
    return {oct(stat.S_IMODE(path.stat().st_mode)) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("from_", "to"), [("sqlite", "sqlite"), ("sqlite", "server"), ("server", "sqlite"), ("server", "server")]
)
def test_every_row_comes_back(tmp_path, new_folder, request, from_, to) -> None:
    make_url = request.getfixturevalue("url") if "server" in {from_, to} else None
    settings = new_folder(make_url() if from_ == "server" else None)
    before, tables = rows(settings), Store.open(settings).rows()
    assert all(before.values())
    written = back_up(settings, tmp_path / "backup.tar")
    assert (tmp_path / "backup.tar").stat().st_mode & 0o777 == 0o600
    assert {(row["table"], row["rows"]) for row in written if row["part"] == "state"} == {
        (name, len(found)) for name, found in before.items()
    }
    other = Settings(data=tmp_path / "other", database=make_url() if to == "server" else None)
    restored = restore_backup(other, tmp_path / "backup.tar")
    assert restored.rows == written.rows
    assert restored.meta["moved_to"] is None
    assert restored.meta["moved_to_schema"] is None
    same_as_before(before, rows(other))
    assert rows(settings) == before
    assert Store.open(other).rows() == tables
    assert list(check.find_problems(other.data, state_elsewhere=to == "server")) == []
    assert not (other.data / "restore.json").exists()
    if to == "sqlite":
        assert (other.data / "live.db").stat().st_mode & 0o777 == 0o600
    fill_more(other)


def fill_more(settings: Settings) -> None:
    """New rows get numbers of their own."""
    from dwell.state.tracking_schema import balance_entries

    with closing(open_database(settings.data, settings.database)) as database, database.transaction() as connection:
        row = {"account_id": "a", "kind": "top-up", "amount_micros": 1, "at": database.now()}
        (number,) = connection.execute(balance_entries.insert().values(row)).inserted_primary_key
    assert number == 3_001


def test_a_restored_file_is_in_wal_mode(tmp_path, new_folder) -> None:
    import sqlite3

    back_up(new_folder(), tmp_path / "backup.tar")
    restore_backup(Settings(data=tmp_path / "other"), tmp_path / "backup.tar")
    for name in ("live.db", "journal.db"):
        with closing(sqlite3.connect(tmp_path / "other" / name)) as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_folder_without_state(tmp_path) -> None:
    import dwell

    settings = Settings(data=tmp_path / "data")
    dwell.Workspace(settings, create=True)
    assert {row["part"] for row in back_up(settings, tmp_path / "backup.tar")} == {"tables"}
    restore_backup(Settings(data=tmp_path / "other"), tmp_path / "backup.tar")
    assert not (tmp_path / "other" / "live.db").exists()
    with pytest.raises(StorageError, match="has no state, so there is nothing to back up"):
        back_up(settings, tmp_path / "second.tar", state_only=True)
    with pytest.raises(StorageError, match="restore the rest without --state-only"):
        restore_backup(Settings(data=tmp_path / "third"), tmp_path / "backup.tar", only="state")


def test_the_state_alone(tmp_path, new_folder) -> None:
    settings = new_folder()
    before = rows(settings)
    back_up(settings, tmp_path / "backup.tar", state_only=True)
    with pytest.raises(StorageError, match=r"is not empty: .*--replace"):
        restore_backup(settings, tmp_path / "backup.tar", only="state")
    result = restore_backup(settings, tmp_path / "backup.tar", only="state", replace=True)
    assert sorted(path.name for path in Path(result.meta["moved_to"]).iterdir()) == ["live.db"]
    same_as_before(before, rows(settings))
    other = new_folder(name="another")
    with pytest.raises(StorageError, match="is a backup of another data folder"):
        restore_backup(other, tmp_path / "backup.tar", only="state", replace=True)


def test_replace_moves_what_was_there(tmp_path, new_folder, url) -> None:
    settings = new_folder(url())
    back_up(settings, tmp_path / "backup.tar")
    before = rows(settings)
    kept = (settings.data / "journal.db").read_bytes()
    with pytest.raises(StorageError, match=r"is not empty: .*--replace"):
        restore_backup(settings, tmp_path / "backup.tar")
    empty = Settings(data=tmp_path / "empty", database=settings.database)
    with pytest.raises(StorageError, match="is not empty: name an empty database"):
        restore_backup(empty, tmp_path / "backup.tar")
    assert not (tmp_path / "empty").exists()
    result = restore_backup(settings, tmp_path / "backup.tar", replace=True)
    assert (Path(result.meta["moved_to"]) / "journal.db").read_bytes() == kept
    same_as_before(before, rows(settings))
    with closing(open_database(settings.data, settings.database)) as database, database.reading() as connection:
        schema = result.meta["moved_to_schema"]
        assert connection.exec_driver_sql(f"SELECT count(*) FROM {schema}.ledger").scalar_one() == 3
    again = restore_backup(settings, tmp_path / "backup.tar", replace=True)
    assert again.meta["moved_to"] != result.meta["moved_to"]


def test_nothing_is_restored_over_a_database_in_use(tmp_path, new_folder, state_url) -> None:
    settings = new_folder(state_url)
    back_up(settings, tmp_path / "backup.tar")
    before = rows(settings)
    waiting = open_database(settings.data, settings.database)
    with waiting.reading():
        pass  # from now on it has a connection, as a worker that has nothing to do
    with closing(waiting), pytest.raises(StorageError, match="is in use"):
        restore_backup(settings, tmp_path / "backup.tar", replace=True)
    assert rows(settings) == before
    assert not (settings.data / "restore.json").exists()
    restore_backup(settings, tmp_path / "backup.tar", replace=True)


def test_the_manifest_says_what_is_in_it(tmp_path, new_folder) -> None:
    import hashlib
    import tarfile

    back_up(new_folder(), tmp_path / "backup.tar")
    with tarfile.open(tmp_path / "backup.tar") as tar:
        tar.extractall(tmp_path / "unpacked", filter="data")
    manifest = json.loads((tmp_path / "unpacked" / "manifest.json").read_text())
    assert manifest["format"] == "dwell-backup"
    assert manifest["rows"]["tables"]["posts"] == 3
    for member in manifest["members"]:
        content = (tmp_path / "unpacked" / member["name"]).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (member["bytes"], member["sha256"])


def test_rows_that_are_written_meanwhile_are_whole_or_absent(tmp_path, new_folder, monkeypatch) -> None:
    """Writers go on while the copy is made, which stays one instant."""
    settings = new_folder()
    before = rows(settings)
    monkeypatch.setattr("dwell.state.backup._PAGES", 1)
    told = []

    def progress(what: str, done: int, total: int) -> None:
        if what == "Copying the state" and len(told) < 3:
            told.append(done)
            with closing(open_database(settings.data)) as database, database.transaction() as connection:
                for table in ("watchlists", "ledger"):
                    connection.exec_driver_sql(f"DELETE FROM {table}")

    back_up(settings, tmp_path / "backup.tar", progress=progress)
    assert told
    assert rows(settings)["ledger"] == []
    restore_backup(Settings(data=tmp_path / "other"), tmp_path / "backup.tar")
    same_as_before(before, rows(Settings(data=tmp_path / "other")))
