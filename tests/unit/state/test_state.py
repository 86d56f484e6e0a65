"""The state database on SQLite and on PostgreSQL: the pace that all share, the ledger, and the file itself."""

from __future__ import annotations

import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from dwell.clock import from_micros, to_micros
from dwell.errors import BudgetError, SettingsError, StorageError
from dwell.state import leases, ledger, open_database, owner, sweeps
from dwell.state.ledger import LedgerEntry
from dwell.state.rate_limiter import RateLimiter, interval_us
from dwell.state.sweeps import SweepJob

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)


@pytest.fixture
def opened(tmp_path, state_url):
    """Opens the database, as often as wanted."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(closing(open_database(tmp_path, state_url)))


@pytest.fixture
def database(opened):
    return opened()


def rows(database, sql):
    with database.reading() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(sql)]


def test_two_hundred_a_minute_are_asked_at_985_of_it():
    assert interval_us(200, 60.0) == round(60_000_000 / 197)
    assert interval_us(200, 60.0, burst_per_s=50) == interval_us(200, 60.0)
    assert interval_us(60_000, 60.0, burst_per_s=50) == round(1_000_000 / (50 * 0.985))


def test_two_processes_share_one_pace(database, opened):
    other = opened()
    keys = [RateLimiter(one, "tikliveapi/abc", interval_us(200, 60.0)) for one in (database, other)]
    times = [keys[number % 2].acquire(NOON) for number in range(400)]
    steps = {round(later - earlier, 4) for earlier, later in pairwise(times)}
    assert steps == {round(60 / 197, 4)}
    assert sum(at < 60 for at in times) <= 197 + 1


def test_nothing_is_saved_up_over_a_pause(database):
    key = RateLimiter(database, "k", 1_000_000)
    assert key.acquire(NOON) == 0
    later = NOON + timedelta(hours=1)
    assert [key.acquire(later) for _ in range(3)] == [0, 1, 2]


def test_another_key_has_its_own_pace(database):
    assert RateLimiter(database, "a", 1_000_000).acquire(NOON) == 0
    assert RateLimiter(database, "b", 1_000_000).acquire(NOON) == 0


def test_too_fast_holds_everybody_up(database, caplog):
    key = RateLimiter(database, "k", 1_000_000)
    key.acquire(NOON)
    with caplog.at_level("INFO", "dwell"):
        key.pause(NOON, 30)
    assert caplog.messages == ["k asked to wait: no process uses this key for 30 s"]
    assert key.acquire(NOON) == 30
    key.pause(NOON, 1)  # a shorter wait does not undo the longer one
    assert key.acquire(NOON) == 31
    assert rows(database, "SELECT tat FROM rate_limits") == [(to_micros(NOON + timedelta(seconds=32)),)]


def test_a_days_quota_begins_anew_at_midnight_utc(database):
    key = RateLimiter(database, "k", 1, per_day=2)
    evening = datetime(2026, 6, 10, 23, 59, tzinfo=UTC)
    key.acquire(evening)
    key.acquire(evening)
    with pytest.raises(BudgetError, match="2026-06-11"):
        key.acquire(evening)
    assert key.acquire(evening + timedelta(minutes=2)) == 0


def entry(request_id: str, sweep_id: str = "s", **changes) -> LedgerEntry:
    said = {
        "owner": owner.sweep(sweep_id),
        "provider": "scavio",
        "endpoint": "user/posts",
        "command": "sweep",
        "subject": "demo",
    }
    return LedgerEntry(**{"request_id": request_id, **said, "credits": 1, "price_micros": 5_000, **changes})


def test_the_ledger_equals_a_recount_of_the_calls(database):
    outcomes = [("a", "ok", 1, True), ("b", "rate_limited", 0, True), ("c", "damaged_answer", 1, False)]
    for request_id, outcome, credits_charged, certain in outcomes:
        with database.transaction() as connection:
            ledger.record_sent(connection, entry(request_id), NOON)
        with database.transaction() as connection:
            ledger.record_outcome(
                connection, entry(request_id), NOON, outcome, credits_charged=credits_charged, certain=certain
            )
    with database.transaction() as connection:
        ledger.record_sent(connection, entry("d", subject="other", sweep_id="t"), NOON + timedelta(days=1))
        ledger.record_sent(connection, entry("e", subject="other", sweep_id="t"), NOON + timedelta(days=1))
    with database.transaction() as connection:
        assert ledger.mark_lost(connection, owner.sweep("t")) == 2
        assert ledger.mark_lost(connection, owner.sweep("t")) == 2  # a later process tells of them as well
    assert ledger.credits_spent(database, owner.sweep("s")) == 2
    assert ledger.owner_totals(database, owner.sweep("s")) == {
        "requests": 3, "failed_requests": 2, "credits": 2, "uncertain_credits": 1, "usd": 0.01,
    }  # fmt: skip
    total = ledger.group_totals(database, "provider").meta["total"]
    assert (total["requests"], total["credits"], total["uncertain_credits"], total["usd"]) == (5, 4, 3, 0.02)
    for by in ("provider", "command", "account", "endpoint", "sweep", "day"):
        response = ledger.group_totals(database, by)
        assert sum(row["credits"] for row in response) == 4
    assert [row["day"] for row in ledger.group_totals(database, "day")] == [date(2026, 6, 10), date(2026, 6, 11)]
    assert ledger.group_totals(database, "account", since=NOON + timedelta(hours=1)).rows[0][0] == "other"


def test_a_request_is_in_the_ledger_before_it_is_answered(database, opened):
    with database.transaction(durable=False) as connection:
        ledger.record_sent(connection, entry("a"), NOON)
    assert rows(opened(), "SELECT outcome, credits, certain FROM ledger") == [("sent", 1, 0)]


def test_a_failed_transaction_leaves_nothing(database):
    with database.transaction() as connection:
        ledger.record_sent(connection, entry("a"), NOON)

    def twice() -> None:
        with database.transaction() as connection:
            ledger.record_sent(connection, entry("b"), NOON)
            ledger.record_sent(connection, entry("a"), NOON)

    with pytest.raises(StorageError):
        twice()
    assert rows(database, "SELECT request_id FROM ledger") == [("a",)]


def test_a_newer_layout_is_refused(database, opened):
    with database.transaction() as connection:
        if database.path is None:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0099'")
        else:
            connection.exec_driver_sql("PRAGMA user_version = 99")
    with pytest.raises(StorageError, match=r"newer dwell \(layout 99, this one knows \d+\): update dwell"):
        opened()


def test_what_is_no_database_is_named(tmp_path):
    (tmp_path / "live.db").write_bytes(b"not a database, but long enough to be looked at" * 100)
    with pytest.raises(StorageError, match=r"live\.db"):
        open_database(tmp_path)


def test_a_server_that_is_not_there_is_named_without_its_password(tmp_path):
    pytest.importorskip("psycopg")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"postgresql://me:s3cret@127.0.0.1:{free.getsockname()[1]}/dwell"
    with pytest.raises(StorageError, match=r"postgresql.*cannot be reached .*DWELL_DATABASE") as caught:
        open_database(tmp_path, url)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("url", ["mysql://me@host/db", "no url at all", "postgresql"])
def test_another_database_is_refused(tmp_path, url):
    with pytest.raises(SettingsError, match="DWELL_DATABASE"):
        open_database(tmp_path, url)


def test_only_its_owner_can_read_the_file(tmp_path):
    open_database(tmp_path).close()
    assert (tmp_path / "live.db").stat().st_mode & 0o777 == 0o600


def test_instants_survive_to_the_microsecond():
    exact = datetime(2026, 6, 10, 12, 0, 0, 123_457, tzinfo=UTC)
    assert from_micros(to_micros(exact)) == exact


@pytest.fixture
def job(database):
    for sweep_id in ("s", "t"):
        sweeps.create(database, SweepJob(sweep_id, "sweep", {}, NOON, None, None), [("account", "a")])
    return database


ELSEWHERE = "another-host:boot/4711/99/aa"


def test_a_job_is_held_by_one_process_until_its_lease_ends(job):
    assert sweeps.acquire(job, "s", ELSEWHERE, NOON)
    assert sweeps.acquire(job, "t", "another-host:boot/4712/99/bb", NOON)
    mine = leases.new_holder()
    assert not sweeps.acquire(job, "s", mine, NOON + timedelta(seconds=60))
    assert sweeps.extend(job, "s", ELSEWHERE, NOON + timedelta(seconds=60))
    assert not sweeps.acquire(job, "s", mine, NOON + timedelta(seconds=170))
    assert sweeps.acquire(job, "s", mine, NOON + timedelta(seconds=181))
    assert not sweeps.extend(job, "s", ELSEWHERE, NOON + timedelta(seconds=182))  # it was lost meanwhile
    sweeps.release(job, "s", ELSEWHERE)
    assert not sweeps.acquire(job, "s", leases.new_holder(), NOON + timedelta(seconds=183))
    sweeps.release(job, "s", mine)
    assert sweeps.acquire(job, "s", ELSEWHERE, NOON + timedelta(seconds=184))


def test_nobody_waits_for_a_process_of_this_machine_that_was_killed(job):
    code = "from dwell.state import leases; print(leases.new_holder(), flush=True); input()"
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    holder = child.stdout.readline().strip()
    assert sweeps.acquire(job, "s", holder, NOON)
    assert not sweeps.acquire(job, "s", leases.new_holder(), NOON)
    child.kill()
    child.communicate()
    assert sweeps.acquire(job, "s", leases.new_holder(), NOON)


def test_a_lease_of_a_clock_that_was_once_ahead_holds_nothing(job):
    assert sweeps.acquire(job, "s", ELSEWHERE, NOON + timedelta(days=365))
    assert sweeps.acquire(job, "s", leases.new_holder(), NOON)


def test_many_who_begin_the_same_job_get_one(database, opened):
    def begin(number: int) -> str:
        job = SweepJob(f"job-{number}", "sweep", {"names": "a"}, NOON, None, None)
        found, _ = sweeps.find_or_create(
            others[number], "sweep", NOON, lambda other: other.spec == job.spec, lambda: (job, [("account", "a")])
        )
        return found.sweep_id

    others = [opened() for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(begin, range(8)))) == 1
    assert rows(database, "SELECT count(*) FROM sweeps") == [(1,)]


def test_a_provider_that_asks_to_wait_holds_those_up_who_have_a_token(database):
    key = RateLimiter(database, "k", 1_000_000)
    key.acquire(NOON)
    assert key.acquire(NOON) == 1
    key.pause(NOON, 8)
    with database.transaction() as connection:
        assert key.pause_left(connection, NOON + timedelta(seconds=1)) > 0
        assert not key.pause_left(connection, NOON + timedelta(seconds=8))


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
