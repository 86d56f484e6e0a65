"""`dwell retention` on simulated accounts: figures, comparison, shapes, charts, and what is said of missing data."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest

import dwell as api
from dwell.cli.output import jsonable
from dwell.errors import NoDataError
from dwell.records import Post, Retention
from dwell.report.retention_sentences import sentences
from dwell.warehouse import Batch
from dwell.workspace.page import collect_content

Run = Callable[..., Any]
SEED = 7


@pytest.fixture(scope="module")
def curves(tmp_path_factory: pytest.TempPathFactory, retention_world: Any) -> tuple[Path, str, str]:
    """A data folder with two accounts: one of many curves, and one of few."""
    data = tmp_path_factory.mktemp("curves") / "data"
    workspace = api.open(data, create=True)
    many, few = retention_world.handles(SEED, (1, 13))
    retention_world.store(workspace.store, SEED, many)
    retention_world.store(workspace.store, SEED, few, days=60)
    return data, many, few


def test_the_text_says_the_verdict_first_and_fits_80_columns(curves: tuple[Path, str, str], dwell: Run) -> None:
    data, many, _ = curves
    done = dwell("retention", "--creator", many, data=data)
    assert done.status == 0, done.err
    lines = done.out.splitlines()
    assert lines[0].startswith(f"@{many}: ")
    assert "promoted posts (see --ads)" in lines[0]
    assert lines[1].startswith("Half of the videos keep ")
    assert "the best quarter by views and the others" in "\n".join(lines[:5])
    assert "Shapes: " in done.out
    assert "area_differs" in done.out
    assert max(map(len, lines)) <= 80
    whole = dwell("retention", "--creator", many, "--all", data=data)
    assert len(whole.out.splitlines()) > len(lines) + 50


def test_json_is_as_documented_and_ads_are_left_out(
    curves: tuple[Path, str, str], dwell: Run, conforms: Callable[[Any, str], None]
) -> None:
    data, many, _ = curves
    found = dwell("retention", "--creator", many, "--by", "engagement_rate", "--json", data=data).json
    conforms(found, "retention")
    assert found["comparison"]["by"] == "engagement_rate"
    assert not any(row["is_ad"] for row in found["rows"])
    assert found["curves"] == len(found["rows"])
    names = {row["shape"] for row in found["shapes"]["rows"]}
    assert {row["shape"] for row in found["rows"]} <= {None, *names}
    assert sum(row["n"] for row in found["shapes"]["rows"]) == sum(row["shape"] is not None for row in found["rows"])
    with_ads = dwell("retention", "--creator", many, "--ads", "--json", data=data).json
    assert with_ads["curves"] == found["curves"] + found["left_out_ads"]
    assert any(row["is_ad"] and row["excluded"] is None for row in with_ads["rows"])


def test_areas_that_differ_are_listed_with_both_figures(curves: tuple[Path, str, str], dwell: Run) -> None:
    data, many, _ = curves
    found = dwell("retention", "--creator", many, "--json", data=data).json
    listed = {check["post_id"] for check in found["checks"] if check["flag"] == "area_differs"}
    apart = {
        row["post_id"]
        for row in found["rows"]
        if row["area_difference_s"] is not None and abs(row["area_difference_s"]) > max(0.25, 0.05 * row["avg_watch_s"])
    }
    assert listed == apart
    assert listed
    known = [row for row in found["rows"] if row["area_s"] is not None and row["post_id"] not in listed]
    assert len(known) > 100
    assert all(check["area_difference_s"] is not None for check in found["checks"] if check["post_id"] in listed)


def test_one_post_second_by_second_in_its_band(
    curves: tuple[Path, str, str], dwell: Run, conforms: Callable[[Any, str], None]
) -> None:
    data, many, _ = curves
    rows = dwell("retention", "--creator", many, "--json", data=data).json["rows"]
    post = next(row for row in rows if row["bumps"] == 1 and row["cliffs"] == 1 and row["bucket_n"] >= 5)
    link = f"https://www.tiktok.com/@{many}/video/{post['post_id']}?is_from_webapp=1"
    found = dwell("retention", "--creator", many, "--post", link, "--json", data=data).json
    conforms(found, "retention")
    assert {row["second"]: row["event"] for row in found["rows"] if row["event"]} == {
        post["bump_s"]: "bump",
        post["cliff_s"]: "cliff",
    }
    assert len(found["rows"]) == post["points"]
    third = found["rows"][3]
    assert third["retention_rate"] == post["retention_3s"]
    assert third["median"] == pytest.approx(post["retention_3s_median"])
    assert third["n"] == post["bucket_n"]
    likes = {row["second"]: row["like_share"] for row in found["rows"]}
    assert found["post"]["like_peak_s"] == post["like_peak_s"] == max(likes, key=lambda second: likes[second])
    assert [place["retention_rate"] for place in found["fractions"]] == [post[f"at_{at}"] for at in range(0, 101, 5)]
    text = dwell("retention", "--creator", many, "--post", post["post_id"], "--all", data=data).out
    assert "bump" in text
    assert max(map(len, text.splitlines())) <= 80


def test_few_curves_are_not_compared_and_have_no_shapes(curves: tuple[Path, str, str], dwell: Run) -> None:
    data, _, few = curves
    done = dwell("retention", "--creator", few, data=data)
    assert "Too few curves to compare the best quarter" in done.out
    assert "30 are needed" in done.out
    assert dwell("retention", "--creator", few, "--json", data=data).json["shapes"]["rows"] == []


def test_what_is_not_stored_is_said(curves: tuple[Path, str, str], dwell: Run, stored: Path) -> None:
    data, many, _ = curves
    done = dwell("retention", "--creator", many, "--post", "7000000000000000000", data=data)
    assert done.status == 1
    assert "No retention curve of post 7000000000000000000" in done.err
    assert dwell("retention", "--creator", many, "--by", "watch_ratio", data=data).status == 2
    both = dwell("retention", "--creator", many, "--post", "7", "--heat", data=data)
    assert (both.status, "either --post or --heat" in both.err) == (2, True)
    with pytest.raises(NoDataError, match="engagement_rate"):
        api.open(data).retention(many, by="avg_watch_s")
    none = dwell("retention", "--creator", "demo_kitchen", data=stored)
    assert none.status == 0
    assert "0 retention curves" in none.out


@pytest.mark.parametrize("words", [["--post"], [], ["--heat"]])
def test_pictures(curves: tuple[Path, str, str], dwell: Run, tmp_path: Path, words: list[str]) -> None:
    data, many, _ = curves
    if words == ["--post"]:
        words = ["--post", api.open(data).retention(many).rows[5][0]]
    picture = tmp_path / "curve.svg"
    assert dwell("retention", "--creator", many, *words, "-o", picture, data=data).status == 0
    drawn = picture.read_text()
    assert f"@{many}" in drawn
    assert "No retention curve" not in drawn


def test_an_odd_curve_is_shown_without_figures(tmp_path: Path, dwell: Run, retention_world: Any) -> None:
    data = tmp_path / "data"
    store, at = api.open(data, create=True).store, retention_world.NOW
    about = {"post_id": "7300000000000000137", "observed_at": at, "source": "test"}
    post = Post(**about, platform="tiktok", handle="me", duration_s=15.0, posted_at=at - timedelta(days=9))
    points = [Retention(**about, second=float(second), retention_rate=0.5) for second in range(40)]
    with store.appending() as appender:
        batch = Batch("odd", "test", "records", "ab" * 32, at, {})
        appender.append(batch, [(post, *points)], now=at + timedelta(hours=1))
    text = dwell("retention", "--creator", "me", data=data)
    assert text.status == 0, text.err
    assert "outside_length" in text.out
    one = dwell("retention", "--creator", "me", "--post", about["post_id"], data=data)
    assert "points before the start or after the end of the video" in " ".join(one.out.split())
    assert one.status == 0


def test_the_report_shows_what_the_command_says(curves: tuple[Path, str, str], dwell: Run, tmp_path: Path) -> None:
    data, many, _ = curves
    found = dwell("retention", "--creator", many, "--json", data=data).json
    with api.open(data).snapshot() as snapshot:
        content = collect_content(snapshot, {"handle": many}, "UTC")
    assert content.retention is not None
    assert plain(content.retention.to_dict()) == found
    posts = found["extremes"]["posts"]
    assert [result.meta["post"]["post_id"] for result in content.retention_posts] == posts
    for post, result in zip(posts, content.retention_posts, strict=True):
        assert (
            plain(result.to_dict()) == dwell("retention", "--creator", many, "--post", post, "--json", data=data).json
        )
    views = {row["post_id"]: row["views"] for row in found["rows"] if row["excluded"] is None and row["end_rate"]}
    of_length = [row["post_id"] for row in found["rows"] if row["bucket"] == found["extremes"]["bucket"]]
    known = [views[post] for post in of_length if post in views]
    assert [views[post] for post in posts] == [max(known), min(known)]
    page = tmp_path / "report.html"
    assert dwell("report", "--creator", many, "-o", page, data=data).status == 0
    text = " ".join(unescape(page.read_text()).split())
    assert 'id="retention"' in text
    for sentence in sentences(content.retention):
        assert sentence in text


def test_a_report_without_curves_has_no_such_section(stored: Path, dwell: Run, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    assert dwell("report", "--creator", "demo_kitchen", "-o", page, data=stored).status == 0
    assert 'id="retention"' not in page.read_text()


def plain(document: Any) -> Any:
    return json.loads(json.dumps(document, default=jsonable))
