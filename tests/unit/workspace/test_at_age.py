"""Posts and norms at one age, on the command line and in Python, over readings of each hour."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import dwell
from dwell.cli.main import main
from dwell.errors import NoDataError, SettingsError

START = datetime(2026, 1, 5, 12, tzinfo=UTC)
POSTS = 12


def readings() -> list[dict[str, object]]:
    """Twelve videos, a day apart, read every three hours; each has number * 101 views more every hour."""
    rows: list[dict[str, object]] = []
    for number in range(1, POSTS + 1):
        posted = START + timedelta(days=number)
        is_last = number == POSTS
        post_id = "dQw4w9WgXcQ" if is_last else str(7_590_000_000_000_000_000 + number)
        about = {"post_id": post_id, "handle": "me", "posted_at": posted.isoformat(), "duration_s": 15.0}
        about |= {"platform": "youtube" if is_last else "tiktok"}
        about |= {"source": "dwell-test", "seen": (START + timedelta(days=20)).isoformat()}
        for hour in range(1, 80, 3):
            views = 101 * number * hour
            counters = {"views": views, "likes": views // 10, "comments": 0, "shares": 0, "saves": views // 100}
            rows.append({**about, "observed_at": (posted + timedelta(hours=hour)).isoformat(), **counters})
    return rows


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("ages")
    rows = readings()
    for name, columns in {
        "posts": ("post_id", "handle", "platform", "posted_at", "duration_s", "source", "seen"),
        "post_snapshots": ("post_id", "observed_at", "views", "likes", "comments", "shares", "saves", "source"),
    }.items():
        named = {column: "observed_at" if column == "seen" else column for column in columns}
        lines = dict.fromkeys(json.dumps({name: row[column] for column, name in named.items()}) for row in rows)
        (place / f"{name}.jsonl").write_text("\n".join(lines) + "\n")
    workspace = dwell.open(place / "data", create=True)
    # The last one is a video of YouTube, whose figures are those of a period.
    assert not workspace.import_files([place / "posts.jsonl", place / "post_snapshots.jsonl"]).failures
    return place / "data"


def test_the_command_says_what_is_known_and_ranks_by_views(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["posts", "--creator", "@me", "--platform", "tiktok", "--at", "24h", "--data", str(folder)]
    assert main([*words, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["at"], found["eligible"], found["known"], found["unknown"]) == ("24h", 11, 11, {})
    rows = found["rows"]
    assert [row["views"] for row in rows] == [2_424 * number for number in range(11, 0, -1)]
    assert (rows[0]["views_low"], rows[0]["views_high"], rows[0]["gap_h"]) == (24_442, 27_775, 3.0)
    assert main([*words, "--limit", "2"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("Known of all 11 eligible posts at 24h.")
    assert "26,664" in text


def test_norms_at_an_age_and_their_chart(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["benchmarks", "--at", "72h", "--data", str(folder)]
    assert main([*words, "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["rows"]
    assert (row["n"], row["known"], row["views_median"]) == (11, 11, 7_272.0 * 6)
    assert main([*words, "-o", str(tmp_path / "strip.svg")]) == 0
    assert "Engagement rate at 72h by video length" in (tmp_path / "strip.svg").read_text()


def test_nothing_known_names_the_cure(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["benchmarks", "--at", "7d", "--data", str(folder)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Nothing is known of 11 eligible posts at 7d: not read since (11); read posts while" in said
    assert main(["benchmarks", "--at", "24h", "--platform", "youtube", "--data", str(folder)]) == 0
    assert "figures of a period (1)" in " ".join(capsys.readouterr().out.split())


def test_python_takes_the_same_words_and_refuses_others(folder: Path) -> None:
    workspace = dwell.open(folder)
    assert len(workspace.posts(at="24h", sort="like_rate", limit=3)) == 3
    assert workspace.benchmarks(at="24h", by="niche").column("group") == ["unknown"]
    with pytest.raises(SettingsError, match="Unknown age '25h'; choose from 1h"):
        workspace.posts(at="25h")
    with pytest.raises(NoDataError, match="Unknown column 'watch_ratio'"):
        workspace.posts(at="24h", sort="watch_ratio")


def test_a_column_that_posts_at_an_age_lack_is_refused_before_any_work(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["posts", "--creator", "@me", "--at", "24h", "--sort", "watch_ratio", "--data", "/nowhere"]) == 2
    assert "there is no column 'watch_ratio'" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["posts", "--creator", "@me"], ["benchmarks"]])
def test_an_age_takes_no_metric(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "--at", "24h", "--metric", "save_rate", "--data", "/nowhere"]) == 2
    assert "leave out --metric" in capsys.readouterr().err
