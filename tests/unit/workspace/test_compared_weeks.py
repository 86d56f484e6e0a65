"""Posts a week are counted over the weeks of which every post of both accounts is stored, and which were asked for."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import dwell
from dwell import clock
from dwell.errors import DwellError
from dwell.results import Result
from dwell.workspace.workspace import Workspace

START = datetime(2026, 1, 1, 9, 30, tzinfo=UTC)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def _export(path: Path, handle: str, days: range, read_at: datetime) -> Path:
    """Posts of an account, published on these days, read together."""
    rows = []
    for day in days:
        posted = START + timedelta(days=day)
        post_id = str((int(posted.timestamp()) << 32) + ord(handle[0]))
        rows.append({"post_id": post_id, "platform": "tiktok", "handle": handle, "published_at": posted.isoformat(),
                     "duration_s": 12, "views": 1_000 + day, "likes": 5, "comments": 1, "shares": 1, "saves": 1,
                     "observed_at": read_at.isoformat()})  # fmt: skip
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """@daily posts every day and was read whole on day 180, @twice every third day and was read whole in November."""
    folder = tmp_path_factory.mktemp("weeks")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: NOW)
        workspace = dwell.open(folder / "data", create=True)
        files = [
            _export(folder / "a.csv", "daily", range(180), START + timedelta(days=180)),
            _export(folder / "b.csv", "twice", range(0, 300, 3), NOW),
            # One old post is read again, as by `dwell track`.
            _export(folder / "c.csv", "daily", range(20, 21), NOW - timedelta(days=1)),
        ]
        assert not workspace.import_files(files).failures
        yield workspace


def _weeks(workspace: Workspace, *creators: str, **period: Any) -> dict[str, Any]:
    return next(row for row in workspace.compare(creators, **period) if row["metric"] == "posts_per_week")


def test_a_zone_needs_no_period(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """`tz` alone is that of the weeks, in every question that takes a period."""
    zones: list[Any] = []
    monkeypatch.setattr(
        "dwell.workspace.comparison.compare", lambda accounts, within, tz, metrics: zones.append(tz) or Result((), [])
    )
    workspace.compare("daily", "twice", tz="Pacific/Auckland")
    assert [str(zone) for zone in zones] == ["Pacific/Auckland"]
    for ask in (workspace.posts, workspace.growth, workspace.benchmarks, workspace.audit, workspace.trend):
        whole = ask(creator="daily", since="2026-02-01", tz="Pacific/Auckland")
        assert whole.meta["since"] == "2026-01-31T11:00:00Z", ask
    with pytest.raises(DwellError, match="isn't a time zone"):
        workspace.posts(creator="daily", tz="Berlin")


def test_a_post_that_is_read_again_is_no_reading_of_the_account(workspace: Workspace) -> None:
    row = _weeks(workspace, "daily", "twice")
    assert (row["n"], row["own_value"]) == (25, 7.0)
    assert row["value"] == pytest.approx(7 / 3, abs=0.05)


def test_a_period_has_no_weeks_outside_it(workspace: Workspace) -> None:
    row = _weeks(workspace, "daily", "twice", since="2026-02-01", until="2026-03-31")
    assert (row["n"], row["own_value"]) == (8, 7.0)
    row = _weeks(workspace, "daily", "twice", since="2026-03-01", until="2026-03-20")
    assert (row["n"], row["value"], row["verdict"]) == (2, None, "unknown")
    assert row["reason"].startswith("2 whole weeks of which every post of both is stored, 6 are needed")


def test_what_was_usual_before_a_post_is_not_cut_off_by_a_period(workspace: Workspace) -> None:
    every = {row["post_id"]: row for row in workspace.posts(creator="daily", min_age_h=0)}
    some = list(workspace.posts(creator="daily", min_age_h=0, since="2026-03-01", until="2026-03-05"))
    assert len(some) == 5
    for name in ("baseline_n", "views_multiple", "engagement_multiple"):
        assert [row[name] for row in some] == [every[row["post_id"]][name] for row in some]
    assert {row["baseline_n"] for row in some} == {20}


@pytest.mark.parametrize("order", [("daily", "twice"), ("twice", "daily")])
def test_posts_of_unknown_time_are_counted_whoever_is_first(
    tmp_path: Path, order: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    workspace = dwell.open(tmp_path / "data", create=True)
    files = [_export(tmp_path / f"{handle}.csv", handle, range(30), NOW) for handle in order]
    undated = tmp_path / "undated.csv"
    head = (tmp_path / "twice.csv").read_text().splitlines()[0]
    undated.write_text(f"{head}\nlocal-1,tiktok,twice,,12,9,5,1,1,1,{NOW.isoformat()}\n")
    assert not workspace.import_files([*files, undated]).failures
    found = workspace.compare(*order, since="2026-01-01")
    assert found.meta["undated"] == 1
    assert any("no known time" in note for note in found.warnings)


def test_a_period_without_posts_says_of_when_they_are(workspace: Workspace) -> None:
    found = workspace.posts(creator="daily", last="30d")
    assert len(found) == 0
    note = "No post is of this period: those that are stored were published from 2026-01-01 to 2026-06-29."
    assert note in found.warnings
    assert not any("No post is of" in note for note in workspace.posts(creator="daily", last="300d").warnings)
