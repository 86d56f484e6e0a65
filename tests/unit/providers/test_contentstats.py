"""Answers about tracked videos: each snapshot is a reading at its own time, and unknown stays unknown. All made up."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

import dwell
from dwell.testing.extracts import read_rows

ID = "7350810998023949599"
LINK = f"https://www.tiktok.com/@demo/video/{ID}"


def snapshot(hour: int, views: str | None = "1250000", **changes: Any) -> dict[str, Any]:
    return {
        "id": f"clx{hour}", "snapshot_id": f"snap_{hour}", "snapshot_time": f"2026-01-29T{hour:02}:00:00Z",
        "views": views, "likes": "185000", "comments": "4200", "shares": None, "saves": "8900", "provider": "render",
        **changes,
    }  # fmt: skip


def video(*snapshots: Any, **changes: Any) -> dict[str, Any]:
    """An answer of GET /videos/{id}."""
    return {
        "id": "cm5abc123", "job_id": "job_x", "video_link": LINK, "platform": "tiktok", "status": "completed",
        "monitoring_started": "2026-01-29T00:00:00Z", "monitoring_duration_days": 7, "days_remaining": 0,
        "current_metadata": {"title": "One-pan pasta", "creator": "Demo", "description": "One-pan pasta #cooking"},
        "is_deleted": False, "snapshots": list(snapshots), "created_at": "2026-01-29T00:00:00Z",
        "last_updated": "2026-01-29T05:00:00Z", **changes,
    }  # fmt: skip


def without(answer: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name not in names}


def test_each_snapshot_is_a_reading(opened: Any) -> None:
    file = opened(video(snapshot(1), snapshot(2, "1250300", saves=None)), "video.json")
    assert file.format == "contentstats"
    (extract,) = file.extracts
    post = {
        "line": 1, "post_id": ID, "handle": "demo", "url": LINK, "caption": "One-pan pasta #cooking",
        "likes": "185000", "comments": "4200",
    }  # fmt: skip
    known = [{name: value for name, value in row.items() if value is not None} for row in read_rows(extract)]
    assert known == [
        {**post, "observed_at": "2026-01-29T01:00:00Z", "views": "1250000", "saves": "8900"},
        {**post, "observed_at": "2026-01-29T02:00:00Z", "views": "1250300"},
    ]
    assert extract.shape.name == "contentstats"


@pytest.mark.parametrize(
    "wrap",
    [lambda one: [one], lambda one: {"videos": [one], "total": 1, "limit": 50}, lambda one: {"data": {"video": one}}],
)
def test_in_every_wrapper(opened: Any, wrap: Any) -> None:
    (extract,) = opened(wrap(video(snapshot(1))), "videos.json").extracts
    assert [row["observed_at"] for row in read_rows(extract)] == ["2026-01-29T01:00:00Z"]


def test_json_lines_and_gz(opened: Any, tmp_path: Path) -> None:
    lines = "\n".join(json.dumps(video(snapshot(hour))) for hour in range(3))
    file = opened(gzip.compress(lines.encode()), "videos.ndjson.gz")
    assert [row["line"] for row in read_rows(file.extracts[0])] == [1, 2, 3]


def test_the_list_without_snapshots_gives_posts_only(opened: Any) -> None:
    listed = {"videos": [without(video(), "snapshots", "last_updated")], "total": 1, "limit": 50}
    file = opened(listed, "list.json")
    (extract,) = file.extracts
    assert extract.shape.tables == ("posts", "creators")
    assert read_rows(extract)[0]["observed_at"] == "2026-01-29T00:00:00Z"
    assert "load the answer of GET /videos/{id} for each" in file.warnings[0]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (video(snapshot(1), video_link="https://www.tiktok.com/@user/video/123"), "(bad_id)"),
        (video(snapshot(1), video_link="https://www.tiktok.com/@user"), "(profile_url)"),
        (video(snapshot(1), video_link="https://vm.tiktok.com/ZMabc/"), "short link"),
        (video(snapshot(1), platform="instagram"), "another platform: instagram"),
        (without(video(snapshot(1)), "video_link"), "no video_link"),
        ({"id": "cm5abc123", "snapshots": [snapshot(1)]}, "no video_link"),
    ],
)
def test_a_video_that_is_no_post_is_refused_with_the_cause(opened: Any, answer: Any, reason: str) -> None:
    file = opened([answer, video(snapshot(1))], "videos.json")
    (extract,) = file.extracts
    assert len(read_rows(extract)) == 1
    ((line, why, text),) = extract.rejects
    assert (line, reason in why) == (1, True), why
    assert "snapshots" in text


def test_snapshots_are_judged_one_by_one(opened: Any) -> None:
    (extract,) = opened(video(snapshot(1), 5, without(snapshot(2), "snapshot_time"), snapshot(3)), "v.json").extracts
    assert len(read_rows(extract)) == 2
    assert [reason for _, reason, _ in extract.rejects] == ["not a JSON object", "no snapshot_time"]


def test_answers_of_dwell_keep_the_provider_as_their_source(opened: Any) -> None:
    ours = video(
        snapshot(1, slot=0, provider="tikliveapi-sandbox"),
        snapshot(2, slot=1, provider="scavio"),
        snapshot(3, slot=2, provider="dwell"),
        gaps=[{"slot": 3, "slot_time": "2026-01-29T04:00:00Z", "reason": "missed"}],
        metadata={"campaign": "spring"},
    )
    file = opened(ours, "dwell.json")
    assert [extract.shape.name for extract in file.extracts] == ["tikliveapi-sandbox", "scavio", "contentstats"]


def test_from_the_file_to_the_questions(tmp_path: Path) -> None:
    export = tmp_path / "answer.json"
    answers = [video(*(snapshot(hour, str(1_000_003 + 137 * hour)) for hour in range(10)))]
    export.write_text(json.dumps({"videos": answers}))
    workspace = dwell.open(tmp_path / "data", create=True)
    done = workspace.import_files([export])
    assert [(one.format, one.rejected) for one in done.files] == [("contentstats", 0)]
    (post,) = workspace.posts(creator="@demo")
    assert (post["post_id"], post["views"], post["shares"], post["saves"]) == (ID, 1_001_236, None, 8_900)
    growth = list(workspace.growth(creator="@demo"))
    assert [row["views_per_hour"] for row in growth if row["views_per_hour"] is not None] == [137.0] * 9
    status = workspace.status()
    assert status.meta["sources"] == {"contentstats": 10}
    again = workspace.import_files([export])
    assert [(one.posts_new, one.snapshots_new) for one in again.files] == [(0, 0)]


def test_a_list_is_imported_without_a_time(tmp_path: Path) -> None:
    export = tmp_path / "list.json"
    export.write_text(json.dumps({"videos": [without(video(), "snapshots")], "total": 1, "limit": 50}))
    workspace = dwell.open(tmp_path / "data", create=True)
    done = workspace.import_files([export])
    assert not done.failures
    assert workspace.status().meta["tables"]["posts"] == 1
    assert workspace.status().meta["tables"].get("post_snapshots", 0) == 0


def test_the_format_can_be_named(opened: Any) -> None:
    assert opened(video(snapshot(1)), "x.json", format="contentstats").format == "contentstats"


@pytest.mark.parametrize(
    ("rounded_to", "unit", "rounded"),
    [
        ({"views": 100}, 100, True),
        (None, 1, False),
        ({"likes": 1_000}, 1, True),
        ([], 1, False),
    ],
)
def test_our_own_answers_state_the_units_of_counters(tmp_path: Path, rounded_to: Any, unit: int, rounded: bool) -> None:
    """17700, 18000 and 20000 look rounded; whoever read them knows."""
    own = {"provider": "tikliveapi", "rounded_to": rounded_to}
    views = ("17700", "18000", "20000")
    answer = video(*(snapshot(hour, text, slot=hour, **own) for hour, text in enumerate(views)))
    file = tmp_path / "video.json"
    file.write_text(json.dumps(answer))
    workspace = dwell.open(tmp_path / "data", create=True)
    workspace.import_files([file])
    rows = workspace.store.query(
        "SELECT views, views_unit, rounded FROM post_snapshots ORDER BY observed_at", ["post_snapshots"]
    ).rows
    assert rows == [(int(text), unit, rounded) for text in views]
