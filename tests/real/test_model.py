"""The completion model on a real account's measured watch time, through the workspace that a user opens."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dwell
from dwell.models.artifact import load
from dwell.models.audit import audit
from dwell.models.fitting import fit
from dwell.models.scoring import score
from dwell.workspace import Workspace

SHUFFLES = int(os.environ.get("DWELL_SHUFFLES", "40"))  # 200 in the figures of benchmarks/RESULTS.md
BARS = {"watch_ratio": (0.80, 0.82), "full_watch_rate": (0.62, 0.55)}


@pytest.fixture(scope="module")
def workspace(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    opened = dwell.open(tmp_path_factory.mktemp("real") / "data", create=True)
    opened.import_files([data / "studio_watch_time" / "creator_a.csv"], as_of="2023-12-31")
    return opened


@pytest.fixture(scope="module", params=BARS)
def report(request: pytest.FixtureRequest, workspace: Workspace) -> dict[str, Any]:
    return workspace.fit(creator="@creator_a", target=request.param).meta


def test_skill_is_over_the_bar(report: dict[str, Any]) -> None:
    unseen, later = BARS[report["target"]]
    assert report["n"] == 137
    assert report["verdict"] == "usable"
    assert report["out_of_fold"]["r2"] >= unseen
    assert report["forward"]["r2"] >= later


def test_every_baseline_is_beaten(report: dict[str, Any]) -> None:
    for baseline in report["baselines"].values():
        assert report["out_of_fold"]["r2"] > baseline["out_of_fold"]["r2"]
        assert report["out_of_fold"]["mae"] < baseline["out_of_fold"]["mae"]
        assert report["forward"]["r2"] > baseline["forward"]["r2"]
    assert report["gain"]["duration_only"]["low"] > 0


def test_intervals_cover_what_they_say(report: dict[str, Any]) -> None:
    interval = report["interval"]
    assert 0.87 <= interval["coverage"] <= 0.93
    for bucket, rows in interval["rows_by_bucket"].items():
        assert rows < 15 or interval["coverage_by_bucket"][bucket] >= 0.80


def test_it_is_stored_and_ranks_without_a_level_for_strangers(report: dict[str, Any], workspace: Workspace) -> None:
    model = load(workspace.store.root / "models", report["model_id"])
    rows = list(workspace.posts(creator="creator_a"))
    hidden = dict.fromkeys(("avg_watch_s", "watch_ratio", "full_watch_rate"))
    strangers = [{**row, "handle": "someone_else", **hidden} for row in rows]
    answer = score(model, strangers)
    assert answer["level_shown"] is False
    assert len(answer["rows"]) == 140


def test_the_audit_tells_what_follows(workspace: Workspace) -> None:
    result = audit(list(workspace.posts(creator="creator_a")))
    assert {row["verdict"] for row in result if row["proxy"] not in {"views", "duration_s"}} == {"follows"}
    assert all(row["n"] >= 136 for row in result)
    assert "views follows" in result.meta["verdict"]
    assert "the ratios add" in result.meta["verdict"]


def test_shuffled_targets_are_refused(workspace: Workspace) -> None:
    rows = [row for row in workspace.posts(creator="creator_a") if row["watch_ratio"] is not None]
    rng = np.random.default_rng(0)
    dealt = []
    for _ in range(SHUFFLES):
        order = rng.permutation(len(rows))
        dealt.append([{**row, "watch_ratio": rows[k]["watch_ratio"]} for row, k in zip(rows, order, strict=True)])
    fitted = sum(fit(posts, target="watch_ratio")[1] is not None for posts in dealt)
    assert fitted <= 0.05 * SHUFFLES
