"""The sealer: one process at a time, and never in the way of the sweeps."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dwell.errors import StorageError
from dwell.live.sealer import seal_if_due
from dwell.settings import Settings
from dwell.state import StateDatabase, job_leases, leases, open_database
from dwell.state.job_leases import SEAL
from dwell.warehouse import Batch, Store, waiting
from dwell.warehouse.duckdb_connection import connect

ELSEWHERE = "another-host:boot/4711/99/aa"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path, state_url: str | None) -> Iterator[StateDatabase]:
    with closing(open_database(tmp_path, state_url)) as database:
        yield database


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Thirty rows that wait, where the sealer comes from twenty."""
    monkeypatch.setattr(waiting, "SEALER_ROWS", 20)
    store = Store.open(Settings(data=tmp_path / "data", threads=1), create=True)
    with connect(store.settings) as connection, store.writing() as writer:
        writer.attach(connection, ["watch_times"])
        connection.execute("CREATE TEMP TABLE fresh AS FROM watch_times").fetchall()
        connection.execute(
            "INSERT INTO fresh BY NAME SELECT 'p' || i AS post_id, "
            "TIMESTAMPTZ '2024-01-01 00:00:00+00' AS observed_at, 'x' AS source FROM range(30) t(i)"
        ).fetchall()
        writer.commit(connection, Batch("a", "a", "made-up", "0" * 64, NOON, {}), {"watch_times": "fresh"})
    return store


def take(database: StateDatabase, holder: str, now: datetime) -> bool:
    return job_leases.acquire(database, SEAL, holder, now)


def test_it_seals_what_waits_and_gives_the_lease_back(store: Store, database: StateDatabase) -> None:
    assert seal_if_due(store, database) == 30
    assert store.unsealed() == 0
    sealed_at = store.waiting().sealed_at
    assert sealed_at is not None
    assert abs(sealed_at - datetime.now(UTC)) < timedelta(minutes=5)
    assert take(database, ELSEWHERE, database.now())


def test_few_rows_wait_for_more(store: Store, database: StateDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "SEALER_ROWS", 30)
    assert seal_if_due(store, database) == 0
    assert (store.unsealed(), store.waiting().sealed_at) == (30, None)


def test_another_process_is_at_it(store: Store, database: StateDatabase) -> None:
    assert take(database, ELSEWHERE, database.now())
    assert seal_if_due(store, database) == 0
    assert store.unsealed() == 30


def test_a_lease_that_ended_is_taken_over(store: Store, database: StateDatabase) -> None:
    assert take(database, ELSEWHERE, database.now() - timedelta(seconds=leases.LEASE_S + 1))
    assert seal_if_due(store, database) == 30


def test_the_lease_of_a_dead_process_is_free_at_once(store: Store, database: StateDatabase) -> None:
    machine, _, started, mark = leases.new_holder().rsplit("/", 3)
    assert take(database, f"{machine}/999999999/{started}/{mark}", database.now())
    assert seal_if_due(store, database) == 30


def test_only_the_holder_extends_and_releases(database: StateDatabase) -> None:
    assert take(database, "one:boot/1/1/a", NOON)
    assert not take(database, "two:boot/1/1/b", NOON)
    assert job_leases.extend(database, SEAL, "one:boot/1/1/a", NOON + timedelta(seconds=100))
    assert not job_leases.extend(database, SEAL, "two:boot/1/1/b", NOON)
    assert not take(database, "two:boot/1/1/b", NOON + timedelta(seconds=150))
    job_leases.release(database, SEAL, "two:boot/1/1/b")
    assert not take(database, "two:boot/1/1/b", NOON + timedelta(seconds=150))
    job_leases.release(database, SEAL, "one:boot/1/1/a")
    assert take(database, "two:boot/1/1/b", NOON)


def test_a_seal_that_fails_is_logged_and_tried_again(
    store: Store, database: StateDatabase, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(_: Store) -> int:
        raise StorageError("The disk is full: free some space.")

    with monkeypatch.context() as patch, caplog.at_level(logging.WARNING):
        patch.setattr(Store, "seal", full)
        assert seal_if_due(store, database) == 0
    assert "The disk is full" in caplog.text
    assert seal_if_due(store, database) == 30


def test_the_scheduler_does_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from dwell.workspace import Workspace

    monkeypatch.delenv("DWELL_DATABASE", raising=False)
    workspace = Workspace(store.settings)
    assert len(workspace.live.run_due()) == 0
    assert workspace.store.unsealed() == 0
    workspace.live.database.close()
