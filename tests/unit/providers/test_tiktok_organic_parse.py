"""Objects of TikTok's API for Business as items: the documented example, and everything that may be otherwise."""

from __future__ import annotations

import json
import math
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dwell.providers.tiktok_organic import fields, parse
from dwell.records.item import ParseError
from dwell.records.owned_item import VideoItem

EXAMPLE: dict[str, Any] = {
    "item_id": "6990565363377392901", "create_time": "1627617835", "video_views": 1231, "reach": 154, "likes": 10,
    "comments": 2, "shares": 0, "video_duration": 20.0, "total_time_watched": 695.942, "average_time_watched": 4.118,
    "full_video_watched_rate": 0.0237, "caption": "A caption",
    "embed_url": "https://www.tiktok.com/player/v1/6990565363377392901?\n  music_info=1",
    "impression_sources": [
        {"impression_source": "Follow", "percentage": 0.0113}, {"impression_source": "For You", "percentage": 0.8983},
        {"impression_source": "Hashtag", "percentage": 0}, {"impression_source": "Sound", "percentage": 0},
        {"impression_source": "Personal Profile", "percentage": 0.0904},
    ],
    "audience_cities": [
        {"city_name": "US Cincinnati", "percentage": 17.4921}, {"city_name": "US A", "percentage": 1.2139},
    ],
    "audience_types": [{"type": "NEW_VIEWER", "percentage": 0.25}, {"type": "RETURN_VIEWER", "percentage": 0.75}],
    "video_view_retention": [{"second": "10", "percentage": 0.1}, {"second": "0", "percentage": 1}],
    "engagement_likes": [{"second": "1", "percentage": 0.5}],
}  # fmt: skip
"""The figures of the official documentation."""


def video(**changes: Any) -> VideoItem:
    item = parse.video({**EXAMPLE, **changes})
    assert isinstance(item, VideoItem)
    return item


def test_the_documented_example() -> None:
    item = video()
    assert (item.post_id, item.posted_at) == ("6990565363377392901", 1627617835)
    assert (item.views, item.reach, item.likes, item.comments, item.shares) == (1231, 154, 10, 2, 0)
    assert (item.duration_s, item.total_watch_s, item.avg_watch_s) == (20.0, 695.942, 4.118)
    assert item.full_watch_rate == 0.0237
    assert item.embed_url == "https://www.tiktok.com/player/v1/6990565363377392901?music_info=1"
    assert item.breakdowns["impression_source"] == (
        ("Follow", 0.0113), ("For You", 0.8983), ("Hashtag", 0.0), ("Sound", 0.0), ("Personal Profile", 0.0904),
    )  # fmt: skip
    assert item.unread == ()


def test_cities_are_percent_and_everything_else_a_share() -> None:
    found = video().breakdowns
    assert found["audience_city"] == (("US Cincinnati", pytest.approx(0.174921)), ("US A", pytest.approx(0.012139)))
    assert found["audience_type"] == (("NEW_VIEWER", 0.25), ("RETURN_VIEWER", 0.75))


def test_curves_are_in_the_order_of_their_seconds_which_come_as_text() -> None:
    assert video().retention == ((0.0, 1.0), (10.0, 0.1))
    assert video().likes_by_second == ((1.0, 0.5),)


def test_what_is_missing_null_or_empty_is_unknown_and_no_reject() -> None:
    names = [name for name in fields.VIDEO if name != "item_id"]
    for value in ({}, dict.fromkeys(names), dict.fromkeys(names, "")):
        item = parse.video({"item_id": EXAMPLE["item_id"], **value})
        assert isinstance(item, VideoItem)
        values = {name: getattr(item, name) for name in item.__struct_fields__ if name not in {"post_id", "caption"}}
        unread = values.pop("unread")
        assert not any(values.values())
        assert None in values.values()
        assert 0 not in [each for each in values.values() if isinstance(each, int)]
        assert all(reason.endswith(": ") for reason in unread)  # a text where a list should be
    assert video(video_view_retention=[], engagement_likes=None, audience_cities=[]).unread == ()


@pytest.mark.parametrize("spelling", ["Female", "female", "female_vv", "FEMALE_VV"])
def test_both_spellings_of_a_gender_are_one(spelling: str) -> None:
    item = video(audience_genders=[{"gender": spelling, "percentage": 0.6}, {"gender": "x", "percentage": 0.4}])
    assert item.breakdowns["audience_gender"] == (("female_vv", 0.6), ("x", 0.4))
    followers = parse.account({"username": "a", "audience_genders": [{"gender": spelling, "percentage": 0.6}]})
    assert not isinstance(followers, ParseError)
    assert followers.audience["gender"] == (("Female", 0.6),)


@pytest.mark.parametrize(
    ("sent", "read"), [(True, True), ("True", True), ("FALSE", False), ("false", False), (1, True)]
)
def test_flags_also_as_words_with_capitals(sent: Any, read: bool) -> None:
    account = parse.account({"username": "A_b", "is_business_account": sent, "is_verified": None})
    assert not isinstance(account, ParseError)
    assert (account.is_business_account, account.is_verified, account.username) == (read, None, "a_b")
    assert video(is_ad=sent).is_ad is read


@pytest.mark.parametrize(
    ("point", "reason"),
    [
        ({"second": "x", "percentage": 0.5}, "unreadable video_view_retention: {'second': 'x', 'percentage': 0.5}"),
        ({"second": "-1", "percentage": 0.5}, "unreadable video_view_retention: {'second': '-1', 'percentage': 0.5}"),
        ({"percentage": 0.5}, "unreadable video_view_retention: {'percentage': 0.5}"),
        ({"second": "1", "percentage": None}, "unreadable video_view_retention: {'second': '1', 'percentage': None}"),
        ({"second": "1", "percentage": "a"}, "unreadable video_view_retention: {'second': '1', 'percentage': 'a'}"),
        (7, "unreadable video_view_retention: 7"),
        (None, "unreadable video_view_retention: None"),
    ],
)  # fmt: skip
def test_a_point_that_cannot_be_read_is_left_out_with_a_reason_and_the_others_stay(point: Any, reason: str) -> None:
    item = video(video_view_retention=[{"second": "0", "percentage": 1.0}, point, {"second": "2", "percentage": 0.4}])
    assert item.retention == ((0.0, 1.0), (2.0, 0.4))
    assert item.unread == (reason,)


@pytest.mark.parametrize("value", ["lots", 1.5, True, [1], {"n": 1}, float("nan"), 1e300])
def test_a_counter_that_cannot_be_read_is_unknown_with_a_reason(value: Any) -> None:
    item = video(likes=value)
    assert item.likes is None
    assert item.unread == (f"unreadable likes: {str(value)[:60]}",)


def test_numbers_as_text_are_numbers() -> None:
    item = video(likes="12", video_views="3.0", average_time_watched="4.25", comments=5.0)
    assert (item.likes, item.views, item.avg_watch_s, item.comments) == (12, 3, 4.25, 5)


@pytest.mark.parametrize(
    "item_id", [None, "", 6.990565363377392e18, "6.99e18", "abc", "123", True, "6990565363377392901\n"]
)
def test_a_video_without_an_id_is_refused(item_id: Any) -> None:
    assert isinstance(parse.video({**EXAMPLE, "item_id": item_id}), ParseError)
    assert video(item_id=6990565363377392901).post_id == EXAMPLE["item_id"]


@pytest.mark.parametrize("seconds", ["99", "99999999999999", "-5", -1])
def test_an_impossible_publishing_time_is_unknown(seconds: Any) -> None:
    assert (video(create_time=seconds).posted_at, len(video(create_time=seconds).unread)) == (None, 1)
    assert video(create_time="0").posted_at is None


def test_text_has_no_character_that_no_table_can_hold() -> None:
    bad = "a\x00b\ud800c🍝"
    item = video(caption=bad, thumbnail_url=bad, audience_countries=[{"country": bad, "percentage": 1}])
    assert item.caption == "a\ufffdb\ufffdc🍝"
    account = parse.account({"username": bad, "display_name": bad, "bio_description": bad, "profile_image": bad})
    comment = parse.owner_comment({"comment_id": "7" * 19, **dict.fromkeys(
        ("text", "username", "display_name", "user_id", "unique_identifier", "status", "image_url"), bad
    )})  # fmt: skip
    for each in (item, account, comment):
        assert not isinstance(each, ParseError)
        texts = str({name: getattr(each, name) for name in each.__struct_fields__ if name != "unread"})
        assert "\\x00" not in texts
        assert "\\ud800" not in texts


def test_a_day_has_its_counts_and_hours() -> None:
    item = parse.day(
        {
            "date": "2026-06-01", "video_views": 5, "daily_total_followers": -7, "followers_count": None, "likes": "x",
            "audience_activity": [
                {"hour": "23", "count": 2}, {"hour": "0", "count": 0}, {"hour": "24", "count": 1},
                {"hour": "1.5", "count": 1}, {"hour": 7, "count": "3"},
            ],
        }
    )  # fmt: skip
    assert not isinstance(item, ParseError)
    assert (item.day, item.counts) == (date(2026, 6, 1), {"video_views": 5, "daily_total_followers": -7})
    assert item.activity == ((0, 0), (7, 3), (23, 2))
    assert [reason.partition(":")[0] for reason in item.unread] == ["unreadable likes"] + [
        "unreadable audience_activity"
    ] * 2


def test_a_profile_has_its_last_days() -> None:
    """Without analytics, too; a day that cannot be read costs itself alone."""
    days = [{"date": "2026-06-01", "followers_count": 5}, {"date": "x"}, {"date": "2026-06-02", "followers_count": "y"}]
    item = parse.account({"username": "alice", "metrics": days})
    assert not isinstance(item, ParseError)
    assert [(each.day, each.counts) for each in item.days] == [
        (date(2026, 6, 1), {"followers_count": 5}),
        (date(2026, 6, 2), {}),
    ]
    assert item.unread == ("no day: x", "unreadable followers_count: y")


@pytest.mark.parametrize("day", ["2026-02-30", "", None, 1.5, "01.06.2026", [], "2026-13-01", "x" * 500])
def test_a_day_that_is_none_is_refused(day: Any) -> None:
    refused = parse.day({"date": day, "likes": 1})
    assert isinstance(refused, ParseError)
    assert refused.reason.startswith("no day: ")
    assert len(refused.reason) < 80


def test_replies_come_with_their_comment_and_no_deeper() -> None:
    reply = {"comment_id": "7" * 18 + "1", "text": "b", "reply_list": [{"comment_id": "7" * 18 + "2"}]}
    item = parse.owner_comment({"comment_id": "7" * 19, "reply_list": [reply, {"comment_id": "x"}, 5], "owner": "True"})
    assert not isinstance(item, ParseError)
    assert [(each.text, each.nested) for each in item.nested] == [("b", ())]
    assert (item.is_owner, len(item.unread)) == (True, 2)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["1", "0.5"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["second", "percentage", "hour", "count", "gender", "country", "city_name", "type", "age"]),
        inner, max_size=3,
    ),
    max_leaves=6,
)  # fmt: skip
names = st.sampled_from(
    [*fields.VIDEO, *fields.DAY, *fields.PROFILE, *fields.AUDIENCE, "date", "comment_id", "reply_list", "text",
     "business_category", "average_likes"]
)  # fmt: skip


@given(st.dictionaries(names, values, max_size=8))
def test_whatever_comes_is_read_or_refused(item: dict[str, Any]) -> None:
    """No value of any type raises; what is read is finite, and can be written down."""
    base = {"item_id": EXAMPLE["item_id"], "date": "2026-01-01", "comment_id": "7" * 19, "business_category": "Pets"}
    for read in (parse.account, parse.day, parse.video, parse.owner_comment, parse.benchmark):
        for each in (item, {**item, **base}):
            found = read(each)
            if isinstance(found, ParseError):
                assert found.reason
                continue
            for value in (getattr(found, name) for name in found.__struct_fields__):
                assert not isinstance(value, float) or math.isfinite(value)
                json.dumps(value, default=str).encode()
