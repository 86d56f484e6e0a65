"""kill -9 at any step: the folder can be used, nobody else's rows are changed, and the same command does the rest."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dwell.errors import NoDataError, StorageError
from dwell.settings import Settings
from dwell.warehouse import check
from dwell.workspace.folder_check import check_folder

from .conftest import ALICE, content_of_state, content_of_tables, find_traces, workspace_of

OF_OTHERS = ("tracked_videos", "watchlists", "subjects", "connections", "tracked_snapshots", "balance_entries")


@pytest.fixture
def erase_and_die(run_in_fork: Callable[..., Any], tmp_path: Path) -> Callable[..., int]:
    """Does it in a process that kills itself before the step of that number; returns how many there were."""
    script, counted = Path(__file__).with_name("killed.py"), tmp_path / "counted"

    def erase(settings: Settings, at: int | None) -> int:
        words = [str(settings.data), settings.database or "-", ALICE, "-" if at is None else str(at), str(counted)]
        code, stderr = run_in_fork(script, *words)
        assert code in {0, -signal.SIGKILL}, stderr
        return int(counted.read_text()) if at is None else at

    return erase


def again(settings: Settings) -> None:
    """The server notices only after a moment that a process was killed."""
    for _ in range(50):
        try:
            workspace_of(settings).forget(ALICE)
        except StorageError as error:
            if "in use" not in str(error):
                raise
            time.sleep(0.1)
        except NoDataError:
            return
        else:
            return
    raise AssertionError("the database stays in use")


def test_an_erasure_that_is_killed_at_any_step(tmp_path, new_folder, state_url, request, erase_and_die) -> None:
    original = new_folder(state_url, "original")

    def copy(name: str) -> Settings:
        shutil.copytree(original.data, tmp_path / name)
        if not state_url:
            return Settings(data=tmp_path / name, threads=1)
        import psycopg

        server: Any = request.getfixturevalue("postgresql")
        url = server.new_database()
        with psycopg.connect(server.url(), autocommit=True) as connection:
            database = url.rpartition("/")[2]
            connection.execute(f"DROP DATABASE {database}")
            connection.execute(f"CREATE DATABASE {database} TEMPLATE {state_url.rpartition('/')[2]}")
        return Settings(data=tmp_path / name, database=url, threads=1)

    tables, state = content_of_tables(original), content_of_state(original)
    whole = copy("whole")
    steps = erase_and_die(whole, None)
    assert find_traces(whole) == []
    assert steps > 100
    ends, kills = set(), 2 if state_url else 3
    for at in range(0, steps, int(os.environ.get("DWELL_KILL_STRIDE", steps // kills))):
        settings = copy(f"at-{at}")
        erase_and_die(settings, at)
        begun = (settings.data / "erasure.json").exists()
        ends.add(begun)
        if not begun:
            whole_folder = not (settings.data / "receipts").exists()
            assert bool(find_traces(settings)) == whole_folder, at
        found = [row["part"] for row in check_folder(settings)]
        assert all(part.startswith("models/") for part in found), at  # the models of this folder are made up
        assert content_of_tables(settings) == tables, at
        again(settings)
        assert find_traces(settings) == [], at
        assert content_of_tables(settings) == tables, at
        after = content_of_state(settings)
        assert {name: after[name] for name in OF_OTHERS} == {name: state[name] for name in OF_OTHERS}, at
        assert len(list((settings.data / "receipts").iterdir())) == 1, at
        assert not (settings.data / "erasure.json").exists()
        assert list(check.find_problems(settings.data, state_elsewhere=bool(state_url))) == [], at
        shutil.rmtree(settings.data)
    assert ends == {True, False}
