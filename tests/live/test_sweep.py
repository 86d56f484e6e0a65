from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from dwell import clock
from dwell.clock import from_micros
from dwell.errors import KeyRefusedError, NoDataError, SettingsError, StoppedError, StorageError
from dwell.http import HttpRequest, HttpResponse
from dwell.live import sweep as sweeping
from dwell.providers.provider_registry import PROVIDERS
from dwell.providers.tikliveapi import parse as tikliveapi
from dwell.state import ledger, owner, responses, sweeps
from dwell.workspace.live import SweepRequest
from dwell_sandbox.server.faults import ScriptedFault

from .conftest import NOON

CAST = ("@demo_kitchen", "@demo_pantry", "@demo_trailruns")


def test_stored_rows_equal_the_simulated_world(trial):
    done = trial.workspace.live.sweep(SweepRequest(CAST, posts=100))
    assert [row["complete"] for row in done] == [True, True, True]
    assert done.meta["posts_new"] == done.meta["posts_read"] == 3 * 105  # pages are read whole
    rows = trial.query(
        "SELECT post_id, observed_at, views, likes, comments, shares, saves, downloads, source FROM post_snapshots"
    )
    assert len(rows) == 315
    for post_id, observed_at, *counters, source in rows:
        true = trial.world.counters(post_id, NOON)
        assert counters == [true.views, true.likes, true.comments, true.shares, true.saves, true.downloads]
        assert (observed_at, source) == (NOON, "tikliveapi-sandbox")
    for handle, followers in trial.query("SELECT handle, followers FROM creator_snapshots"):
        assert followers == trial.world.profile(handle, NOON).followers


def test_the_price_equals_the_plan(trial):
    live = trial.workspace.live
    plan = live.plan(SweepRequest(CAST, posts=100))
    assert plan.meta["credits_at_most"] == 3 * (1 + 3)
    assert plan.meta["usd_at_most"] == pytest.approx(12 * 9.9e-5)
    assert trial.calls() == []
    done = live.sweep(SweepRequest(CAST, posts=100))
    assert done.meta["credits"] == plan.meta["credits_at_most"] == sum(request["credits"] for request in trial.calls())
    assert live.plan(SweepRequest(CAST, posts=100)).meta["credits_at_most"] == 9  # the profiles are fresh
    live.sweep(SweepRequest(CAST, posts=100))
    assert len(trial.calls("userinfo")) == 3


def test_a_plan_knows_how_many_posts_there_are(trial):
    live = trial.workspace.live
    live.sweep(SweepRequest(CAST[:1], posts=1))
    total = trial.world.profile("demo_kitchen", NOON).post_count
    plan = live.plan(SweepRequest(CAST[:1], posts=100_000))
    assert plan.meta["requests_expected"] == -(-total // 35)
    done = live.sweep(SweepRequest(CAST[:1], posts=100_000))
    assert next(iter(done))["posts"] == total
    assert next(iter(done))["reason"] == "all"


def test_a_stopped_sweep_resumes(trial):
    stop = threading.Event()
    request = SweepRequest(CAST, posts=200)

    def on_progress(now):
        if now.requests >= 5:
            stop.set()

    trial.sandbox.script.set([ScriptedFault("slow", times=1000)])
    with pytest.raises(StoppedError):
        trial.workspace.live.sweep(request, on_progress=on_progress, stop=stop)
    trial.sandbox.script.set([])
    before = len(trial.calls())
    assert 5 <= before < 21
    assert trial.workspace.live.plan(request).meta["resumes"]["credits_spent"] == before
    done = trial.workspace.live.sweep(request)
    assert done.meta["resumed"]
    assert done.meta["complete"] == 3
    assert len(trial.calls()) == 21  # 3 profiles and 3 x 6 pages: none twice
    assert len(trial.query("SELECT post_id FROM post_snapshots")) == 3 * 210


def test_it_stops_within_the_budget_and_resumes_with_a_larger_one(trial):
    request = SweepRequest(CAST, posts=200, max_credits=10)
    done = trial.workspace.live.sweep(request)
    assert done.meta["credits"] == len(trial.calls()) == 10
    assert done.meta["unfinished"]
    assert {row["reason"] for row in done if not row["complete"]} == {"budget"}
    again = trial.workspace.live.sweep(SweepRequest(CAST, posts=200, max_credits=21))
    assert again.meta["complete"] == 3
    assert len(trial.calls()) == 21


def test_a_budget_of_zero_sends_nothing(trial):
    done = trial.workspace.live.sweep(SweepRequest(CAST, max_credits=0))
    assert trial.calls() == []
    assert done.meta["unfinished"] == 3


def test_a_lost_request_counts_as_paid(trial):
    live, request = trial.workspace.live, SweepRequest(CAST[:1], posts=35)
    spec = live.spec(request)
    job = begin(live, spec)
    entry = ledger.LedgerEntry(
        "lost-one", owner.sweep(job.sweep_id), "tikliveapi", "user-posts", "sweep", "demo_kitchen", 1, 99
    )
    with live.database.transaction() as connection:
        ledger.record_sent(connection, entry, NOON)
    done = live.sweep(request)
    assert (done.meta["lost_requests"], done.meta["credits"], done.meta["uncertain_credits"]) == (1, 3, 1)
    assert live.cost().meta["total"]["uncertain_credits"] == 1


def test_a_rejected_key_ends_the_sweep(trial, monkeypatch):
    monkeypatch.setenv("DWELL_TIKLIVEAPI_KEY", "wrong-key-123")
    with pytest.raises(KeyRefusedError) as error:
        trial.workspace.live.sweep(SweepRequest(CAST))
    assert "wrong-key-123" not in str(error.value)
    assert len(trial.calls()) <= 3
    assert trial.workspace.live.cost().meta["total"]["credits"] == 0


def test_without_a_key_the_error_says_what_to_set(trial, monkeypatch):
    for name in ("TIKLIVEAPI", "SCAVIO"):
        monkeypatch.delenv(f"DWELL_{name}_KEY")
    with pytest.raises(SettingsError, match="DWELL_TIKLIVEAPI_KEY"):
        trial.workspace.live.sweep(SweepRequest(CAST))


def test_used_up_credits_leave_the_rest_unfinished(opened):
    with opened(balance=6) as trial:
        done = trial.workspace.live.sweep(SweepRequest(CAST, posts=100))
        assert done.meta["credits"] == 6
        assert {row["reason"] for row in done if not row["complete"]} == {"out_of_credits"}
    with opened(balance=100) as trial:
        done = trial.workspace.live.sweep(SweepRequest(CAST, posts=100))
        assert done.meta["complete"] == 3
        assert len(trial.calls()) == 6  # twelve in all


@pytest.mark.parametrize("fault", ["status_429", "status_500", "status_503", "truncated", "dropped", "message"])
def test_a_temporary_failure_is_retried(trial, fault):
    trial.sandbox.script.set([ScriptedFault(fault, times=3)])
    done = trial.workspace.live.sweep(SweepRequest(CAST[:1], posts=70))
    assert done.meta["complete"] == 1
    assert done.meta["failed_requests"] == 3
    credits_charged = sum(request["credits"] for request in trial.calls())
    assert done.meta["credits"] - done.meta["uncertain_credits"] <= credits_charged <= done.meta["credits"]


def test_a_permanent_failure_is_reported_and_does_not_block_others(trial):
    trial.sandbox.script.set([ScriptedFault("status_500", times=1000, endpoint="user-posts")])
    done = trial.workspace.live.sweep(SweepRequest(CAST, posts=35))
    assert {row["reason"] for row in done} == {"failed"}
    assert all("status 500" in row["lacks"] for row in done)
    assert done.meta["unfinished"] == 3
    trial.sandbox.script.set([])
    asked = len(trial.calls("userinfo"))
    again = trial.workspace.live.sweep(
        SweepRequest(tuple(reversed(CAST)), posts=35)
    )  # the same question in another order
    assert (again.meta["resumed"], again.meta["complete"]) == (True, 3)
    assert len(trial.calls("userinfo")) == asked


@pytest.mark.parametrize(
    ("fault", "reason"), [("repeated_cursor", "repeated_cursor"), ("stops_early", "stopped_early")]
)
def test_wrong_paging_is_detected(trial, fault, reason):
    trial.sandbox.script.set([ScriptedFault(fault, times=100, endpoint="user-posts")])
    done = trial.workspace.live.sweep(SweepRequest(CAST[:1], posts=300))
    row = next(iter(done))
    assert (row["complete"], row["reason"]) == (False, reason)
    assert row["lacks"]
    assert 0 < row["posts"] < 300


def test_an_empty_page_in_between_is_skipped(trial):
    trial.sandbox.script.set([ScriptedFault("empty_page", times=2, endpoint="user-posts")])
    done = trial.workspace.live.sweep(SweepRequest(CAST[:1], posts=100))
    assert next(iter(done))["complete"]


def test_new_and_retyped_fields_are_counted_and_drop_nothing(trial):
    trial.sandbox.script.set(
        [ScriptedFault("new_field", times=1), ScriptedFault("retyped_field", times=1, endpoint="user-posts")]
    )
    done = trial.workspace.live.sweep(SweepRequest(CAST[:1], posts=70))
    assert done.meta["drift"]
    assert {row["what"] for row in done.meta["drift"]} <= {"new", "retyped", "missing"}
    assert done.meta["rejected"] == 0
    assert done.meta["posts_new"] == 70
    assert len(trial.workspace.live.drift())


def test_a_sweep_is_not_run_twice_at_the_same_time(trial):
    live, request = trial.workspace.live, SweepRequest(CAST[:1])
    job = begin(live, live.spec(request))
    assert sweeps.acquire(live.database, job.sweep_id, "another-host:boot/4711/99/aa", clock.now())
    with pytest.raises(StorageError, match="Another process"):
        live.sweep(request)


def test_scavio_gives_the_same_rows(trial):
    done = trial.workspace.live.sweep(SweepRequest(CAST[:2], posts=60, provider="scavio"))
    assert done.meta["complete"] == 2
    for post_id, views, saves, source in trial.query("SELECT post_id, views, saves, source FROM post_snapshots"):
        true = trial.world.counters(post_id, NOON)
        assert (views, saves, source) == (true.views, true.saves, "scavio-sandbox")
    assert done.meta["usd"] == pytest.approx(done.meta["credits"] * 0.005)


def test_a_watchlist_is_read_when_the_sweep_starts(trial):
    live = trial.workspace.live
    assert live.watchlist_add("rivals", ["@demo_pantry", "demo_PANTRY", "#onepan"]) == 2
    done = live.sweep(SweepRequest(("@demo_kitchen",), watchlist="rivals", posts=35))
    assert [(row["kind"], row["name"]) for row in done] == [
        ("account", "demo_kitchen"),
        ("account", "demo_pantry"),
        ("hashtag", "onepan"),
    ]
    assert live.watchlist_remove("rivals", ["#onepan", "@nobody"]) == 1
    with pytest.raises(NoDataError, match="rivals"):
        live.sweep(SweepRequest(watchlist="no such list"))


def test_posts_of_topics_are_stored_separately(trial):
    done = trial.workspace.live.sweep(SweepRequest(("#recipe", "search:lemon orzo"), posts=30))
    assert all(row["posts"] for row in done)
    assert trial.query("SELECT count(*) FROM posts") == [(0,)]
    samples = dict(trial.query("SELECT topic, topic_posts FROM topic_samples"))
    assert samples["recipe"] == trial.world.hashtag_uses("recipe", NOON).posts
    ranks = [rank for (rank,) in trial.query("SELECT rank FROM topic_posts WHERE topic = 'recipe' ORDER BY rank")]
    assert ranks == list(range(1, len(ranks) + 1))


def test_topics_of_the_accounts_are_sampled_once_a_day(trial):
    request = SweepRequest(CAST[:1], posts=35, topics=3)
    done = trial.workspace.live.sweep(request)
    assert done.meta["topics_sampled"] >= 3
    asked = len(trial.calls("challenge-info")) + len(trial.calls("music-info"))
    again = trial.workspace.live.sweep(request)
    assert again.meta["topics_sampled"] == 0
    assert len(trial.calls("challenge-info")) + len(trial.calls("music-info")) == asked


def test_a_finished_job_leaves_no_lock_file(trial):
    trial.workspace.live.sweep(SweepRequest(CAST[:1], posts=35))
    assert not (trial.workspace.store.root / "locks").exists()
    with trial.workspace.live.database.reading() as connection:
        held = connection.exec_driver_sql("SELECT count(*) FROM sweeps WHERE holder IS NOT NULL")
        assert held.scalar_one() == 0


def begin(live, spec):
    """A job that another process has begun."""
    job, targets = sweeping._new_job(live.database, spec)
    sweeps.create(live.database, job, targets)
    return job


def test_old_responses_are_deleted(trial):
    live = trial.workspace.live
    live.sweep(SweepRequest(CAST[:1], posts=35))
    assert responses.count(live.database) == 2
    assert responses.delete_before(live.database, clock.now() - timedelta(days=1)) == 0
    assert responses.delete_before(live.database, clock.now() + timedelta(seconds=1)) == 2
    assert responses.count(live.database) == 0
    assert live.cost().meta["total"]["credits"] == 2  # the ledger stays


def test_the_key_is_not_in_the_data_folder(trial):
    trial.workspace.live.sweep(SweepRequest(CAST[:1], posts=35))
    for path in trial.workspace.store.root.rglob("*"):
        assert not path.is_file() or b"sandbox-key" not in path.read_bytes()


def test_an_early_end_is_detected_with_an_old_profile_and_marks_nothing_missing(trial):
    request = SweepRequest(CAST[:1], posts=300)
    trial.workspace.live.sweep(request)
    trial.sandbox.script.set([ScriptedFault("stops_early", endpoint="user-posts")])
    row = next(iter(trial.workspace.live.sweep(request)))
    assert (row["complete"], row["reason"]) == (False, "stopped_early")
    assert trial.query("SELECT count(*) FROM post_states") == [(0,)]


def test_the_niche_of_a_job_survives_loading_by_another_job(trial, monkeypatch):
    def die(*_, **__):
        raise KeyboardInterrupt

    live = trial.workspace.live
    with monkeypatch.context() as killed:  # as a process leaves it that dies before it loads what it read
        killed.setattr(sweeping, "load_pending", lambda *_: None)
        killed.setattr(sweeping.finalize, "finalize", lambda *_: [])
        killed.setattr(sweeping, "summarize", die)
        with pytest.raises(KeyboardInterrupt):
            live.sweep(SweepRequest(CAST[:1], niche="cooking", posts=35))
    assert trial.query("SELECT count(*) FROM creators") == [(0,)]
    live.sweep(SweepRequest(CAST[1:2], posts=35))
    assert trial.query("SELECT handle, niche FROM creators ORDER BY handle") == [
        ("demo_kitchen", "cooking"),
        ("demo_pantry", None),
    ]


def test_stopping_releases_the_token(trial, monkeypatch):
    monkeypatch.setenv("DWELL_TIKLIVEAPI_LIMIT", "1/3600")
    stop = threading.Event()
    names = tuple(f"@nobody_{number}" for number in range(40))
    with pytest.raises(StoppedError):
        trial.workspace.live.sweep(SweepRequest(names), on_progress=lambda now: now.requests and stop.set(), stop=stop)
    with trial.workspace.live.database.reading() as connection:
        ahead = connection.exec_driver_sql("SELECT tat FROM rate_limits").scalar_one()
    assert from_micros(ahead) - clock.now() < timedelta(hours=2.1)


def test_half_a_character_is_replaced_by_a_storable_one():
    body = b'{"user": {"id": "6812345678901234567", "uniqueId": "demo", "nick\\ud83d": "x\\ud83d\\ude00"}, "stats": {}}'
    found = PROVIDERS["tikliveapi"].read(
        HttpRequest("userinfo-by-username", "GET", "/"), HttpResponse(200, {}, body, NOON)
    )
    assert found["user"]["nick\ufffd"] == "x\U0001f600"


def test_a_sweep_interrupted_among_its_topics_resumes_there(trial):
    request = SweepRequest(CAST[:2], posts=35, topics=4)
    plan = trial.workspace.live.plan(request)
    assert plan.meta["credits_at_most"] == 2 * 2 + 4 * 2 * 2
    first = trial.workspace.live.sweep(replace(request, max_credits=7))
    assert first.meta["unfinished"]
    assert trial.workspace.live.plan(request).meta["resumes"]["credits_spent"] == 7
    done = trial.workspace.live.sweep(request)
    assert (done.meta["resumed"], done.meta["unfinished"]) == (True, 0)
    assert done.meta["topics_sampled"] == len(done) - 2 > 0
    assert done.meta["credits"] == len(trial.calls()) <= plan.meta["credits_at_most"]
    assert len(trial.calls("user-posts")) == 2


def test_a_fresh_start_gives_up_the_old_sweep(trial):
    live = trial.workspace.live
    live.sweep(SweepRequest(CAST[:1], posts=100, max_credits=2))
    assert live.plan(SweepRequest(CAST[:1], posts=100)).meta["resumes"]
    assert not live.sweep(SweepRequest(CAST[:1], posts=100, fresh=True)).meta["resumed"]
    assert live.plan(SweepRequest(CAST[:1], posts=100)).meta["resumes"] is None


def test_a_page_is_decoded_once_and_each_post_parsed_once(trial, monkeypatch):
    decoded, parsed = [], []
    decode, parse_post = msgspec.json.decode, tikliveapi.post
    monkeypatch.setattr(
        "dwell.http.messages.msgspec.json.decode", lambda body, **kw: decoded.append(body) or decode(body, **kw)
    )
    monkeypatch.setattr(tikliveapi, "post", lambda item: parsed.append(item) or parse_post(item))
    done = trial.workspace.live.sweep(SweepRequest(("@demo_kitchen",), posts=70))
    assert done.meta["posts_new"] == len(parsed) == 70
    pages = [body for body in decoded if isinstance(body, bytes) and b'"play_count"' in body]
    assert len(pages) == 2
