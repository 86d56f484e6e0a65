"""Live commands on a simulated provider: JSON contracts, resuming, every example."""

from __future__ import annotations

import json
import os
import shlex
import signal
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dwell import clock
from dwell.http import transport
from dwell_sandbox.server.sandbox import Sandbox

from .conftest import NOON, calls

CAST = ("@demo_kitchen", "@demo_pantry")


def _spent(sandbox: Sandbox) -> int:
    return sum(call["credits"] for call in calls(sandbox))


def test_the_price_is_known_before_and_paid_after(
    dwell: Callable[..., Any], sandbox: Sandbox, conforms: Callable[..., None]
) -> None:
    plan = dwell("sweep", *CAST, "--posts", "70", "--dry-run", "--json")
    conforms(plan.json, "plan")
    assert plan.status == 0
    assert calls(sandbox) == []
    assert "Dry run: nothing was sent." in dwell("sweep", *CAST, "--posts", "70", "--dry-run").out
    done = dwell("sweep", *CAST, "--posts", "70", "--json")
    conforms(done.json, "sweep")
    assert done.status == 0
    assert done.json["credits"] == plan.json["credits_at_most"] == _spent(sandbox) == 2 * (1 + 2)
    assert done.json["simulated"]
    assert [(row["reason"], row["posts"]) for row in done.json["rows"]] == [("asked", 70), ("asked", 70)]


def test_a_sweep_says_what_each_target_lacks(
    dwell: Callable[..., Any], sandbox: Sandbox, conforms: Callable[..., None]
) -> None:
    private = next(
        handle
        for number in range(5, 3_000)
        if sandbox.world.status(handle := sandbox.world.creator_by_number(number).handle, NOON).state == "private"
    )
    done = dwell("sweep", f"@{private}", "@nobody_there", "@demo_kitchen", "#onepan", "--posts", "35", "--json")
    conforms(done.json, "sweep")
    rows = done.json["rows"]
    assert [row["reason"] for row in rows] == ["private", "not_found", "asked", "asked"]
    assert [row["complete"] for row in rows] == [not row["lacks"] for row in rows] == [False, False, True, True]
    shown = dwell("sweep", f"@{private}", "--posts", "35").out
    assert "the account is private" in rows[0]["lacks"]
    assert "Not complete: 1 of 1 (1 private)." in shown
    assert "simulation" in shown


def test_the_ledger_is_the_providers_own_count(
    dwell: Callable[..., Any], sandbox: Sandbox, conforms: Callable[..., None]
) -> None:
    dwell("sweep", *CAST, "@nobody_there", "--posts", "105")
    for by in ("provider", "command", "account", "endpoint", "sweep", "day"):
        cost = dwell("cost", "--by", by, "--since", "1d", "--json").json
        conforms(cost, "cost")
        assert cost["total"]["requests"] == len(calls(sandbox)) == sum(row["requests"] for row in cost["rows"])
        assert cost["total"]["credits"] == _spent(sandbox) == sum(row["credits"] for row in cost["rows"])
    named = {row["account"]: row["credits"] for row in dwell("cost", "--by", "account", "--json").json["rows"]}
    assert named == {"demo_kitchen": 4, "demo_pantry": 4, "nobody_there": 0}


def test_vetting_has_reasons_and_n(dwell: Callable[..., Any], sandbox: Sandbox, conforms: Callable[..., None]) -> None:
    read = dwell("vet", "@demo_pantry", "--niche", "cooking", "--json")
    conforms(read.json, "vet")
    assert (read.status, read.json["n"], read.json["handle"]) == (0, 20, "demo_pantry")
    asked = len(calls(sandbox))
    expected = read.json
    paid = expected.pop("paid")
    assert paid["requests"] == paid["credits"] == asked
    assert dwell("vet", "@demo_pantry", "--niche", "cooking", "--stored", "--json").json == expected
    assert len(calls(sandbox)) == asked == 2
    assert read.json["verdict"] in dwell("vet", "@demo_pantry", "--stored").out


def test_a_topic_has_a_stage_and_a_day_series(
    dwell: Callable[..., Any], sandbox: Sandbox, conforms: Callable[..., None]
) -> None:
    read = dwell("topic", "--hashtag", "#OnePan", "--json")
    conforms(read.json, "trends")
    assert (read.status, read.json["topic"], read.json["read"]) == (0, "onepan", True)
    assert [row["rank"] for row in read.json["rows"]][:3] == [1, 2, 3]
    asked = len(calls(sandbox))
    stored = dwell("topic", "--hashtag", "onepan", "--stored", "--json")
    conforms(stored.json, "trends")
    assert stored.json["rows"] == read.json["rows"]
    assert len(calls(sandbox)) == asked
    shown = dwell("topic", "--hashtag", "onepan", "--stored").out
    assert read.json["lifecycle"]["stage"] in shown
    assert read.json["simulated"] is stored.json["simulated"] is True
    assert "from a simulation" in shown


@pytest.mark.parametrize("words", [("vet", "@demo_pantry"), ("topic", "--hashtag", "onepan")])
def test_vet_and_trends_have_a_price_and_a_budget(
    dwell: Callable[..., Any], sandbox: Sandbox, conforms: Callable[..., None], words: tuple[str, ...]
) -> None:
    plan = dwell(*words, "--dry-run", "--json")
    conforms(plan.json, "plan")
    assert plan.status == 0
    shown = dwell(*words, "--dry-run").out
    assert f"{plan.json['credits_at_most']} credits" in shown
    assert "Dry run: nothing was sent." in shown
    assert calls(sandbox) == []
    stopped = dwell(*words, "--max-credits", "1", "--json")
    conforms(json.loads(stopped.err), "error")
    assert (stopped.status, stopped.out, _spent(sandbox)) == (1, "", 1)
    assert "the budget of 1 credit is used up; run again with a higher --max-credits to resume" in stopped.err
    resumed = dwell(*words, "--dry-run")
    assert "0 of 1 done, 1 credit spent (--fresh starts over)" in resumed.out
    done = dwell(*words, "--max-credits", plan.json["credits_at_most"], "--json")
    assert done.status == 0
    assert 1 < _spent(sandbox) <= plan.json["credits_at_most"]


def test_a_topic_that_was_read_today_has_no_price(
    dwell: Callable[..., Any], sandbox: Sandbox, conforms: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "SIMULATED_AT", "x-never-sent")  # what is simulated is read again and again
    monkeypatch.setattr(transport.HttpTransport, "_read_clock", lambda *_: clock.now())
    words = ("topic", "--hashtag", "onepan")
    assert dwell(*words).status == 0
    asked = len(calls(sandbox))
    plan = dwell(*words, "--dry-run", "--json").json
    conforms(plan, "plan")
    assert (plan["requests_at_most"], plan["credits_at_most"], plan["provider"]) == (0, 0, None)
    shown = dwell(*words, "--dry-run").out
    assert "No requests are needed." in shown
    assert "--fresh reads it again" in shown
    assert "No requests are needed." not in dwell(*words, "--dry-run", "--fresh").out
    assert len(calls(sandbox)) == asked


def test_an_unfinished_sweep_exits_with_1_and_the_same_command_resumes(
    dwell: Callable[..., Any], sandbox: Sandbox
) -> None:
    words = ("sweep", *CAST, "--posts", "175")
    cut = dwell(*words, "--max-credits", "5", "--json")
    assert cut.status == 1
    assert _spent(sandbox) == 5
    assert {row["reason"] for row in cut.json["rows"] if row["again"]} == {"budget"}
    assert dwell(*words, "--dry-run", "--json").json["resumes"]["credits_spent"] == 5
    rest = dwell(*words, "--json")
    assert (rest.status, rest.json["resumed"], rest.json["unfinished"]) == (0, True, 0)
    assert _spent(sandbox) == 12  # two profiles and ten pages: none twice


def test_ctrl_c_ends_with_130_and_loses_nothing(
    dwell: Callable[..., Any], sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, conforms: Callable[..., None]
) -> None:
    handle = Sandbox.handle

    def interrupting(self: Sandbox, *given: Any) -> Any:
        if self.request_log.count == 3:
            os.kill(os.getpid(), signal.SIGINT)
        return handle(self, *given)

    words = ("sweep", *CAST, "--posts", "420", "--json")
    with monkeypatch.context() as patch:
        patch.setattr(Sandbox, "handle", interrupting)
        stopped = dwell(*words)
    assert stopped.status == 130
    conforms(json.loads(stopped.err), "error")
    assert json.loads(stopped.err)["error"]["code"] == "stopped"
    assert 4 <= len(calls(sandbox)) < 26
    assert dwell(*words).status == 0
    assert len(calls(sandbox)) == 26  # two profiles and 24 pages


def test_a_missed_run_is_caught_up_once(
    dwell: Callable[..., Any], sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert dwell("watchlist", "add", "rivals", "@demo_pantry", "@DEMO_PANTRY", "#onepan").status == 0
    assert dwell("watchlist", "remove", "rivals", "#onepan").status == 0
    assert [row["name"] for row in dwell("watchlist", "list", "--json").json["rows"]] == ["demo_pantry"]
    real = clock.now
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: real() - timedelta(days=3))
        added = dwell(
            "schedule", "add", "daily", "--watchlist", "rivals", "--posts", "35", "--tz", "Asia/Tokyo", "--json"
        )
    assert [(row["schedule"], row["every"], row["at"]) for row in added.json["rows"]] == [("daily", "day", "00:00")]
    first, again = dwell("run", "--once", "--json"), dwell("run", "--once", "--json")
    assert [row["schedule"] for row in first.json["rows"]] == ["daily"]
    assert again.json["rows"] == []
    assert len(calls(sandbox)) == 2
    listed = dwell("schedule", "list", "--json").json["rows"][0]
    assert listed["last_due_at"] == first.json["rows"][0]["due_at"]
    assert listed["last_due_at"].endswith("T15:00:00Z")  # midnight in Tokyo
    assert listed["last_outcome"].startswith("1 of 1 complete")


def test_a_schedule_by_a_cron_expression(dwell: Callable[..., Any], sandbox: Sandbox) -> None:
    words = ("schedule", "add", "working-days", "@demo_pantry", "--cron", "0 7 * * 1-5", "--tz", "Asia/Tokyo", "--json")
    (row,) = dwell(*words).json["rows"]
    assert (row["every"], row["at"], row["tz"]) == ("0 7 * * 1-5", None, "Asia/Tokyo")
    assert row["next_due_at"].endswith("T22:00:00Z")
    both = dwell(*words, "--every", "monday")
    assert (both.status, "either --cron, or --every" in both.err) == (2, True)


EXAMPLES = (
    "watchlist add", "watchlist list", "sweep", "vet", "topic", "cost", "replay", "run", "schedule add",
    "schedule list", "schedule remove", "watchlist remove",
)  # fmt: skip
"""In an order in which each has what it needs; `dwell run` only ends while nothing is scheduled."""


def test_every_example_runs(
    dwell: Callable[..., Any], sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = 0
    for command in EXAMPLES:
        shown = dwell(*command.split(), "--help", data=None).out.partition("Example:")[2]
        lines = [line.strip() for line in shown.splitlines() if line.strip().startswith(f"dwell {command}")]
        assert lines
        for line in lines:
            done = dwell(*shlex.split(line)[1:])
            assert done.status == 0, f"{line}: {done.err}"
            ran += 1
    assert ran >= len(EXAMPLES)
    assert (tmp_path / "orzo.png").stat().st_size > 5_000
