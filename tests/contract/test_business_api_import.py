"""Responses of the sandbox's Business API as files: `dwell import` reads the truth of the world from them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

import dwell
from dwell_sandbox import World
from dwell_sandbox.business_api.fields import SCOPES, VIDEO_FIELDS
from dwell_sandbox.server.app import create_app
from dwell_sandbox.server.sandbox import Sandbox
from dwell_sandbox.server.simulated_clock import SimulatedClock

NOW = datetime(2026, 11, 1, 9, 0, 20, tzinfo=UTC)
HANDLE = "demo_kitchen"


@pytest.fixture(scope="module")
def world() -> World:
    return World(12)


def _pages(world: World, folder: Path) -> list[Path]:
    """Three pages of videos with all fields, as they came."""
    sandbox = Sandbox(world, SimulatedClock(NOW, 0.0))
    store = sandbox.business_api.tokens
    code = store.issue_code(world.creator_id(HANDLE), "open-id", SCOPES, "", NOW, 0.0)
    headers = {"access-token": store.exchange_code(code, "", NOW, 0.0).access_token}
    query = {"business_id": "open-id", "fields": json.dumps([*VIDEO_FIELDS]), "max_count": "20"}
    client = TestClient(create_app(sandbox))
    paths = []
    for number in range(3):
        response = client.get("/open_api/v1.3/business/video/list/", params=query, headers=headers)
        query["cursor"] = str(response.json()["data"]["cursor"])
        paths.append(folder / f"page-{number}.json")
        paths[-1].write_bytes(response.content)
    client.close()
    return paths


def test_watch_times_and_curves_are_those_of_the_world(world: World, tmp_path: Path) -> None:
    workspace = dwell.open(tmp_path / "data", create=True)
    done = workspace.import_files(_pages(world, tmp_path), as_of="2026-11-01")
    assert [(each.format, each.rejected) for each in done.files] == [("business-api", 0)] * 3
    stored = workspace.store.query("SELECT * FROM watch_times", ["watch_times"])
    watched = [row for row in stored if row["avg_watch_s"] is not None]  # the others have had no view for seven days
    assert len(watched) > 20
    for row in watched:
        true = world.truth(row["post_id"])
        assert true is not None
        assert row["avg_watch_s"] == pytest.approx(true.avg_watch_s, abs=0.001)
        assert row["full_watch_rate"] == pytest.approx(true.full_watch_rate, abs=0.0001)
    curves: dict[str, dict[float, float]] = {}
    for row in workspace.store.query("SELECT * FROM retention", ["retention"]):
        curves.setdefault(row["post_id"], {})[row["second"]] = row["retention_rate"]
    assert len(curves) > 45
    for post_id, curve in curves.items():
        assert [curve[second] for second in sorted(curve)] == pytest.approx(world.retention(post_id), abs=0.0001)
