"""Plans and budgets of `vet` and `trends`."""

from __future__ import annotations

import pytest

from dwell import clock
from dwell.errors import NoDataError
from dwell.http import transport
from dwell.workspace.live import SweepRequest


@pytest.fixture
def real(monkeypatch):
    """Make the sandbox look like a provider of real data, whose topics are not read twice a day."""
    monkeypatch.setattr(transport, "SIMULATED_AT", "x-never-sent")
    monkeypatch.setattr(transport.HttpTransport, "_read_clock", lambda *_: clock.now())


def test_a_vetting_costs_what_its_plan_says(trial):
    live = trial.workspace.live
    plan = live.plan_vet("@demo_pantry", posts=40)
    assert trial.calls() == []
    paid = live.vet("@demo_pantry", posts=40).meta["paid"]
    assert paid["credits"] == plan.meta["credits_at_most"] == len(trial.calls()) == 1 + 2
    assert live.plan_vet("@demo_pantry").meta["credits_at_most"] == 1  # the profile is fresh


def test_a_topic_costs_what_its_plan_says(trial):
    live = trial.workspace.live
    plan = live.plan_trends("hashtag", "#OnePan")
    assert trial.calls() == []
    assert plan.column("target") == ["#onepan"]
    paid = live.trends("hashtag", "#OnePan").meta["paid"]
    assert 0 < paid["credits"] == len(trial.calls()) <= plan.meta["credits_at_most"]


@pytest.mark.parametrize("most", [0, 1, 2])
def test_a_vetting_over_budget_fails_and_resumes(trial, most):
    live = trial.workspace.live
    with pytest.raises(NoDataError, match=f"cannot be vetted: .*budget of {most} credits?.* higher --max-credits"):
        live.vet("@demo_pantry", posts=40, max_credits=most)
    assert len(trial.calls()) == most
    assert live.plan_vet("@demo_pantry", posts=40).meta["resumes"]["credits_spent"] == most
    assert live.plan_vet("@demo_pantry", posts=40, fresh=True).meta["resumes"] is None
    assert live.vet("@demo_pantry", posts=40, max_credits=3).meta["n"] == 40
    assert len(trial.calls()) == 3  # none twice


def test_a_topic_that_was_read_today_needs_no_request(trial, real):
    live = trial.workspace.live
    live.trends("hashtag", "onepan")
    asked = len(trial.calls())
    plan = live.plan_trends("hashtag", "onepan")
    assert (plan.meta["requests_at_most"], plan.meta["credits_at_most"], plan.meta["provider"]) == (0, 0, None)
    assert [row["note"] for row in plan] == ["read within 20 hours; --fresh reads it again"]
    assert not live.trends("hashtag", "onepan", max_credits=0).meta["read"]
    assert len(trial.calls()) == asked
    assert live.plan_trends("hashtag", "onepan", fresh=True).meta["requests_at_most"] > 0


def test_a_topic_that_was_read_in_part_counts_as_not_read(trial, real):
    live = trial.workspace.live
    whole = live.plan_trends("hashtag", "onepan").meta["credits_at_most"]
    for most in (0, 2):
        with pytest.raises(NoDataError, match=f"budget of {most} credits?.* higher --max-credits"):
            live.trends("hashtag", "onepan", max_credits=most)
        assert len(trial.calls()) == most
    assert trial.query("SELECT count(*) FROM topic_samples") != [(0,)]
    assert live.plan_trends("hashtag", "onepan").meta["resumes"]["credits_spent"] == 2
    assert live.trends("hashtag", "onepan", max_credits=whole).meta["read"]
    assert 2 < len(trial.calls()) <= whole
    assert live.plan_trends("hashtag", "onepan").meta["requests_at_most"] == 0


def test_a_second_sweep_says_that_it_is_too_early_for_growth(trial):
    live = trial.workspace.live
    request = SweepRequest(("@demo_pantry", "@demo_kitchen"), posts=20)
    assert live.plan(request).meta["warnings"] == []
    assert live.sweep(SweepRequest(("@demo_pantry",), posts=20)).meta["warnings"] == []
    plan = live.plan(request)
    (warning,) = plan.meta["warnings"]
    assert warning.startswith("Read less than an hour ago: @demo_pantry less than a minute ago.")
    assert ["less than a minute ago" in row["note"] for row in plan] == [True, False]
    assert live.sweep(request).meta["warnings"] == [warning]
