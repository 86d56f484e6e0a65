"""A provider that asks to wait: obeyed, shown, never waited for longer than five minutes, and cleared by the user."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest

from dwell.workspace.live import SweepRequest

from .proxy import Reply, altered

NAME = "@demo_kitchen"


@pytest.fixture
def answer_429(trial, monkeypatch) -> Iterator[Callable[..., None]]:
    """Answers the next requests with 429 and these headers."""
    left = {"times": 0, "headers": {}}

    def change(reply: Reply) -> None:
        if left["times"]:
            left["times"] -= 1
            reply.status = 429
            reply.headers |= left["headers"]

    def use(times: int, **headers: str) -> None:
        left.update(times=times, headers={name.replace("_", "-"): value for name, value in headers.items()})

    with ExitStack() as stack:
        monkeypatch.setenv(
            "DWELL_TIKLIVEAPI_URL", stack.enter_context(altered(os.environ["DWELL_TIKLIVEAPI_URL"], change))
        )
        yield use


@pytest.mark.parametrize("limit", ["0/60", "6000/60"])
def test_a_pause_of_a_day_ends_the_command_and_can_be_cleared(trial, answer_429, monkeypatch, limit: str) -> None:
    monkeypatch.setenv("DWELL_TIKLIVEAPI_LIMIT", limit)
    live = trial.workspace.live
    answer_429(1, retry_after="86400")
    (row,) = live.sweep(SweepRequest((NAME,), posts=35))
    assert (row["reason"], row["again"], row["complete"]) == ("held", True, False)
    assert "tikliveapi asks to wait until " in row["lacks"]
    asked = len(trial.calls())
    (again,) = live.sweep(SweepRequest((NAME,), posts=35))  # another command with that key sends nothing
    assert (again["reason"], len(trial.calls())) == ("held", asked)
    (held,) = live.limits()
    left = held["held_until"] - live.database.now()
    assert timedelta(hours=23) < left <= timedelta(hours=24)
    assert live.clear_holds("scavio") == 0
    assert live.clear_holds("tikliveapi") == 1
    assert [one["held_until"] for one in live.limits()] == [None]
    (done,) = live.sweep(SweepRequest((NAME,), posts=35))
    assert done["complete"]


def test_a_short_pause_is_waited_for_and_shown(trial, answer_429, caplog) -> None:
    answer_429(1, retry_after="2")
    shown = []
    with caplog.at_level(logging.WARNING, logger="dwell"):
        started = time.monotonic()
        (row,) = trial.workspace.live.sweep(SweepRequest((NAME,), posts=35), on_progress=shown.append)
    assert row["complete"]
    assert time.monotonic() - started >= 1.5
    assert any("tikliveapi asks to wait until" in record.getMessage() for record in caplog.records)


def test_a_schedule_that_is_held_is_retried_and_others_go_on(trial, answer_429) -> None:
    live = trial.workspace.live
    live.schedule_add("held", SweepRequest((NAME,), posts=35, provider="tikliveapi"), cron="* * * * *")
    live.schedule_add("other", SweepRequest((NAME,), posts=35, provider="scavio"), cron="* * * * *")
    answer_429(100, retry_after="86400")
    added = live.database.now()
    later = added + timedelta(minutes=2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(live.database), "now", lambda _self: later)
        result = live.run_due()
    outcomes = {row["schedule"]: row["outcome"] for row in result}
    assert outcomes["held"].startswith("not finished, retrying in 10 minutes: 0 of 1 complete (1 held)")
    assert outcomes["other"].startswith("1 of 1 complete")


def test_a_stop_ends_a_pause_at_once(trial, answer_429) -> None:
    stop = threading.Event()
    answer_429(1, retry_after="120")
    timer = threading.Timer(0.5, stop.set)
    timer.start()
    started = time.monotonic()
    with pytest.raises(Exception, match="Stopped by you"):
        trial.workspace.live.sweep(SweepRequest((NAME,), posts=35), stop=stop)
    assert time.monotonic() - started < 60
    timer.join()
