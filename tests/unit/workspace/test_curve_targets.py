"""Targets that come from retention curves: the newest curve counts, and posts without one are not measured."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dwell.clock import now
from dwell.records import Post, PostSnapshot, Retention
from dwell.settings import Settings
from dwell.warehouse.batches import Batch
from dwell.workspace import Workspace

START = datetime(2025, 3, 3, 12, tzinfo=UTC)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Forty posts; of 30 the share at 3 s follows the likes, by their newest curve."""
    made = Workspace(Settings(data=tmp_path / "data", threads=1), create=True)
    objects = []
    for number in range(40):
        post_id = f"75271{number:014d}"
        posted, seen = START + timedelta(days=number), START + timedelta(days=number + 10)
        likes = 20 + 37 * number % 90
        about = {"post_id": post_id, "source": "table", "observed_at": seen}
        post = Post(platform="tiktok", handle="me", posted_at=posted, duration_s=12.0 + number % 7, **about)
        counts = {"views": 1_000, "likes": likes, "comments": 3, "shares": 5, "saves": 8}
        objects.append((post, PostSnapshot(rounded=False, observed_precision="instant", **counts, **about)))
        if number >= 30:
            continue
        for at, share in ((seen - timedelta(days=1), 0.05), (seen, likes / 150)):
            for second, rate in enumerate((1.0, (2 + share) / 3, (1 + share) / 2, share, share * 0.9)):
                point = {"second": float(second), "retention_rate": rate, "observed_precision": "instant"}
                objects.append((Retention(post_id=post_id, observed_at=at, source="table", **point),))
    with made.store.appending() as appender:
        appender.append(Batch("b", "made-up", "made-up", "b", now(), {}), objects)
    return made


@pytest.mark.parametrize("target", ["retention_1s", "retention_3s"])
def test_a_curve_gives_a_target(workspace: Workspace, target: str) -> None:
    report = workspace.fit(creator="@me", target=target).meta
    assert (report["target"], report["n"]) == (target, 30)
    assert report["left_out"] == {"not measured": 10}
    assert report["verdict"] == "usable"


def test_without_curves_nothing_is_measured(workspace: Workspace) -> None:
    assert workspace.fit(creator="@me", target="watch_ratio").meta["n"] == 0


def test_measured_posts_are_not_predicted(workspace: Workspace) -> None:
    model = workspace.fit(creator="@me", target="retention_3s").meta["model_id"]
    scores = workspace.score(creator="@me", model=model)
    assert len(scores) == 10
    assert scores.meta["left_out"] == {"measured: see the true value instead": 30}
