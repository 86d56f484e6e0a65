"""Real exports of Studio beside the same figures as TikTok's API sends them: fields and units must be the same."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from dwell.cli.main import main
from dwell.clock import now
from dwell.records import OwnedAccount, OwnedAccountDay
from dwell.settings import Settings
from dwell.warehouse.batches import Batch
from dwell.workspace import Workspace

AT = datetime(2026, 2, 28, 12, tzinfo=UTC)
FIELDS = {
    "views": "video_views", "profile_views": "profile_views", "likes": "likes", "comments": "comments",
    "shares": "shares", "viewers": "unique_video_views", "followers": "followers_count",
}  # fmt: skip


@pytest.fixture
def workspace(data: Path, tmp_path: Path) -> Workspace:
    """An account with the days of its Studio exports, and the API's days with the same figures."""
    made = Workspace(Settings(data=tmp_path / "data"), create=True)
    for name in ("Overview", "Viewers", "FollowerHistory"):
        made.import_files([data / "studio_exports" / f"{name}.csv"], as_of="2026-02-28", creator="@creator_b")
    days = list(made.store.query("SELECT * FROM account_days", ["account_days"]))
    assert len(days) > 300
    records = [
        OwnedAccountDay(
            open_id="o1",
            day=day["day"],
            **{theirs: day[ours] for ours, theirs in FIELDS.items()},
            source="tiktok-organic",
            observed_at=AT,
        )
        for day in days
    ]
    account = OwnedAccount(open_id="o1", observed_at=AT, username="creator_b", source="tiktok-organic")
    with made.store.appending() as appender:
        objects = [(account,), *((record,) for record in records)]
        appender.append(Batch("b", "api", "made-up", "b", now(), {}), objects)
    return made


def test_the_overlapping_fields_of_real_days_are_equal(workspace: Workspace) -> None:
    rows = {row["field"]: row for row in workspace.reconcile(creator="@creator_b")}
    assert set(rows) == set(FIELDS)
    assert all(row["equal"] == row["compared"] > 300 for row in rows.values())


def test_one_day_that_differs_is_shown_first(workspace: Workspace) -> None:
    changed = OwnedAccountDay(
        open_id="o1", day=datetime(2026, 1, 5, tzinfo=UTC).date(), video_views=10**9, source="tiktok-organic",
        observed_at=AT.replace(hour=13),
    )  # fmt: skip
    with workspace.store.appending() as appender:
        appender.append(Batch("c", "api", "made-up", "c", now(), {}), [(changed,)])
    row = next(iter(workspace.reconcile(creator="@creator_b", field="views")))
    assert (row["subject"], row["api_value"]) == ("2026-01-05", 1e9)


def test_the_command_says_how_far_the_sources_agree(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(workspace.settings.data)
    assert main(["reconcile", "--creator", "@creator_b", "--data", folder]) == 0
    assert "figures are equal" in capsys.readouterr().out
    assert main(["reconcile", "--creator", "@creator_b", "--data", folder, "--field", "views"]) == 0
    out = capsys.readouterr().out
    assert "more: --all shows them" in out
    assert "0.0%" in out
    assert main(["reconcile", "--creator", "@creator_b", "--data", folder, "--field", "saves"]) == 1
    assert "choose from" in capsys.readouterr().err
