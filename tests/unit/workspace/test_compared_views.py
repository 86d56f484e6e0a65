"""Accounts are compared at the same age: views 7 days after publishing, or all numbers at an age that is asked for."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta

import pytest

import dwell
from dwell.errors import SettingsError
from dwell.results import Result
from dwell.workspace import Workspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """30 posts of each account; @rival has more views and a lower rate after a week, and the same as @you by now."""
    folder, rows = tmp_path_factory.mktemp("compared"), []
    for n in range(60):
        posted = datetime(2025, 6, 1, 9, 30, tzinfo=UTC) + timedelta(days=n)
        handle, fast = ("you", 1_000) if n % 2 else ("rival", 3_000)
        for days, views in ((6.5, fast + n), (7.5, fast + n + 200), (40.0, 90_007 + n)):
            post_id = str((int(posted.timestamp()) << 32) + n)
            at = (posted + timedelta(days=days)).isoformat()
            rows.append({"post_id": post_id, "platform": "tiktok", "handle": handle, "published_at": posted.isoformat(),
                         "duration_s": 12, "views": views, "likes": 5, "comments": 1, "shares": 1, "saves": 1,
                         "observed_at": at})  # fmt: skip
    with (folder / "posts.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    opened = dwell.open(folder / "data", create=True)
    assert not opened.import_files([folder / "posts.csv"]).failures
    return opened


def by_metric(result: Result) -> dict[str, dict[str, object]]:
    return {row["metric"]: row for row in result}


def test_views_of_a_week_and_not_the_newest_are_compared(workspace: Workspace) -> None:
    found = by_metric(workspace.compare(["@you", "@rival"]))
    views = found["views_7d"]
    assert (views["verdict"], views["n"], views["own_n"]) == ("higher", 30, 30)
    assert views["value"] == pytest.approx(3_129, abs=1)
    assert views["own_value"] == pytest.approx(1_130, abs=1)
    assert found["like_rate"]["verdict"] != "lower"  # by now both have 5 likes of some 90,000 views


def test_at_an_age_every_number_is_of_that_age(workspace: Workspace) -> None:
    result = workspace.compare("@you", "@rival", at="7d")
    found = by_metric(result)
    assert "views_7d" not in found
    assert found["views"]["value"] == pytest.approx(3_129, abs=1)
    rates = found["like_rate"]
    assert (rates["verdict"], rates["value"], rates["own_value"]) == (
        *("lower", pytest.approx(5 / 3_129, rel=0.01), pytest.approx(5 / 1_130, rel=0.01)),
    )
    assert [account["known"] for account in result.meta["accounts"]] == [30, 30]
    assert (result.meta["at"], result.meta["min_age_h"]) == ("7d", None)


def test_an_age_that_nobody_read_says_why(workspace: Workspace) -> None:
    result = workspace.compare("@you", "@rival", at="1h")
    assert {row["verdict"] for row in result if row["metric"].endswith("_rate")} == {"unknown"}
    assert [note.partition(":")[0] for note in result.meta["warnings"]] == ["@you", "@rival"]
    assert all("first read later (30)" in note for note in result.meta["warnings"])


def test_no_such_age(workspace: Workspace) -> None:
    with pytest.raises(SettingsError, match="choose from 1h, 24h, 72h, 7d"):
        workspace.compare("@you", "@rival", at="2d")
