"""live.db: the pace that all share, the ledger, and the file itself."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from dwell.errors import BudgetError, StorageError
from dwell.warehouse.live import StateDatabase, ledger, sweeps
from dwell.warehouse.live.database import instant, micros
from dwell.warehouse.live.ledger import LedgerEntry
from dwell.warehouse.live.rate_limiter import RateLimiter, interval_us

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)


@pytest.fixture
def database(tmp_path):
    opened = StateDatabase(tmp_path)
    yield opened
    opened.close()


def test_two_hundred_a_minute_are_asked_at_985_of_it():
    assert interval_us(200, 60.0) == round(60_000_000 / 197)
    assert interval_us(200, 60.0, burst_per_s=50) == interval_us(200, 60.0)
    assert interval_us(60_000, 60.0, burst_per_s=50) == round(1_000_000 / (50 * 0.985))


def test_two_processes_share_one_pace(database, tmp_path):
    other = StateDatabase(tmp_path)
    keys = [RateLimiter(one, "tikliveapi/abc", interval_us(200, 60.0)) for one in (database, other)]
    times = [keys[number % 2].acquire(NOON) for number in range(400)]
    steps = {round(later - earlier, 4) for earlier, later in pairwise(times)}
    assert steps == {round(60 / 197, 4)}
    assert sum(at < 60 for at in times) <= 197 + 1
    other.close()


def test_nothing_is_saved_up_over_a_pause(database):
    key = RateLimiter(database, "k", 1_000_000)
    assert key.acquire(NOON) == 0
    later = NOON + timedelta(hours=1)
    assert [key.acquire(later) for _ in range(3)] == [0, 1, 2]


def test_another_key_has_its_own_pace(database):
    assert RateLimiter(database, "a", 1_000_000).acquire(NOON) == 0
    assert RateLimiter(database, "b", 1_000_000).acquire(NOON) == 0


def test_too_fast_holds_everybody_up(database):
    key = RateLimiter(database, "k", 1_000_000)
    key.acquire(NOON)
    key.pause(NOON, 30)
    assert key.acquire(NOON) == 30
    key.pause(NOON, 1)  # a shorter wait does not undo the longer one
    assert key.acquire(NOON) == 31
    assert key.free_at() == NOON + timedelta(seconds=32)


def test_a_days_quota_begins_anew_at_midnight_utc(database):
    key = RateLimiter(database, "k", 1, per_day=2)
    evening = datetime(2026, 6, 10, 23, 59, tzinfo=UTC)
    key.acquire(evening)
    key.acquire(evening)
    with pytest.raises(BudgetError, match="2026-06-11"):
        key.acquire(evening)
    assert key.acquire(evening + timedelta(minutes=2)) == 0


def entry(call_id: str, **changes) -> LedgerEntry:
    said = {"sweep_id": "s", "provider": "scavio", "endpoint": "user/posts", "command": "sweep", "subject": "demo"}
    return LedgerEntry(**{"call_id": call_id, **said, "credits": 1, "price_micros": 5_000, **changes})


def test_the_ledger_equals_a_recount_of_the_calls(database):
    outcomes = [("a", "ok", 1, True), ("b", "rate_limited", 0, True), ("c", "damaged_answer", 1, False)]
    for call_id, outcome, credits_charged, certain in outcomes:
        with database.transaction() as run:
            ledger.record_sent(run, entry(call_id), NOON)
        with database.transaction() as run:
            ledger.record_outcome(run, entry(call_id), NOON, outcome, credits_charged=credits_charged, certain=certain)
    with database.transaction() as run:
        ledger.record_sent(run, entry("d", subject="other", sweep_id="t"), NOON + timedelta(days=1))
        ledger.record_sent(run, entry("e", subject="other", sweep_id="t"), NOON + timedelta(days=1))
    with database.transaction() as run:
        assert ledger.mark_lost(run, "t") == 2
    assert ledger.credits_spent(database, "s") == 2
    assert ledger.sweep_totals(database, "s") == {
        "requests": 3, "failed_requests": 2, "credits": 2, "uncertain_credits": 1, "usd": 0.01,
    }  # fmt: skip
    total = ledger.group_totals(database, "provider").meta["total"]
    assert (total["requests"], total["credits"], total["uncertain_credits"], total["usd"]) == (5, 4, 3, 0.02)
    for by in ("provider", "command", "account", "endpoint", "sweep", "day"):
        response = ledger.group_totals(database, by)
        assert sum(row["credits"] for row in response) == 4
    assert [row["day"] for row in ledger.group_totals(database, "day")] == ["2026-06-10", "2026-06-11"]
    assert ledger.group_totals(database, "account", since=NOON + timedelta(hours=1)).rows[0][0] == "other"


def test_a_request_is_in_the_ledger_before_it_is_answered(database, tmp_path):
    with database.transaction(lasting=False) as run:
        ledger.record_sent(run, entry("a"), NOON)
    with sqlite3.connect(tmp_path / "live.db") as another:
        assert another.execute("SELECT outcome, credits, certain FROM calls").fetchall() == [("sent", 1, 0)]
    another.close()


def test_a_failed_transaction_leaves_nothing(database):
    with database.transaction() as run:
        ledger.record_sent(run, entry("a"), NOON)

    def twice() -> None:
        with database.transaction() as run:
            ledger.record_sent(run, entry("b"), NOON)
            ledger.record_sent(run, entry("a"), NOON)

    with pytest.raises(StorageError):
        twice()
    assert database.rows("SELECT call_id FROM calls") == [("a",)]


def test_a_newer_layout_is_refused(tmp_path):
    StateDatabase(tmp_path).close()
    with sqlite3.connect(tmp_path / "live.db") as file:
        file.execute("PRAGMA user_version = 99")
    file.close()
    with pytest.raises(StorageError, match="newer dwell"):
        StateDatabase(tmp_path)


def test_what_is_no_database_is_named(tmp_path):
    (tmp_path / "live.db").write_bytes(b"not a database, but long enough to be looked at" * 100)
    with pytest.raises(StorageError, match=r"live\.db"):
        StateDatabase(tmp_path)


def test_instants_survive_to_the_microsecond():
    exact = datetime(2026, 6, 10, 12, 0, 0, 123_457, tzinfo=UTC)
    assert instant(micros(exact)) == exact
    assert instant(None) is None


def test_a_job_is_held_by_one_process(tmp_path):
    with (
        sweeps.lock_job(tmp_path, "s") as first,
        sweeps.lock_job(tmp_path, "s") as second,
        sweeps.lock_job(tmp_path, "t") as third,
    ):
        assert (first, second, third) == (True, False, True)
    with sweeps.lock_job(tmp_path, "s") as again:
        assert again


def test_a_provider_that_asks_to_wait_holds_those_up_who_have_a_token(database):
    key = RateLimiter(database, "k", 1_000_000)
    key.acquire(NOON)
    assert key.acquire(NOON) == 1
    key.pause(NOON, 8)
    with database.transaction() as run:
        assert key.is_paused(run, NOON + timedelta(seconds=1))
        assert not key.is_paused(run, NOON + timedelta(seconds=8))


def test_a_token_that_was_not_used_goes_back(database):
    key = RateLimiter(database, "k", 1_000_000)
    key.acquire(NOON)
    key.acquire(NOON)
    key.release()
    assert key.acquire(NOON) == 1


def test_a_clock_that_was_once_wrong_does_not_hold_anybody_up_for_a_year(database):
    key = RateLimiter(database, "k", 1_000_000)
    key.acquire(NOON + timedelta(days=365))
    assert key.acquire(NOON) == 0
    assert key.acquire(NOON) == 1
