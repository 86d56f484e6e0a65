"""The limit of requests a minute: exact in one process, kept by several, and seldom a write."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dwell.state import StateDatabase, open_database
from dwell.tracking import request_limiter
from dwell.tracking.request_limiter import RequestLimiter

START = datetime(2026, 6, 10, 12, 0, 20, tzinfo=UTC)
END_OF_MINUTE = int(datetime(2026, 6, 10, 12, 1, tzinfo=UTC).timestamp())
ONE_PROCESS = """
import sys
from datetime import datetime
from pathlib import Path
from dwell.state import open_database
from dwell.tracking.request_limiter import RequestLimiter
root, url, at, limit = sys.argv[1:]
limiter = RequestLimiter(open_database(Path(root), url or None), now=lambda: datetime.fromisoformat(at))
print(sum(limiter.acquire("a", int(limit)).granted for _ in range(2 * int(limit))))
"""


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(tmp_path: Path, state_url: str | None) -> Iterator[StateDatabase]:
    opened = open_database(tmp_path, state_url)
    yield opened
    opened.close()


@pytest.fixture
def limiter(database: StateDatabase, clock: Clock) -> RequestLimiter:
    return RequestLimiter(database, now=clock.now, monotonic=clock.monotonic)


def test_one_process_counts_exactly(limiter: RequestLimiter) -> None:
    permits = [limiter.acquire("a", 60) for _ in range(63)]
    assert [permit.remaining for permit in permits] == [*range(59, -1, -1), 0, 0, 0]
    assert [permit.granted for permit in permits] == [True] * 60 + [False] * 3
    assert {permit.reset for permit in permits} == {END_OF_MINUTE}
    assert limiter.acquire("b", 60).remaining == 59


@pytest.mark.parametrize("limit", [1, 7, 60, 300, 1009])
def test_every_limit_is_exact_and_seldom_a_write(
    limiter: RequestLimiter, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes = []
    take = request_limiter.take_permits

    def counting(*arguments: object) -> object:
        writes.append(arguments)
        return take(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(request_limiter, "take_permits", counting)
    assert sum(limiter.acquire("a", limit).granted for _ in range(limit + 10)) == limit
    assert len(writes) <= request_limiter.GROUPS + 2  # a refusal asks nobody


def test_threads_of_a_process_share_its_permits(limiter: RequestLimiter) -> None:
    with ThreadPoolExecutor(8) as pool:
        granted = [permit.granted for permit in pool.map(lambda _: limiter.acquire("a", 100), range(400))]
    assert sum(granted) == 100


def test_a_minute_ends_with_its_permits(limiter: RequestLimiter, clock: Clock) -> None:
    assert limiter.acquire("a", 60).granted
    assert limiter.try_acquire("a", 60) is not None
    clock.seconds = 40.0  # 12:01
    assert limiter.try_acquire("a", 60) is None
    permit = limiter.acquire("a", 60)
    assert (permit.remaining, permit.reset) == (59, END_OF_MINUTE + 60)


def test_a_plan_that_changes_counts_at_once(limiter: RequestLimiter) -> None:
    for _ in range(60):
        limiter.acquire("a", 60)
    assert not limiter.acquire("a", 60).granted
    assert limiter.acquire("a", 300).remaining == 239
    assert not limiter.acquire("a", 0).remaining


def test_a_limit_of_nothing_permits_nothing(limiter: RequestLimiter) -> None:
    assert not limiter.acquire("a", 0).granted


def test_two_limiters_never_permit_more_together(database: StateDatabase, clock: Clock) -> None:
    pair = [RequestLimiter(database, now=clock.now, monotonic=clock.monotonic) for _ in range(2)]
    granted = sum(limiter.acquire("a", 60).granted for _ in range(60) for limiter in pair)
    assert granted == 60


def test_a_process_that_is_a_second_behind_joins_the_minute_that_began(database: StateDatabase) -> None:
    ahead = RequestLimiter(database, now=lambda: START + timedelta(seconds=41))
    behind = RequestLimiter(database, now=lambda: START + timedelta(seconds=39))
    for _ in range(30):
        ahead.acquire("a", 60)
    permits = [behind.acquire("a", 60) for _ in range(40)]
    assert sum(permit.granted for permit in permits) == 30
    assert permits[0].reset == END_OF_MINUTE + 60


def test_a_clock_that_was_years_ahead_blocks_nobody(database: StateDatabase, clock: Clock) -> None:
    wrong = RequestLimiter(database, now=lambda: START + timedelta(days=700))
    for _ in range(60):
        wrong.acquire("a", 60)
    assert RequestLimiter(database, now=clock.now).acquire("a", 60).granted


def test_several_processes_keep_the_limit(tmp_path: Path, state_url: str | None) -> None:
    open_database(tmp_path, state_url).close()
    command = [sys.executable, "-c", ONE_PROCESS, str(tmp_path), state_url or "", START.isoformat(), "300"]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    granted = [int(process.communicate()[0]) for process in processes]
    assert sum(granted) == 300  # each one spends all that it took


def test_the_database_is_asked_whether_it_answers(limiter: RequestLimiter) -> None:
    limiter.check()
