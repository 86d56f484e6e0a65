"""The dbt package builds on what a load wrote, and its tests find what is wrong. `make dbt` installs dbt."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from dwell.metrics.tiktok_organic.catalog import DERIVED
from dwell.settings import Settings
from dwell.warehouse.duckdb_connection import connect
from dwell.workspace.loads import LoadRequest

from .conftest import V1, V2, World, at

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "integrations" / "dbt"
DBT = ROOT / ".venv-dbt" / "bin" / "dbt"
Run = Callable[..., dict[str, str]]


@pytest.fixture
def database(world: World, tmp_path: Path) -> Path:
    """Two days of an account with two videos, loaded into a DuckDB file."""
    for day in (2, 3):
        world.account(at(day), followers=day, profile_image="i")
        world.day(date(2026, 3, day - 1), at(day), {0: 1, 1: 2}, video_views=day)
        for post_id in (V1, V2):
            world.video(
                at(day),
                post_id,
                counters={"views": day},
                watched={"full_watch_rate": 0.5},
                lists={"impression_source": {"For You": 0.5, "Search": 0.5}, "audience_gender": {"male_vv": 1.0}},
                retention=[1.0, 0.5],
                likes=[1.0],
            )
    world.comment(at(3), username="fan")
    path = tmp_path / "analytics.duckdb"
    world.ws.load(LoadRequest(f"duckdb:{path}"))
    return path


@pytest.fixture
def dbt(database: Path, tmp_path: Path) -> Run:
    """Runs a command of dbt on the file; the status of each node, by its name."""
    if not DBT.exists():
        pytest.skip("dbt is not installed: `make dbt` does it")
    output = {"type": "duckdb", "path": str(database), "schema": "main", "threads": 1}
    profile = {"dwell": {"target": "test", "outputs": {"test": output}}}
    (tmp_path / "profiles.yml").write_text(json.dumps(profile))  # JSON is YAML
    places = {"DBT_PROFILES_DIR": tmp_path, "DBT_TARGET_PATH": tmp_path / "target", "DBT_LOG_PATH": tmp_path / "logs"}
    environment = {**os.environ, **{name: str(place) for name, place in places.items()}}
    environment |= {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}

    def run(*words: str) -> dict[str, str]:
        done = subprocess.run([str(DBT), *words], cwd=PACKAGE, env=environment, capture_output=True, text=True)
        name = "sources.json" if words[0] == "source" else "run_results.json"
        assert (tmp_path / "target" / name).exists(), done.stdout + done.stderr
        assert "eprecat" not in done.stdout, done.stdout
        found = json.loads((tmp_path / "target" / name).read_text())["results"]
        return {node["unique_id"].split(".", 2)[2]: node["status"] for node in found}

    return run


def change(database: Path, sql: str) -> None:
    with connect(Settings(threads=1), shared=False) as engine:
        engine.execute(f"ATTACH '{database}' AS other; USE other").fetchall()
        engine.execute(sql).fetchall()


def test_every_model_and_test_passes(dbt: Run) -> None:
    statuses = dbt("build")
    models = {f"stg_tiktok_organic__{name.removeprefix('tiktok_organic_')}" for name in DERIVED}
    assert {name for name, status in statuses.items() if status == "success"} == models
    assert {status for name, status in statuses.items() if name not in models} == {"pass"}
    assert len(statuses) > 120


@pytest.mark.parametrize(
    ("sql", "failing"),
    [
        ("INSERT INTO tiktok_organic_videos FROM tiktok_organic_videos LIMIT 1", "unique_combination_of_columns"),
        ("UPDATE tiktok_organic_videos SET full_video_watched_rate = 50", "accepted_range"),
        ("UPDATE tiktok_organic_videos_comments SET video_id = '1'", "relationships"),
        ("UPDATE tiktok_organic_account_metrics SET metric_date = NULL", "not_null"),
    ],
)
def test_a_wrong_row_fails_its_test(dbt: Run, database: Path, sql: str, failing: str) -> None:
    change(database, sql)
    failed = [name for name, status in dbt("build").items() if status == "fail"]
    assert any(name.startswith(failing) for name in failed), failed


def test_freshness_is_that_of_the_readings(dbt: Run, database: Path) -> None:
    change(database, "UPDATE tiktok_organic_account SET _synced_at = now() - INTERVAL 1 HOUR")
    change(database, "UPDATE tiktok_organic_account_metrics SET _synced_at = now() - INTERVAL 50 HOUR")
    statuses = dbt("source", "freshness")
    assert statuses["tiktok_organic.tiktok_organic_account"] == "pass"
    assert statuses["tiktok_organic.tiktok_organic_account_metrics"] == "warn"
    assert statuses["tiktok_organic.tiktok_organic_videos"] == "error"
    assert statuses["tiktok_organic.tiktok_organic_videos_impression_sources"] == "warn"
    assert len(statuses) == 12
