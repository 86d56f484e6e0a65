"""A handle that exists on two platforms: no question mixes its posts, and none picks a platform without a word."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

import dwell
from dwell.errors import NoDataError

TIKTOK, YOUTUBE = 30, 24


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> dwell.Workspace:
    tmp_path = tmp_path_factory.mktemp("two")
    rows: list[dict[str, Any]] = []
    for n in range(TIKTOK + YOUTUBE):
        platform = "tiktok" if n < TIKTOK else "youtube"
        post_id = str((1_750_000_000 + n * 86_400 << 32) + 7 * n + 1) if n < TIKTOK else f"abcdefgh{n:03}"
        rows.append({
            "post_id": post_id, "platform": platform, "handle": "ann", "published_at": f"2025-07-{1 + n % 28:02}",
            "duration_s": 10 + n % 40, "views": 1_001 + 37 * n, "likes": 101 + 3 * n % 17, "comments": 7, "shares": 3,
            "saves": 5, "avg_watch_s": 5 + n % 7, "observed_at": "2025-12-01T00:00:00Z",
        })  # fmt: skip
    for day in ("2025-12-01", "2025-12-05"):
        path = tmp_path / f"{day}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(row | {"observed_at": f"{day}T00:00:00Z", "views": row["views"] + int(day[-1])}
                            for row in rows)  # fmt: skip
    made = dwell.open(tmp_path / "data", create=True)
    assert not made.import_files(sorted(tmp_path.glob("*.csv"))).failures
    return made


QUESTIONS = (
    *("findings", "benchmarks", "posts", "tiers", "trend", "growth", "posting_times", "vet", "audit", "fit", "score"),
    "report",
)


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_question_asks_for_the_platform(workspace: dwell.Workspace, tmp_path: Path, name: str) -> None:
    options = {"path": tmp_path / "page.html"} if name == "report" else {}
    with pytest.raises(NoDataError, match=r"30 on tiktok and 24 on youtube.*--platform tiktok"):
        getattr(workspace, name)(creator="@ann", **options)
    if name not in {"benchmarks", "score"}:
        chart = getattr(workspace.charts, name, None)
        if chart is not None:
            with pytest.raises(NoDataError, match="--platform tiktok"):
                chart(creator="@ann")


def test_accounts_of_two_platforms_are_not_compared(workspace: dwell.Workspace) -> None:
    with pytest.raises(NoDataError, match=r"30 on tiktok and 24 on youtube.*--platform tiktok"):
        workspace.compare(["@ann", "@bob"])
    with pytest.raises(NoDataError, match=r"@ann is named twice"):
        workspace.compare(["@ann", "ann"], platform="tiktok")
    with pytest.raises(NoDataError, match="at least two accounts"):
        workspace.compare("@ann", platform="tiktok")
    with pytest.raises(NoDataError, match="11 accounts are too many"):
        workspace.compare([f"@a{number}" for number in range(11)])


def test_each_answer_is_of_the_chosen_platform_alone(workspace: dwell.Workspace, tmp_path: Path) -> None:
    one = {"creator": "@ann", "platform": "youtube"}
    assert len(workspace.posts(**one)) == YOUTUBE
    assert set(workspace.posts(**one).column("platform")) == {"youtube"}
    assert workspace.benchmarks(**one).meta["total"] == YOUTUBE
    assert sum(workspace.trend(**one).column("posts")) == YOUTUBE
    # YouTube Studio writes the day of publishing alone.
    assert f"The hour of {YOUTUBE} eligible posts is not known." in workspace.posting_times(**one).warnings
    assert not len(workspace.posting_times(**one))
    assert sum(workspace.posting_times(creator="@ann", platform="tiktok").column("n")) > 0
    assert sum(workspace.tiers(**one).meta[name] for name in ("n_top", "n_bottom")) <= YOUTUBE
    assert workspace.audit(**one).meta["n"]["watch_ratio"] == YOUTUBE
    found = workspace.findings(**one, fit=True).meta
    assert (found["posts"], found["platform"], found["fit"]["platform"]) == (YOUTUBE, "youtube", "youtube")
    assert workspace.growth(creator="@ann", platform="tiktok").meta["growth"]["posts"] == TIKTOK
    page = tmp_path / "page.html"
    workspace.report(**one, path=page)
    assert "24 posts on youtube" in page.read_text("utf-8")


def test_the_figures_of_youtube_are_no_totals(workspace: dwell.Workspace) -> None:
    (warning,) = workspace.growth(creator="@ann", platform="youtube").meta["warnings"]
    assert "those of a period" in warning


def test_a_platform_without_posts_is_named(workspace: dwell.Workspace, tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_text("post_id,handle,views\n7594361172910656789,ben,5\n", encoding="utf-8")
    workspace.import_files([path], as_of="2026-03-01")
    with pytest.raises(NoDataError, match=r"No posts of @ben on youtube are stored \(stored: 1 on tiktok\)"):
        workspace.posts(creator="@ben", platform="youtube")
