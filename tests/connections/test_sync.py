"""What a sync reads and stores of connected accounts: tables, cursors, types of accounts, scopes."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from dwell.errors import NoDataError, SettingsError
from dwell.providers.tiktok_organic.oauth import SCOPES
from dwell.records import TABLES
from dwell.sync.request import SyncRequest, from_spec
from dwell_sandbox.server.rate_limits import RateLimit

BUSINESS, PERSONAL, FEW = "demo_beauty_1035", "demo_tech_1358", "demo_tech_1051"
LIST, ACCOUNT = "business/video/list", "business/get"
OWNED = (
    "posts", "post_snapshots", "watch_times", "owned_posts", "retention", "engagement_likes", "post_breakdowns",
    "owned_accounts", "owned_account_days", "owned_account_activity", "audience_shares", "creators",
    "creator_snapshots",
)  # fmt: skip


def test_a_sync_reads_everything_that_the_owner_sees(trial: Any) -> None:
    row = trial.account(BUSINESS)
    result = trial.sync()
    assert set(trial.states(result).values()) == {"complete"}
    assert (result.meta["complete"], result.meta["rejected"], result.meta["unknown_values"]) == (1, 0, {})
    rows = {name: len(trial.rows(name)) for name in OWNED}
    assert all(rows.values()), rows
    read = {row["table"].removeprefix("tiktok_organic_"): row["rows"] for row in result}
    assert read["videos"] == rows["posts"] == rows["owned_posts"] == len(trial.rows("posts", "DISTINCT post_id")) == 68
    assert read["videos_video_view_retention"] == rows["retention"]
    assert read["videos_engagement_likes"] == rows["engagement_likes"]
    assert read["account_metrics"] == rows["owned_account_days"]
    assert (
        read["account_metrics_audience_activity"] == rows["owned_account_activity"] == 24 * rows["owned_account_days"]
    )
    breakdowns = sum(read[f"videos_{name}"] for name in (
        "impression_sources", "audience_types", "audience_countries", "audience_cities", "audience_genders"
    ))  # fmt: skip
    assert breakdowns == rows["post_breakdowns"]
    assert {open_id for (open_id,) in trial.rows("owned_posts", "DISTINCT open_id")} == {row.open_id}
    assert {source for (source,) in trial.rows("watch_times", "DISTINCT source")} == {"tiktok-organic-sandbox"}


def test_the_numbers_are_those_that_the_owner_sees(sqlite_trial: Any) -> None:
    """Every figure of every table is the one of a response; what no response has is unknown, and never 0."""
    trial = sqlite_trial
    trial.account(BUSINESS)
    sent: dict[str, dict[str, Any]] = {}
    trial.change_videos(lambda body, _: sent.update({video["item_id"]: video for video in body["data"]["videos"]}))
    trial.sync()
    counters = dict.fromkeys(sent)
    for post_id, *values in trial.rows("post_snapshots", "post_id, views, likes, comments, shares, saves"):
        counters[post_id] = values
    for post_id, video in sent.items():
        expected = [video.get(name) for name in ("video_views", "likes", "comments", "shares", "favorites")]
        assert counters[post_id] == (None if expected == [None] * 5 else expected)
    measured = {post_id: v for post_id, v in sent.items() if "average_time_watched" in v}
    times = trial.rows("watch_times", "post_id, avg_watch_s, full_watch_rate, total_watch_s, reach", "avg_watch_s >= 0")
    assert {post_id: values for post_id, *values in times} == {
        post_id: [v["average_time_watched"], v["full_video_watched_rate"], v["total_time_watched"], v["reach"]]
        for post_id, v in measured.items()
    }
    assert len(measured) < len(sent)  # the sandbox withholds some
    points = Counter(post_id for (post_id,) in trial.rows("retention", "post_id"))
    assert points == {key: len(v["video_view_retention"]) for key, v in sent.items() if v.get("video_view_retention")}


def test_a_second_sync_at_the_same_time_adds_nothing(trial: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DWELL_TIKTOK_ORGANIC_LIMIT", "none")
    trial.sandbox.limits = {"business_api": RateLimit(0, 60.0)}
    trial.account(BUSINESS)
    trial.sync()
    before = trial.content()
    for full in (True, False):
        result = trial.sync(full=full)
        assert result.meta["complete"] == 1
        assert trial.content() == before


def test_a_second_full_sync_adds_readings_whose_values_are_equal_on_the_same_day(sqlite_trial: Any) -> None:
    trial = sqlite_trial
    trial.account(BUSINESS)
    trial.sync()
    before = trial.content()
    trial.clock.pass_(minutes=30)
    trial.sync(full=True)
    for name, rows in trial.content().items():
        table = TABLES[name]
        if table.keeps == "newest":
            assert len(rows) == len(before[name])
            continue
        places = [
            place
            for place, c in enumerate(table.columns)
            if c.name not in {"observed_at", "thumbnail_url", "profile_image"}
        ]
        values = Counter(tuple(row[place] for place in places) for row in rows)
        assert set(values.values()) <= {2}
        assert len(rows) == 2 * len(before[name])


def test_only_what_may_have_changed_is_read_again(sqlite_trial: Any) -> None:
    trial = sqlite_trial
    row = trial.account(BUSINESS)
    trial.sync()
    first = trial.calls()
    frozen = datetime.fromisoformat(trial.cursors(row, "videos")[""])
    assert timedelta(days=368) <= trial.clock.at - frozen < timedelta(days=368, seconds=30)
    newest = date.fromisoformat(trial.cursors(row, "account_days")[""])
    trial.clock.pass_(days=1)
    asked: list[dict[str, str]] = []
    trial.change(lambda name, query, body: asked.append({"name": name, **query}))
    result = trial.sync()
    second = trial.calls() - first
    assert (second[LIST], second[ACCOUNT]) == (2, 2)
    assert first[LIST] == 4
    (days,) = [each for each in asked if "start_date" in each]
    assert date.fromisoformat(days["start_date"]) == newest - timedelta(days=3)
    once = trial.rows("owned_posts", "post_id, count(*)", "true GROUP BY post_id HAVING count(*) = 1")
    published = dict(trial.rows("posts", "post_id, posted_at"))
    assert once
    assert all(published[post_id] < frozen for post_id, _ in once)  # read once, and no more
    listed = sum(at >= frozen for at in published.values())
    assert listed <= result.meta["videos"] < listed + 20  # the rest of its last page
    assert trial.sync(full=True).meta["videos"] == len(published)


def test_a_video_is_read_until_its_figures_stand_still(sqlite_trial: Any) -> None:
    """The newest reading of a video that is frozen has the values that it keeps for ever."""
    trial = sqlite_trial
    trial.account(FEW)
    for _ in range(5):
        trial.sync()
        trial.clock.pass_(days=120)
    newest = dict(trial.rows("post_snapshots", "post_id, arg_max(views, observed_at)", "true GROUP BY post_id"))
    trial.sync(full=True)
    assert dict(trial.rows("post_snapshots", "post_id, arg_max(views, observed_at)", "true GROUP BY post_id")) == newest


def test_since_reads_the_newer_part_and_keeps_no_cursor(sqlite_trial: Any) -> None:
    trial = sqlite_trial
    row = trial.account(BUSINESS)
    since = trial.clock.at.date() - timedelta(days=20)
    trial.sync(since=since)
    assert min(trial.rows("owned_account_days", "day")) >= (since,)
    assert (trial.cursors(row, "account_days"), trial.cursors(row, "videos")) == ({}, {})
    trial.sync()
    assert len(trial.rows("posts")) == 68
    assert len(trial.rows("owned_account_days")) >= 55


def test_only_the_tables_that_are_asked_for_are_requested(sqlite_trial: Any) -> None:
    trial = sqlite_trial
    trial.account(FEW)
    assert set(trial.states(trial.sync(tables=("account_metrics",)))) == {
        "account", "account_metrics", "account_metrics_audience_activity",
    }  # fmt: skip
    assert trial.calls()[LIST] == 0
    assert "videos" in trial.states(trial.sync(tables=("tiktok_organic_videos",)))
    with pytest.raises(NoDataError, match="There is no table 'vidoes'"):
        trial.sync(tables=("vidoes",))
    with pytest.raises(SettingsError, match="isn't a business category"):
        trial.sync(benchmark="CATS")


def test_the_benchmark_of_a_category(sqlite_trial: Any) -> None:
    trial = sqlite_trial
    trial.account(FEW)
    assert trial.states(trial.sync(benchmark="PETS"))["benchmark"] == "complete"
    ((category, likes),) = trial.rows("category_benchmarks", "business_category, average_likes")
    assert (category, likes > 0) == ("Pets", True)


@pytest.mark.parametrize(
    ("handle", "lacking"),
    [
        (PERSONAL, {"unique_video_views", "daily_new_followers", "engaged_audience", "bio_link_clicks"}),
        (BUSINESS, {"bio_link_clicks"}),
        ("demo_travel_1681_studio", set()),
    ],
    ids=["personal", "business", "registered business"],
)
def test_what_a_type_of_account_does_not_have_is_unknown(sqlite_trial: Any, handle: str, lacking: set[str]) -> None:
    trial = sqlite_trial
    trial.account(handle)
    result = trial.sync()
    assert set(trial.states(result).values()) == {"complete"}
    names = (
        "video_views",
        "followers_count",
        "unique_video_views",
        "daily_new_followers",
        "engaged_audience",
        "bio_link_clicks",
    )
    counts = ", ".join(f"count({name})" for name in names)
    ((days, *known),) = trial.rows("owned_account_days", f"count(*), {counts}")
    assert {name for name, number in zip(names, known, strict=True) if number != days} == lacking
    assert all(number in {0, days} for number in known)
    assert bool(trial.rows("owned_account_activity")) == (handle != PERSONAL)


def test_an_account_with_few_followers_and_one_without_videos(sqlite_trial: Any) -> None:
    trial = sqlite_trial
    trial.account("demo_beauty_37599")
    trial.account("demo_tech_85")
    result = trial.sync()
    assert {row["state"] for row in result} == {"complete"}
    assert {handle for (handle,) in trial.rows("audience_shares", "handle")} == {"demo_tech_85"}
    assert {row["rows"] for row in result if row["account"] == "@demo_tech_85" and "videos" in row["table"]} == {0}


def test_without_analytics_the_rest_is_read_with_a_note(sqlite_trial: Any) -> None:
    trial = sqlite_trial
    row = trial.account("demo_travel_29")
    result = trial.sync()
    found = trial.states(result)
    assert (found["account"], found["account_metrics"], found["videos"]) == ("complete", "not_allowed", "complete")
    assert "Only the profile was read." in trial.messages(result)
    assert "Watch time was not read." in trial.messages(result)
    assert result.meta["complete"] == 1
    assert trial.rows("post_snapshots")
    assert not trial.rows("watch_times", where="avg_watch_s IS NOT NULL")
    assert set(trial.cursors(row, "videos")) == {"last read"}  # all is read again once analytics are on


@pytest.mark.parametrize(
    "missing", [*[scope for scope in SCOPES if scope != "user.info.basic"], "video.list video.insights"]
)
def test_a_scope_that_was_not_allowed_costs_its_values_only(sqlite_trial: Any, missing: str) -> None:
    trial = sqlite_trial
    row = trial.account(FEW, choose_scopes="1", granted=[scope for scope in SCOPES if scope not in missing.split()])
    assert set(row.scopes) == set(SCOPES) - set(missing.split())
    result = trial.sync()
    found = trial.states(result)
    assert found["account"] == "complete"
    assert (found["account_metrics"] == "not_allowed") == (missing == "user.insights")
    assert (found["videos"] == "complete") == ("video.list" not in missing)
    assert result.meta["rejected"] == 0
    assert result.meta["complete"] == 1
    if missing == "video.insights":
        assert trial.rows("post_snapshots")
        assert not trial.rows("retention")
    if missing == "user.info.stats":
        assert trial.rows("owned_account_days")
        assert not trial.rows("creator_snapshots")


def test_a_renamed_account_stays_one_account(sqlite_trial: Any) -> None:
    trial = sqlite_trial
    trial.clock.at = datetime(2026, 9, 12, 12, tzinfo=UTC)
    row = trial.account("demo_comedy_588")
    trial.sync()
    posts = {post_id for (post_id,) in trial.rows("posts", "post_id")}
    trial.clock.pass_(days=3)
    result = trial.sync()
    assert set(trial.states(result).values()) == {"complete"}
    assert trial.rows("owned_accounts", "open_id, username") == [
        (row.open_id, "demo_comedy_588"), (row.open_id, "demo_comedy_588_official"),
    ]  # fmt: skip
    assert trial.rows("owned_posts", "DISTINCT open_id") == [(row.open_id,)]
    assert {handle for (handle,) in trial.rows("creators", "handle")} == {"demo_comedy_588", "demo_comedy_588_official"}
    assert posts <= {post_id for (post_id,) in trial.rows("posts", "post_id")}
    assert not [
        1
        for (post_id,) in trial.rows("post_states", "post_id")
        if post_id in {p for (p,) in trial.rows("owned_posts", "post_id", "username LIKE '%official'")}
    ]


def test_a_request_survives_its_way_through_a_schedule() -> None:
    request = SyncRequest(("@a",), date(2026, 1, 2), ("videos",), full=True, comments=True, benchmark="PETS")
    assert from_spec(json.loads(json.dumps(request.to_spec()))) == request
    assert from_spec(json.loads(json.dumps(SyncRequest().to_spec()))) == SyncRequest()
