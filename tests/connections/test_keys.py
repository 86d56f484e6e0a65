"""Tokens are encrypted at rest; keys are the user's alone, can be changed at any time, and are in no backup."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import dwell
from dwell.connections import secret_keys
from dwell.connections.secret_keys import FILE, ensure_keys, read_keys
from dwell.connections.vault import TokenVault
from dwell.errors import SettingsError
from dwell.state import connections, open_database

OTHER = "b3RoZXItb3RoZXItb3RoZXItb3RoZXItb3RoZXIhISE="


def test_the_key_file_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    assert read_keys(tmp_path).keys == ()
    made = ensure_keys(tmp_path)
    assert ensure_keys(tmp_path).ids == made.ids
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert made.keys[0].reveal() not in repr(made) + repr(made.keys)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_file_that_others_can_use_is_refused(tmp_path: Path, mode: int) -> None:
    ensure_keys(tmp_path)
    (tmp_path / FILE).chmod(mode)
    with pytest.raises(SettingsError, match="chmod 600"):
        read_keys(tmp_path)


@pytest.mark.parametrize("text", ["short", "a" * 44, OTHER + "x", "ä" * 44])
def test_a_malformed_key_is_refused_and_not_shown(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match="openssl rand") as refused:
        read_keys(tmp_path, {secret_keys.VARIABLE: text})
    assert text not in str(refused.value)


def test_keys_of_the_environment_come_first(tmp_path: Path) -> None:
    file = ensure_keys(tmp_path)
    both = read_keys(tmp_path, {secret_keys.VARIABLE: f" {OTHER},\n{OTHER} "})
    assert both.from_environment
    assert both.ids[1:] == file.ids
    assert len(both.ids) == 2


def test_no_token_is_stored_in_plain_text(sqlite_trial: Any) -> None:
    row = sqlite_trial.connect()
    pair = TokenVault(sqlite_trial.settings.data).decrypt(row)
    stored = b"".join(path.read_bytes() for path in sqlite_trial.settings.data.rglob("*") if path.is_file())
    assert b"sqlite" in stored.lower()
    for secret in (pair.access_token, pair.refresh_token, "sandbox-client-secret"):
        assert secret.encode() not in stored
    assert pair.access_token not in repr(row) + repr(pair)


def test_another_key_says_what_to_do_and_connecting_again_works(trial: Any) -> None:
    row = trial.connect()
    (trial.settings.data / FILE).unlink()
    with pytest.raises(SettingsError, match=f"encrypted with the key {row.key_id}.*DWELL_SECRET_KEY.*dwell connect"):
        trial.credentials(row)
    assert not (trial.settings.data / FILE).exists()  # a key that opens nothing is of no use
    again = trial.connect()
    assert again.key_id != row.key_id
    assert trial.works(again)


def test_a_rotation_encrypts_all_and_older_rows_stay_readable(trial: Any) -> None:
    rows = [trial.connect(handle) for handle in ("demo_kitchen", "demo_pantry")]
    vault = TokenVault(trial.settings.data)
    before = [vault.decrypt(row) for row in rows]
    assert vault.rotate(trial.database) == 2
    after = [trial.row(row) for row in rows]
    assert {row.key_id for row in after} == {read_keys(trial.settings.data).ids[0]}
    assert {row.key_id for row in after}.isdisjoint({row.key_id for row in rows})
    assert [vault.decrypt(row) for row in after] == before
    assert [vault.decrypt(row) for row in rows] == before  # as a backup of before has them


def test_a_rotation_to_the_environment_leaves_the_file_without_use(trial: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    row = trial.connect()
    monkeypatch.setenv(secret_keys.VARIABLE, OTHER)
    TokenVault(trial.settings.data).rotate(trial.database)
    (trial.settings.data / FILE).unlink()
    assert trial.works(row)


def test_a_rotation_without_the_old_key_changes_nothing(trial: Any) -> None:
    row = trial.connect()
    (trial.settings.data / FILE).unlink()
    with pytest.raises(SettingsError, match="put the file back"):
        TokenVault(trial.settings.data).rotate(trial.database)
    assert trial.row(row) == row
    assert not (trial.settings.data / FILE).exists()


ROTATE = """
import os, signal, sys
from pathlib import Path
from dwell.connections import secret_keys, vault
from dwell.state import connections, open_database
folder, url, at = sys.argv[1:]
passed = 0
def step(original):
    def stepped(*words, **options):
        global passed
        for _ in range(2):
            if passed == int(at):
                os.kill(os.getpid(), signal.SIGKILL)
            passed += 1
            result = original(*words, **options) if _ == 0 else result
        return result
    return stepped
vault.add_key = step(vault.add_key)
secret_keys._write_file = step(secret_keys._write_file)
connections.encrypt_again = step(connections.encrypt_again)
vault.TokenVault(Path(folder)).rotate(open_database(Path(folder), url or None))
print(passed)
"""


def test_killed_at_any_step_of_a_rotation_every_token_is_readable(trial: Any) -> None:
    rows = [trial.connect(handle) for handle in ("demo_kitchen", "demo_pantry")]
    vault = TokenVault(trial.settings.data)
    tokens = [vault.decrypt(row) for row in rows]
    words = [sys.executable, "-c", ROTATE, str(trial.settings.data), trial.state_url or ""]
    for at in range(9):
        done = subprocess.run([*words, str(at)], capture_output=True, text=True)
        assert done.stderr == ""
        assert [vault.decrypt(trial.row(row)) for row in rows] == tokens, at
        if done.returncode == 0:
            assert (done.stdout, at) == ("8\n", 8)
            break
        assert done.returncode == -signal.SIGKILL
    assert {trial.row(row).key_id for row in rows} == {read_keys(trial.settings.data).ids[0]}


def test_no_backup_has_a_key_and_a_restore_without_it_says_so(
    tmp_path: Path, sqlite_trial: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = sqlite_trial.connect()
    folder = sqlite_trial.settings.data
    file = tmp_path / "backup.tar"
    dwell.backup(file, folder)
    key = (folder / FILE).read_bytes().strip()
    assert key not in file.read_bytes()
    assert FILE.encode() not in file.read_bytes()
    restored = dwell.restore(file, tmp_path / "restored")
    (warning,) = restored.warnings
    assert f"encrypted with the key {row.key_id}" in warning
    assert "dwell connect tiktok" in warning
    (found,) = dwell.open(tmp_path / "restored").connections.list_all()
    assert (found["state"], found["problem"]) == ("unreadable", warning)
    monkeypatch.setenv(secret_keys.VARIABLE, key.decode())
    (found,) = dwell.open(tmp_path / "restored").connections.list_all()
    assert found["state"] == "ok"


def test_a_restore_leaves_the_key_where_it_is(tmp_path: Path, sqlite_trial: Any) -> None:
    row = sqlite_trial.connect()
    folder = sqlite_trial.settings.data
    dwell.backup(tmp_path / "backup.tar", folder)
    sqlite_trial.database.close()
    assert dwell.restore(tmp_path / "backup.tar", folder, replace=True).warnings == []
    with closing(open_database(folder)) as database:
        (found,) = connections.list_all(database)
        assert TokenVault(folder).decrypt(found) == TokenVault(folder).decrypt(row)
    assert (folder / FILE).stat().st_mode & 0o777 == 0o600


def test_a_pipe_in_place_of_the_file_is_not_waited_for(tmp_path) -> None:
    os.mkfifo(tmp_path / FILE, 0o600)
    with pytest.raises(SettingsError, match="is a pipe: save what it gives as a file"):
        read_keys(tmp_path, {})
