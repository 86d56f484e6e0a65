"""The days of an account: how far they were read, and which are lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

BUSINESS, FEW = "demo_beauty_1035", "demo_tech_1051"
ACCOUNT = "business/get"


def test_days_that_no_sync_could_reach_are_declared(trial: Any) -> None:
    row = trial.account(BUSINESS)
    trial.sync()
    newest = date.fromisoformat(trial.cursors(row, "account_days")[""])
    trial.clock.pass_(days=70)
    result = trial.sync()
    lost = [
        newest + timedelta(days=n)
        for n in range(1, 200)
        if newest + timedelta(days=n) < trial.clock.at.date() - timedelta(58)
    ]
    gaps = trial.rows("owned_gaps", "open_id, stream, day")
    assert [(open_id, day) for open_id, stream, day in gaps if stream == "account_days"] == [
        (row.open_id, d) for d in lost
    ]
    assert len([1 for _, stream, _ in gaps if stream == "videos"]) == 69
    assert result.meta["lost_days"] == {f"@{BUSINESS}": {"account_days": len(lost), "videos": 69}}
    trial.clock.pass_(days=1)
    assert trial.sync().meta["lost_days"] == {}
    assert len(trial.rows("owned_gaps")) == len(gaps)


def test_a_day_that_only_came_with_the_profile_is_lost(sqlite_trial: Any) -> None:
    """The profile has the followers of seven days, and none of their views."""
    trial = sqlite_trial
    row = trial.account(BUSINESS)
    trial.sync()
    newest = date.fromisoformat(trial.cursors(row, "account_days")[""])
    trial.clock.pass_(days=3)
    trial.change_days(lambda body: "username" in body["data"] or body["data"]["metrics"].clear())
    trial.sync()
    trial.change(None)
    trial.clock.pass_(days=70)
    trial.sync()
    first, *_, last = sorted(day for (day,) in trial.rows("owned_gaps", "day", "stream = 'account_days'"))
    assert (first, last) == (newest + timedelta(1), trial.clock.at.date() - timedelta(59))
    assert trial.rows("owned_account_days", "followers_count", f"day = '{newest + timedelta(1)}'")[0][0]


def test_a_daily_sync_loses_no_day(sqlite_trial: Any) -> None:
    trial = sqlite_trial
    trial.account(FEW)
    for _ in range(6):
        trial.sync()
        trial.clock.pass_(days=1)
    days = [day for (day,) in trial.rows("owned_account_days", "day")]
    assert days == [days[0] + timedelta(days=n) for n in range(len(days))]
    assert not trial.rows("owned_gaps")


def test_a_partial_response_leaves_its_days_to_the_next_sync(sqlite_trial: Any) -> None:
    trial = sqlite_trial
    trial.account(BUSINESS)
    trial.sync()
    before = trial.content()
    trial.clock.pass_(days=20)
    trial.fail("partial_success", ACCOUNT, 2)
    trial.change_days(_without("2026-06-12", "2026-06-13"))
    result = trial.sync()
    trial.change(None)
    trial.clock.pass_(days=1)
    trial.sync()
    days = [day for (day,) in trial.rows("owned_account_days", "day")]
    assert trial.states(result)["account"] == "complete"
    assert days == [days[0] + timedelta(days=n) for n in range(len(days))]
    assert len(days) > len(before["owned_account_days"]) + 10


def _without(*left_out: str) -> Callable[[dict[str, Any]], None]:
    """Leaves days out of the responses, without a word."""

    def edit(body: dict[str, Any]) -> None:
        body["data"]["metrics"] = [day for day in body["data"]["metrics"] if day["date"] not in left_out]

    return edit


def test_a_day_that_never_comes_is_declared_alone(sqlite_trial: Any) -> None:
    trial = sqlite_trial
    row = trial.account(FEW)
    trial.sync()
    trial.change_days(_without("2026-06-15"))
    for _ in range(12):
        trial.clock.pass_(days=10)
        trial.sync()
    assert trial.rows("owned_gaps", "day", "stream = 'account_days'") == [(date(2026, 6, 15),)]
    assert date.fromisoformat(trial.cursors(row, "account_days")[""]) > date(2026, 9, 25)


def test_a_first_reading_that_is_partial_is_not_taken_for_a_young_account(sqlite_trial: Any) -> None:
    trial = sqlite_trial
    row = trial.account(FEW)

    def edit(body: dict[str, Any]) -> None:
        body["code"] = 20001
        del body["data"]["metrics"][:30]

    trial.change_days(edit)
    assert trial.states(trial.sync())["account_metrics"] == "partial"
    assert trial.cursors(row, "account_days") == {}
    trial.change(None)
    trial.sync()
    assert len(trial.rows("owned_account_days")) >= 55


@pytest.mark.parametrize("day", ["2099-01-01", "9999-12-31", "2026-12-31"])
def test_a_day_of_the_future_moves_no_cursor(sqlite_trial: Any, day: str) -> None:
    trial = sqlite_trial
    row = trial.account(FEW)
    trial.change_days(lambda body: body["data"]["metrics"].append({"date": day, "likes": 1}))
    trial.sync()
    assert date.fromisoformat(trial.cursors(row, "account_days")[""]) < trial.clock.at.date()
