"""`/business/video/list/`: paging, filters, latency, what is withheld, and the truth of the world."""

from datetime import UTC, datetime, timedelta

import pytest

from dwell_sandbox.business_api.consent_accounts import consent_accounts
from dwell_sandbox.business_api.fields import VIDEO_FIELDS
from dwell_sandbox.business_api.latency import end_of_day, last_measured_day
from dwell_sandbox.owner import OwnerAnalytics
from dwell_sandbox.retention import mean
from dwell_sandbox.server.response import ProtocolOptions

HANDLE = "demo_bigtable"
WEEK = timedelta(days=7)
YEAR = timedelta(days=365)
ALL = tuple(name for name in VIDEO_FIELDS if name != "item_id")
WHILE_ACTIVE = {
    "reach", "average_time_watched", "total_time_watched", "full_video_watched_rate", "impression_sources",
    "audience_countries",
}  # fmt: skip
AT_ONCE = {
    "item_id", "create_time", "caption", "share_url", "embed_url", "thumbnail_url", "media_type", "is_ad",
}  # fmt: skip
INSIGHTS = {
    "average_time_watched", "total_time_watched", "full_video_watched_rate", "impression_sources", "audience_countries",
    "audience_genders", "audience_cities", "audience_types", "video_view_retention", "engagement_likes",
    "new_followers",
}  # fmt: skip
SHARES = {"percentage": float}
EXAMPLE = {
    "item_id": str, "create_time": str, "caption": str, "thumbnail_url": str, "embed_url": str, "share_url": str,
    "likes": int, "comments": int, "shares": int, "video_views": int, "reach": int, "video_duration": float,
    "total_time_watched": float, "average_time_watched": float, "full_video_watched_rate": float,
    "impression_sources": {**SHARES, "impression_source": str}, "audience_countries": {**SHARES, "country": str},
}  # fmt: skip
"""The types of the documented example; of a list, those of its items."""

FURTHER = {
    "media_type": str, "is_ad": bool, "favorites": int, "new_followers": int, "profile_views": int,
    "website_clicks": int, "phone_number_clicks": int, "lead_submissions": int, "app_download_clicks": int,
    "email_clicks": int, "address_clicks": int, "audience_genders": {**SHARES, "gender": str},
    "audience_cities": {**SHARES, "city_name": str}, "audience_types": {**SHARES, "type": str},
    "video_view_retention": {**SHARES, "second": str}, "engagement_likes": {**SHARES, "second": str},
}  # fmt: skip


@pytest.fixture
def rows(app):
    return {row["item_id"]: row for row in app.connect(HANDLE).every_video(*ALL)}


def newest_end(world, handle, now):
    return end_of_day(last_measured_day(world.seed, world.creator(handle).number, now))


def test_every_field_has_the_documented_type(rows):
    seen = set()
    for row in rows.values():
        for name, value in row.items():
            expected = {**EXAMPLE, **FURTHER}[name]
            if isinstance(expected, dict):
                assert all({key: type(each) for key, each in item.items()} == expected for item in value)
            else:
                assert type(value) is expected
            seen.add(name)
    assert seen == {*EXAMPLE, *FURTHER} == set(VIDEO_FIELDS)


def test_without_fields_there_is_the_id_alone(app):
    page = app.connect(HANDLE).read("business/video/list")
    assert len(page["videos"]) <= 10
    assert all(row.keys() == {"item_id"} for row in page["videos"])
    assert type(page["cursor"]) is int
    assert page["has_more"] is True


def test_paging_lists_every_post_once_newest_first(world, now, rows):
    posts = world.posts(HANDLE, since=datetime(2020, 1, 1, tzinfo=UTC), at=now)
    assert list(rows) == [post.post_id for post in posts]
    for post in posts:
        row = rows[post.post_id]
        assert (row["caption"], row["media_type"], row["is_ad"]) == (post.caption, post.media_type.upper(), post.is_ad)
        assert row["create_time"] == str(int(post.posted_at.timestamp()))
        assert row["share_url"].startswith(f"{post.url}?utm_campaign=tt4d_open_api&utm_source=")
        assert f"/player/v1/{post.post_id}?" in row["embed_url"]
    assert {row["media_type"] for row in rows.values()} == {"VIDEO", "PHOTO"}
    assert {row["is_ad"] for row in rows.values()} == {True, False}


def test_some_pages_are_short_although_there_is_more_and_a_thousand_videos_cost_few_calls(app):
    connection = app.connect(next(each.handle for each in consent_accounts(12) if "1,000" in each.note))
    sizes, cursor = [], None
    while True:
        page = connection.videos(max_count=20, **({"cursor": cursor} if cursor else {}))
        sizes.append(len(page["videos"]))
        cursor = page["cursor"]
        if not page["has_more"]:
            break
    total = connection.account("videos_count")["videos_count"]
    assert sum(sizes) == total == pytest.approx(1_000, rel=0.02)
    assert any(0 < size < 20 for size in sizes[:-1])
    assert len(sizes) <= 0.055 * total


def test_a_cursor_is_a_time_before_which_videos_were_posted(app, world, now):
    edge = datetime(2026, 6, 1, tzinfo=UTC)
    page = app.connect(HANDLE).videos("create_time", cursor=int(edge.timestamp() * 1000), max_count=20)
    newest = world.posts(HANDLE, since=datetime(2020, 1, 1, tzinfo=UTC), at=now, before=edge)[0]
    assert page["videos"][0]["item_id"] == newest.post_id
    later = app.connect(HANDLE).videos(cursor=int(now.timestamp() * 1000) + 10**10)
    assert later["videos"][0]["item_id"] == world.posts(HANDLE, since=now - YEAR, at=now)[0].post_id
    first = app.connect(HANDLE).videos(cursor=1)
    assert (first["videos"], first["has_more"]) == ([], False)


def test_a_filtered_call_has_the_chosen_videos_and_cursor_0(app, world, now, rows):
    chosen = [*list(rows)[30:45], *list(rows)[-5:]]
    foreign = world.posts("demo_kitchen", since=now - YEAR, at=now)[0].post_id
    connection = app.connect(HANDLE)
    page = connection.videos(*ALL, filters={"video_ids": chosen}, max_count=20)
    assert {row["item_id"]: row for row in page["videos"]} == {each: rows[each] for each in chosen}
    assert (page["cursor"], page["has_more"]) == (0, False)
    assert connection.videos(filters={"video_ids": [foreign, "1", ""]})["videos"] == []
    assert connection.videos(filters={"video_ids": []})["videos"] == []
    ten = connection.videos(filters={"video_ids": chosen})
    assert (len(ten["videos"]), ten["has_more"]) == (10, True), "the default of max_count applies"


@pytest.mark.parametrize("spelling", ["true", "True", "TRUE", '"true"', '"True"'])
def test_only_ads_can_be_asked_for_in_any_spelling_of_true(app, rows, spelling):
    ads = [each for each, row in rows.items() if row["is_ad"]][:5]
    others = [each for each, row in rows.items() if not row["is_ad"]][:5]
    chosen = [*others, *ads]
    filters = f'{{"video_ids": {chosen}, "ad_post_only": {spelling}}}'.replace("'", '"')
    page = app.connect(HANDLE).videos(filters=filters, max_count=20)
    assert [row["item_id"] for row in page["videos"]] == ads
    assert len(ads) == 5


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"fields": ["likes"]}, "item_id"),
        ({"fields": ["item_id", "favorities"]}, "favorities"),
        ({"max_count": 21}, "max_count"),
        ({"max_count": 0}, "max_count"),
        ({"max_count": "ten"}, "max_count"),
        ({"cursor": "abc"}, "cursor"),
        ({"cursor": -1}, "cursor"),
        ({"cursor": "9" * 40}, "cursor"),
        ({"filters": "[]"}, "filters"),
        ({"filters": "{"}, "filters"),
        ({"filters": {"videos": []}}, "filters"),
        ({"filters": {"video_ids": "7"}}, "video_ids"),
        ({"filters": {"video_ids": [str(each) for each in range(21)]}}, "video_ids"),
        ({"filters": {"ad_post_only": 2}}, "ad_post_only"),
    ],
)
def test_invalid_parameters_are_40002_and_named(app, query, words):
    answer = app.connect(HANDLE).call("business/video/list", **{"fields": ["item_id"], **query})
    assert (answer["code"], answer["data"]) == (40002, {})
    assert words in answer["message"]


def test_metrics_are_those_of_the_world_at_the_end_of_the_newest_measured_day(world, now, rows):
    owner, newest = OwnerAnalytics(world), newest_end(world, HANDLE, now)
    compared = 0
    for post_id, row in rows.items():
        post = world.post(post_id)
        until = min(newest, post.posted_at + YEAR)
        if until <= post.posted_at:
            assert row.keys() == AT_ONCE
            continue
        metrics = owner.video(post_id, until)
        shown = (row["video_views"], row["likes"], row["comments"], row["shares"], row["favorites"])
        assert shown == (metrics.views, metrics.likes, metrics.comments, metrics.shares, metrics.favorites)
        assert row["profile_views"] == metrics.totals.profile_views
        assert row["website_clicks"] == metrics.totals.website_clicks
        assert WHILE_ACTIVE & row.keys() or not owner.has_views_within(post_id, newest, WEEK)
        if post.media_type == "photo":
            assert (row["video_view_retention"], row["engagement_likes"]) == ([], [])
            assert not {"video_duration", "average_time_watched", "full_video_watched_rate"} & row.keys()
            continue
        true, curve = world.truth(post_id), world.retention(post_id)
        assert [(point["second"], point["percentage"]) for point in row["video_view_retention"]] == [
            (str(second), round(share, 4)) for second, share in enumerate(curve)
        ]
        assert [point["percentage"] for point in row["engagement_likes"]] == [
            round(share, 4) for share in world.likes_by_second(post_id)
        ]
        if "average_time_watched" in row:
            assert row["average_time_watched"] == round(true.avg_watch_s, 3)
            assert row["full_video_watched_rate"] == round(true.full_watch_rate, 4)
            assert row["reach"] == metrics.reach <= row["video_views"]
            assert 0.75 < row["total_time_watched"] / row["average_time_watched"] / row["video_views"] < 1
        compared += 1
    assert compared > 200


def test_the_area_under_a_curve_is_the_average_watch_time(rows):
    for row in rows.values():
        if not row.get("video_view_retention") or "average_time_watched" not in row:
            continue
        if 0.15 < row["average_time_watched"] / row["video_duration"] < 0.9:
            area = mean([point["percentage"] for point in row["video_view_retention"]]) * row["video_duration"]
            assert area == pytest.approx(row["average_time_watched"], abs=0.01)


def test_after_seven_days_without_a_view_the_marked_fields_are_gone_and_a_view_brings_them_back(make_app, world, now):
    owner = OwnerAnalytics(world)
    handle, number = "demo_kitchen", world.creator("demo_kitchen").number
    quiet = kept = 0
    for row in make_app().connect(handle).every_video(*ALL):
        if "likes" not in row or row["media_type"] == "PHOTO":
            continue
        if owner.has_views_within(row["item_id"], newest_end(world, handle, now), WEEK):
            assert row.keys() >= WHILE_ACTIVE
            kept += 1
        else:
            assert not row.keys() & WHILE_ACTIVE
            assert {"likes", "video_view_retention", "new_followers", "audience_genders"} <= row.keys()
            quiet += 1
    assert min(quiet, kept) > 20
    ends = [end_of_day(last_measured_day(world.seed, number, now + timedelta(days=day))) for day in range(0, 120, 3)]
    post_id = next(
        post.post_id
        for post in world.posts(handle, since=now - YEAR, at=now - timedelta(days=100))
        if post.media_type == "video"
        and not owner.has_views_within(post.post_id, ends[0], WEEK)
        and any(owner.has_views_within(post.post_id, end, WEEK) for end in ends)
    )
    back = next(index for index, end in enumerate(ends) if owner.has_views_within(post_id, end, WEEK))
    later = make_app(start=now + timedelta(days=3 * back)).connect(handle)
    (row,) = later.videos(*ALL, filters={"video_ids": [post_id]})["videos"]
    assert row.keys() >= WHILE_ACTIVE


def test_a_year_after_publishing_the_metrics_stand_still(make_app, world, now):
    post = world.posts(HANDLE, since=now - timedelta(days=420), at=now, before=now - timedelta(days=380))[0]
    answers = [
        make_app(start=at).connect(HANDLE).videos(*ALL, filters={"video_ids": [post.post_id]})["videos"][0]
        for at in (post.posted_at + YEAR - timedelta(days=20), post.posted_at + YEAR + timedelta(days=3), now)
    ]
    changing = {"thumbnail_url", *WHILE_ACTIVE}
    before, frozen, later = ({key: each[key] for key in each if key not in changing} for each in answers)
    assert before != frozen == later
    assert world.counters(post.post_id, now).views > later["video_views"]


def test_a_new_video_is_listed_at_once_and_measured_later(make_app, world, now):
    post = world.posts("demo_kitchen", since=now - timedelta(days=30), at=now)[-1]
    first = make_app(start=post.posted_at + timedelta(minutes=1)).connect("demo_kitchen").videos(*ALL)["videos"][0]
    assert first["item_id"] == post.post_id
    assert first.keys() == AT_ONCE
    for days, measured in ((1, False), (4, True)):
        app = make_app(start=post.posted_at + timedelta(days=days))
        (row,) = app.connect("demo_kitchen").videos(*ALL, filters={"video_ids": [post.post_id]})["videos"]
        assert ("likes" in row) is measured


def test_a_deleted_video_is_no_longer_listed(make_app, world, now):
    posts = world.published_posts("demo_kitchen", since=now - YEAR, until=now)
    post_id, deleted = next(
        (post.post_id, at) for post in posts if (at := world.deleted_at(post.post_id)) is not None and at < now
    )
    for at, listed in ((deleted - timedelta(hours=1), 1), (deleted + timedelta(hours=1), 0)):
        page = make_app(start=at).connect("demo_kitchen").videos(filters={"video_ids": [post_id]})
        assert len(page["videos"]) == listed


def test_fields_depend_on_the_type_of_the_account(app):
    clicks = {name for name, field in VIDEO_FIELDS.items() if field.account == "registered_business"}
    for handle, offered in (("demo_pantry", set()), ("demo_kitchen", {"profile_views"})):
        rows = app.connect(handle).every_video(*ALL)
        assert {name for row in rows for name in row} & (clicks | {"profile_views"}) == offered


def test_fields_without_their_scope_are_40125(app):
    connection = app.connect(HANDLE, ("video.list",))
    assert "likes" in connection.every_video("likes")[-1]
    for name in VIDEO_FIELDS.keys() - {"profile_views"}:
        answer = connection.call("business/video/list", fields=["item_id", name])
        if name in INSIGHTS or name.endswith(("clicks", "submissions")):
            assert answer["code"] == 40125
            assert f"video.insights for the fields {name}." in answer["message"]
        else:
            assert answer["code"] == 0
    nothing = app.connect(HANDLE, ("user.info.basic",))
    assert nothing.call("business/video/list", fields=["item_id"])["code"] == 40125


def test_without_analytics_there_are_no_insights(app):
    connection = app.connect(next(each.handle for each in consent_accounts(12) if "not turned on" in each.note))
    assert "likes" in connection.every_video("likes")[-1]
    assert connection.call("business/video/list", fields=["item_id", "average_time_watched"])["code"] == 40001


def test_an_account_without_videos_has_an_empty_page(app):
    page = app.connect(next(each.handle for each in consent_accounts(12) if "no public" in each.note)).videos()
    assert (page["videos"], page["has_more"]) == ([], False)


@pytest.mark.parametrize(
    ("style", "names"),
    [("Female", {"Female", "Male", "Other"}), ("female_vv", {"female_vv", "male_vv", "other_vv"})],
)
def test_genders_of_viewers_can_have_either_spelling(make_app, style, names):
    app = make_app(options=ProtocolOptions(gender_names=style))
    row = app.connect(HANDLE).every_video("audience_genders")[-1]
    assert {each["gender"] for each in row["audience_genders"]} == names


def test_both_spellings_occur_by_account(app):
    spellings = set()
    for handle in ("demo_kitchen", "demo_pantry", "demo_bigtable", "demo_trailruns", "demo_comedy_156"):
        rows = app.connect(handle).every_video("audience_genders")
        spellings |= {each["gender"] for row in rows for each in row.get("audience_genders", ())}
    assert spellings == {"Female", "Male", "Other", "female_vv", "male_vv", "other_vv"}


def test_cities_are_percent_points_and_pairs_of_viewer_types_add_up(rows):
    for row in rows.values():
        if "audience_cities" not in row:
            continue
        assert len(row["audience_cities"]) == 10
        assert 1 < row["audience_cities"][0]["percentage"] < 100
        assert row["audience_cities"][0]["city_name"][2] == " "
        types = {each["type"]: each["percentage"] for each in row["audience_types"]}
        assert types["NEW_VIEWER"] + types["RETURN_VIEWER"] == pytest.approx(1, abs=0.0002)
        assert types["FOLLOWER_PERCENT"] + types["NON_FOLLOWER_PERCENT"] == pytest.approx(1, abs=0.0002)


def test_a_partial_success_lacks_the_metrics_of_some_videos(app):
    connection = app.connect(HANDLE)
    whole = connection.videos("likes", max_count=20)
    app.ask.script({"fault": "partial_success", "protocol": "business_api"})
    partial = connection.call("business/video/list", fields=["item_id", "likes"], max_count=20)
    assert partial["code"] == 20001
    assert [row["item_id"] for row in partial["data"]["videos"]] == [row["item_id"] for row in whole["videos"]]
    assert 0 < sum("likes" in row for row in partial["data"]["videos"]) < sum("likes" in row for row in whole["videos"])


@pytest.mark.parametrize("fault", ["short_page", "empty_page", "repeated_cursor", "stops_early", "duplicate_row"])
def test_faults_of_paging_apply_here_too(app, fault):
    connection = app.connect(HANDLE)
    whole = connection.videos(max_count=20)
    app.ask.script(fault)
    assert connection.videos(max_count=20) != whole
    assert app.ask.calls()[-1]["fault"] == fault
