"""Items of connected accounts in the tables: each value once, one instant a response, and rejects where they belong."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dwell.live import load_responses
from dwell.live.load_responses import ResponseLoader
from dwell.live.load_stats import LoadStats
from dwell.live.owned_records import OwnedReading, to_objects
from dwell.live.parse_responses import ItemCache
from dwell.providers.tiktok_organic import parse
from dwell.records import TABLES, OwnedAccountDay, PostBreakdown, PostSnapshot, Retention, WatchTime
from dwell.records.item import ParseError
from dwell.records.owned_item import (
    AccountDayItem,
    AccountItem,
    BenchmarkItem,
    OwnedItem,
    OwnerCommentItem,
    VideoItem,
)
from dwell.settings import Settings
from dwell.state.owner import Owner
from dwell.state.responses import StoredResponse
from dwell.warehouse import Store

AT = datetime(2026, 6, 10, 12, tzinfo=UTC)
POST = str((1_750_000_000 << 32) | 137)
READING = OwnedReading("tiktok-organic", AT, "open-1")


def video(**values: Any) -> VideoItem:
    return VideoItem(**{"post_id": POST, "handle": "alice", "views": 10, **values})


def records(item: OwnedItem) -> list[msgspec.Struct]:
    found = list(to_objects(item, READING))
    assert not [each for each in found if isinstance(each, ParseError)]
    return [record for each in found for record in each]


def of_type(item: OwnedItem, kind: type) -> list[Any]:
    return [record for record in records(item) if isinstance(record, kind)]


def test_all_records_of_a_response_have_its_instant_and_source() -> None:
    item = video(
        avg_watch_s=4.5, retention=((0.0, 1.0), (1.0, 0.5)), likes_by_second=((1.0, 0.1),),
        breakdowns={"audience_city": (("US A", 0.2),), "audience_gender": (("female_vv", 0.6),)},
    )  # fmt: skip
    found: list[Any] = records(item)
    assert {(each.observed_at, each.source) for each in found} == {(AT, "tiktok-organic")}
    assert Counter(type(each).__name__ for each in found) == {
        "Post": 1, "PostSnapshot": 1, "WatchTime": 1, "OwnedPost": 1, "Retention": 2, "EngagementLike": 1,
        "PostBreakdown": 2,
    }  # fmt: skip
    assert [(each.second, each.retention_rate) for each in of_type(item, Retention)] == [(0.0, 1.0), (1.0, 0.5)]
    assert [(each.dimension, each.member, each.share) for each in of_type(item, PostBreakdown)] == [
        ("audience_city", "US A", 0.2), ("audience_gender", "female_vv", 0.6),
    ]  # fmt: skip


def test_counters_that_are_known_are_exact_and_the_others_unknown() -> None:
    (snapshot,) = of_type(video(likes=0), PostSnapshot)
    assert (snapshot.views, snapshot.views_unit, snapshot.likes, snapshot.likes_unit) == (10, 1, 0, 1)
    assert (snapshot.comments, snapshot.comments_unit, snapshot.rounded) == (None, None, False)
    (watch,) = of_type(video(reach=5), WatchTime)
    assert (watch.avg_watch_s, watch.total_watch_s, watch.reach) == (None, None, 5)


def test_midnight_is_an_instant() -> None:
    midnight = datetime(2026, 6, 10, tzinfo=UTC)
    for record in to_objects(video(posted_at=int(midnight.timestamp())), OwnedReading("s", midnight, "o")):
        assert not isinstance(record, ParseError)
        for each in record:
            assert each.observed_at == midnight
            assert getattr(each, "observed_precision", "instant") == "instant"


def test_what_could_not_be_read_is_an_object_of_its_own() -> None:
    found = list(to_objects(video(unread=("unreadable likes: x", "unreadable reach: y")), READING))
    assert [each.reason for each in found if isinstance(each, ParseError)] == [
        "unreadable likes: x",
        "unreadable reach: y",
    ]


def test_an_account_without_a_name_has_no_counters() -> None:
    assert [type(each).__name__ for each in records(AccountItem(followers=7))] == ["OwnedAccount"]
    named = records(AccountItem(username="alice", followers=7, audience={"age": (("18-24", 0.5),)}))
    assert [type(each).__name__ for each in named] == ["OwnedAccount", "Creator", "CreatorSnapshot", "AudienceShare"]


def test_the_days_of_a_profile_are_rows_of_their_own() -> None:
    item = AccountItem(days=(AccountDayItem(day=date(2026, 6, 1), counts={"followers_count": 5}),))
    (day,) = of_type(item, OwnedAccountDay)
    assert (day.open_id, day.day, day.followers_count, day.video_views) == ("open-1", date(2026, 6, 1), 5, None)


class Folder:
    """A data folder into which responses of a connected account are loaded."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.store = Store.open(Settings(data=root, threads=1), create=True)
        self.marked: dict[int, int] = {}
        self.stats = LoadStats()
        monkeypatch.setattr("dwell.clock.now", lambda: AT + timedelta(days=30))
        monkeypatch.setattr(load_responses.sweeps, "get_spec", lambda *_: {})
        monkeypatch.setattr(load_responses.responses, "mark_parsed", self._mark)

    def _mark(self, _: Any, ids: list[int], __: str, counts: dict[int, int], *___: Any) -> None:
        self.marked |= {each: counts.get(each, 0) for each in ids}

    def load(self, *read: list[Any], what: str = "videos", at: datetime = AT, first: int = 1, **options: Any) -> None:
        """Loads responses with these items in one batch."""
        cache, batch = ItemCache(), []
        for number, items in enumerate(read, first):
            request = f"request-{number}"
            batch.append(
                StoredResponse(
                    number, request, Owner("sweep", "s"), 0, "tiktok-organic", what, what, "open-1", at, False, None
                )
            )
            cache.put(request, items, 1)
        database: Any = None
        with ResponseLoader(self.store, database, self.stats, cache, **options) as loader:
            loader.load_batch(batch)

    def rows(self, table: str, columns: str = "*") -> list[Any]:
        return [tuple(row) for row in self.store.query(f"SELECT {columns} FROM {table} ORDER BY ALL", [table]).rows]

    def content(self) -> dict[str, list[Any]]:
        return {name: self.rows(name) for name in TABLES}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    return Folder(tmp_path, monkeypatch)


def test_rejects_are_counted_for_the_response_that_has_them(folder: Folder) -> None:
    """Those that the parser refused, and those that the tables refuse; each beside good ones."""
    future = parse.day({"date": "2199-01-01", "likes": 1})
    good = [AccountDayItem(day=date(2026, 6, day), counts={"likes": day}) for day in range(1, 4)]
    folder.load(
        [ParseError("no day: x"), good[0], ParseError("no day: y")], [good[1]], [good[2], future], what="account_days"
    )
    assert folder.marked == {1: 2, 2: 0, 3: 1}
    assert folder.stats.reasons == {"no day": 2, "impossible day": 1}
    assert len(folder.rows("owned_account_days")) == 3
    (file,) = (folder.store.root / "rejects").iterdir()
    assert [line.split(",")[0] for line in file.read_text(encoding="utf-8").splitlines()[1:]] == ["1", "3", "6"]


def test_a_bad_point_costs_itself_alone(folder: Folder) -> None:
    item = parse.video({
        "item_id": POST, "video_views": 5, "likes": "no",
        "video_view_retention": [
            {"second": "0", "percentage": 1.0}, {"second": "1", "percentage": -0.5}, {"second": "2", "percentage": 0.2},
            {"second": "3", "percentage": 1.7}, 8,
        ],
    })  # fmt: skip
    folder.load([item])
    assert folder.rows("retention", "second, retention_rate") == [(0.0, 1.0), (2.0, 0.2), (3.0, 1.7)]
    assert folder.rows("post_snapshots", "views, likes") == [(5, None)]
    assert folder.marked == {1: 3}


def test_a_negative_change_of_followers_is_kept_and_a_negative_counter_is_not(folder: Folder) -> None:
    folder.load(
        [AccountDayItem(day=date(2026, 6, 1), counts={"daily_total_followers": -12, "likes": 3})], what="account_days"
    )
    folder.load([video(likes=-4)], first=2)
    assert folder.rows("owned_account_days", "daily_total_followers, likes") == [(-12, 3)]
    assert folder.rows("post_snapshots", "views, likes, likes_unit") == [(10, None, None)]
    assert folder.stats.unknown_values == {"likes": 1}


def test_unknown_never_overwrites_what_was_seen(folder: Folder) -> None:
    day = date(2026, 6, 1)
    folder.load([AccountDayItem(day=day, counts={"likes": 3, "shares": 4}, activity=((0, 5),))], what="account_days")
    folder.load([AccountDayItem(day=day, counts={"likes": 7})], what="account_days", at=AT + timedelta(1), first=2)
    assert folder.rows("owned_account_days", "day, likes, shares") == [(day, 7, 4)]
    assert folder.rows("owned_account_activity", "hour, active_followers") == [(0, 5)]
    folder.load([video(avg_watch_s=4.0, retention=((0.0, 1.0),), duration_s=9.0)], first=3)
    folder.load([video(views=11)], at=AT + timedelta(1), first=4)
    assert folder.rows("watch_times", "observed_at, avg_watch_s") == [(AT, 4.0)]
    assert folder.rows("retention", "observed_at") == [(AT,)]
    assert folder.rows("posts", "duration_s") == [(9.0,)]


EVERYTHING: list[tuple[str, Any]] = [
    ("account", AccountItem(username="alice", display_name="A", followers=5, audience={"age": (("18-24", 0.5),)})),
    ("account_days", AccountDayItem(day=date(2026, 6, 1), counts={"likes": 3}, activity=((0, 1), (1, 2)))),
    ("videos", video(
        avg_watch_s=4.0, likes=3, duration_s=9.0, caption="a #b", retention=((0.0, 1.0), (1.0, 0.5)),
        likes_by_second=((0.0, 1.0),), breakdowns={"audience_type": (("NEW_VIEWER", 0.4),)}, extra={"profile_views": 2},
    )),
    ("owner_comments", OwnerCommentItem(
        comment_id=POST, post_id=POST, text="hi", nested=(OwnerCommentItem(comment_id=POST[:-1] + "9", text="ho"),),
    )),
    ("benchmark", BenchmarkItem(business_category="Pets", averages={"average_likes": 2.5})),
]  # fmt: skip


@pytest.mark.parametrize("sealed", [False, True], ids=["in the journal", "in the lake"])
def test_the_same_responses_again_add_nothing(folder: Folder, sealed: bool) -> None:
    for number, (what, item) in enumerate(EVERYTHING, 1):
        folder.load([item], what=what, first=number)
    before = folder.content()
    assert all(before[name] for name in (
        "owned_accounts", "owned_account_days", "owned_account_activity", "owned_posts", "post_breakdowns",
        "engagement_likes", "owned_comments", "category_benchmarks", "audience_shares", "retention", "watch_times",
    ))  # fmt: skip
    if sealed:
        folder.store.seal()
    for number, (what, item) in enumerate(EVERYTHING, 100):
        folder.load([item], what=what, first=number)
    assert folder.content() == before
    assert folder.stats.rejected == 0


@pytest.mark.parametrize("sealed", [False, True], ids=["in the journal", "in the lake"])
def test_a_reading_of_the_same_instant_completes_the_stored_one(folder: Folder, sealed: bool) -> None:
    folder.load([video(retention=((0.0, 1.0), (1.0, 0.5)))])
    if sealed:
        folder.store.seal()
    folder.load([video(retention=((1.0, 0.5), (2.0, 0.25)), avg_watch_s=3.0)], first=2)
    assert folder.rows("retention", "second, retention_rate") == [(0.0, 1.0), (1.0, 0.5), (2.0, 0.25)]
    assert folder.rows("watch_times", "avg_watch_s") == [(3.0,)]


def test_responses_that_the_loader_reads_give_the_same_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    appended = Folder(tmp_path / "a", monkeypatch)
    for number, (what, item) in enumerate(EVERYTHING, 1):
        appended.load([item], what=what, first=number)
    loaded = Folder(tmp_path / "b", monkeypatch)
    for number, (what, item) in enumerate(EVERYTHING, 1):
        loaded.load([item], what=what, first=number, correct=True)
    assert loaded.content() == appended.content()


def test_a_renamed_account_keeps_its_posts(folder: Folder) -> None:
    folder.load([video(), AccountItem(username="alice", followers=1)])
    later = AT + timedelta(days=1)
    folder.load([video(handle="alice_new"), AccountItem(username="alice_new", followers=2)], at=later, first=2)
    assert folder.rows("posts", "post_id, handle") == [(POST, "alice_new")]
    assert folder.rows("owned_posts", "open_id, username") == [("open-1", "alice"), ("open-1", "alice_new")]
    assert folder.rows("owned_accounts", "open_id, username") == [("open-1", "alice"), ("open-1", "alice_new")]
