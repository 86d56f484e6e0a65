"""`/business/get/`: the profile, its days, its followers."""

from datetime import UTC, date, datetime, timedelta

import pytest

from dwell_sandbox.business_api.consent_accounts import consent_accounts
from dwell_sandbox.business_api.fields import ACCOUNT_FIELDS, SCOPES
from dwell_sandbox.business_api.latency import last_measured_day, published_at
from dwell_sandbox.owner import OwnerAnalytics
from dwell_sandbox.server.response import ProtocolOptions

TODAY = date(2026, 11, 1)
ALL = tuple(ACCOUNT_FIELDS)
EXAMPLE = {
    "profile_image": str,
    "username": str,
    "display_name": str,
    "followers_count": int,
    "audience_countries": [{"percentage": float, "country": str}],
    "audience_genders": [{"percentage": float, "gender": str}],
    "metrics": [{
        "date": str, "followers_count": int, "video_views": int, "comments": int, "shares": int, "likes": int,
    }],
}  # fmt: skip
"""The types of the documented example."""


def handle_with(note: str) -> str:
    return next(each.handle for each in consent_accounts(12) if note in each.note)


def shape(value):
    """The types of a JSON value; of a list, those of its first item, which the others must have, too."""
    if isinstance(value, dict):
        return {name: shape(each) for name, each in value.items()}
    if isinstance(value, list):
        assert all(shape(each) == shape(value[0]) for each in value)
        return [shape(value[0])] if value else []
    return type(value)


def test_the_documented_example_has_the_same_types(app):
    names = ("username", "display_name", "profile_image", "followers_count", "shares", "comments", "likes",
             "video_views", "audience_countries", "audience_genders")  # fmt: skip
    assert shape(app.connect("demo_kitchen").account(*names)) == EXAMPLE


def test_without_fields_there_are_the_default_ones(app):
    assert app.connect("demo_kitchen").read("business/get").keys() == {"display_name", "profile_image"}


def test_the_profile_is_the_one_of_this_moment(app, world, now):
    data = app.connect("demo_kitchen").account(*ALL)
    profile = world.profile("demo_kitchen", now)
    assert data["username"] == "demo_kitchen"
    assert data["followers_count"] == profile.followers
    assert (data["following_count"], data["total_likes"]) == (profile.following, profile.total_likes)
    assert data["videos_count"] == profile.post_count
    assert data["is_business_account"] is True
    assert data["is_verified"] is False
    assert "x-expires=" in data["profile_image"]
    assert isinstance(data["bio_description"], str)


def test_the_days_are_those_of_the_world_up_to_the_newest_one_that_is_measured(app, world, now):
    owner, newest = OwnerAnalytics(world), last_measured_day(12, 1, now)
    rows = app.connect("demo_kitchen").account(*ALL, start_date="2026-09-02", end_date="2026-10-31")["metrics"]
    assert rows[0]["date"] == "2026-09-02"
    assert rows[-1]["date"] == newest.isoformat()
    assert [row["date"] for row in rows] == sorted({row["date"] for row in rows})
    for row in rows:
        day = owner.day("demo_kitchen", date.fromisoformat(row["date"]))
        assert (row["video_views"], row["likes"], row["comments"]) == (
            day.gains.views,
            day.gains.likes,
            day.gains.comments,
        )
        assert (row["profile_views"], row["shares"]) == (day.profile_views, day.gains.shares)
        assert (row["followers_count"], row["unique_video_views"]) == (day.followers, day.unique_viewers)
        assert (row["daily_new_followers"], row["daily_lost_followers"]) == (day.new_followers, day.lost_followers)
        assert row["audience_activity"] == [{"hour": str(at), "count": day.activity[at]} for at in range(24)]
        assert row["daily_total_followers"] in (day.followers, day.net_followers)


def test_a_day_appears_24_to_48_hours_after_its_end():
    seen = set()
    for number in range(200):
        appears = published_at(3, number, TODAY)
        waited = appears - datetime(2026, 11, 2, tzinfo=UTC)
        assert timedelta(hours=24) <= waited <= timedelta(hours=48)
        assert last_measured_day(3, number, appears) == TODAY
        assert last_measured_day(3, number, appears - timedelta(seconds=1)) == TODAY - timedelta(days=1)
        seen.add(waited // timedelta(hours=6))
    assert seen == {4, 5, 6, 7}


def test_a_day_that_was_shown_once_is_the_same_on_every_later_day(make_app, now):
    seen = {}
    for days in range(0, 40, 3):
        app = make_app(start=now + timedelta(days=days, hours=days % 24))
        rows = app.connect("demo_bigtable").account(*ALL)["metrics"]
        for row in rows:
            assert seen.setdefault(row["date"], row) == row
    assert len(seen) > 40


def test_days_before_and_on_the_one_of_joining_are_left_out(make_app, world):
    joined = datetime.fromtimestamp(world.creator("demo_kitchen").joined, UTC)
    app = make_app(start=joined + timedelta(days=10))
    rows = app.connect("demo_kitchen").account("video_views", start_date="2022-08-20", end_date="2022-10-10")["metrics"]
    assert rows[0]["date"] == "2022-10-02"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"start_date": "2026-09-01", "end_date": "2026-09-10"}, "look-back"),
        ({"start_date": "2026-09-02", "end_date": "2026-11-01"}, "span"),
        ({"start_date": "2026-10-31", "end_date": "2026-10-30"}, "later"),
        ({"start_date": "2026-13-01"}, "date"),
        ({"start_date": "20261001"}, "date"),
        ({"end_date": "yesterday"}, "date"),
        ({"fields": ["video_view"]}, "not supported"),
        ({"fields": '["likes"'}, "JSON"),
        ({"fields": "likes"}, "JSON"),
        ({"fields": [1]}, "strings"),
        ({"fields": '["\\ud800"]'}, "strings"),
        ({"fields": "[" * 20_000}, "JSON"),
        ({"end_date": "9999-12-31"}, "span"),
        ({"start_date": "0001-01-01"}, "look-back"),
        ({"business_id": " "}, "business_id"),
    ],
)
def test_invalid_parameters_are_40002_and_named(app, query, words):
    answer = app.connect("demo_kitchen").call("business/get", **{"fields": ["likes"], **query})
    assert (answer["code"], answer["data"]) == (40002, {})
    assert words in answer["message"]


def test_another_accounts_id_is_no_permission(app):
    other = app.connect("demo_pantry").tokens["open_id"]
    assert app.connect("demo_kitchen").call("business/get", business_id=other)["code"] == 40001


def test_fields_depend_on_the_type_of_the_account(app):
    business = {"unique_video_views", "daily_new_followers", "daily_lost_followers", "daily_total_followers",
                "engaged_audience", "audience_activity"}  # fmt: skip
    registered = {"bio_link_clicks", "email_clicks", "phone_number_clicks", "address_clicks", "lead_submissions",
                  "app_download_clicks"}  # fmt: skip
    everyone = {"date", "followers_count", "video_views", "profile_views", "likes", "comments", "shares"}
    for handle, expected in (
        ("demo_pantry", everyone),
        ("demo_kitchen", everyone | business),
        ("demo_bigtable", everyone | business | registered),
    ):
        data = app.connect(handle).account(*ALL)
        assert all(row.keys() == expected for row in data["metrics"])
        assert data["is_business_account"] is (handle != "demo_pantry")
        assert {"audience_ages", "audience_cities"} <= data.keys()


def test_a_field_without_its_scope_is_40125_and_named(app):
    connection = app.connect("demo_kitchen", ("user.info.basic", "user.info.stats"))
    answer = connection.call("business/get", fields=["display_name", "likes", "username"])
    assert answer["code"] == 40125
    for words in ("user.insights", "user.info.username", "likes"):
        assert words in answer["message"]
    assert "display_name" not in answer["message"]
    assert "metrics" not in connection.account("followers_count", "videos_count")


def test_followers_of_each_day_need_only_insights(app):
    data = app.connect("demo_kitchen", ("user.insights",)).account("followers_count")
    assert data.keys() == {"metrics"}
    assert data["metrics"][0].keys() == {"date", "followers_count"}


def test_under_a_hundred_followers_there_is_nothing_about_the_audience(app):
    data = app.connect(handle_with("under 100")).account(*ALL)
    assert data["followers_count"] < 100
    assert not {"audience_ages", "audience_genders", "audience_countries", "audience_cities"} & data.keys()
    assert all("audience_activity" not in row and "video_views" in row for row in data["metrics"])


def test_without_analytics_there_is_only_the_profile(app):
    connection = app.connect(handle_with("not turned on"))
    assert connection.account("username", "followers_count")["username"]
    answer = connection.call("business/get", fields=["username", "likes"])
    assert (answer["code"], "analytics" in answer["message"]) == (40001, True)


def test_shares_are_fractions_and_those_of_cities_percent_points(app):
    data = app.connect("demo_kitchen").account(*ALL)
    for name in ("audience_ages", "audience_genders"):
        assert sum(row["percentage"] for row in data[name]) == pytest.approx(1, abs=0.001)
    assert 0.5 < sum(row["percentage"] for row in data["audience_countries"]) <= 1
    assert len(data["audience_countries"]) == len(data["audience_cities"]) == 10
    assert sum(row["percentage"] for row in data["audience_cities"]) > 5
    assert {row["gender"] for row in data["audience_genders"]} == {"Female", "Male", "Other"}


@pytest.mark.parametrize("style", ["total", "change"])
def test_daily_total_followers_can_be_either_of_its_two_meanings(make_app, world, style):
    app = make_app(options=ProtocolOptions(daily_total_followers=style))
    row = app.connect("demo_kitchen").account("daily_total_followers")["metrics"][0]
    day = OwnerAnalytics(world).day("demo_kitchen", date.fromisoformat(row["date"]))
    assert row["daily_total_followers"] == (day.followers if style == "total" else day.net_followers)


def test_a_partial_success_has_part_of_the_days(app):
    connection = app.connect("demo_kitchen")
    whole = connection.account("likes")["metrics"]
    app.ask.script({"fault": "partial_success", "endpoint": "business/get"})
    partial = connection.call("business/get", fields=["likes"])
    assert partial["code"] == 20001
    assert 0 < len(partial["data"]["metrics"]) < len(whole)
    assert connection.account("likes")["metrics"] == whole


def test_a_renamed_account_keeps_its_id(make_app, world, handle_in):
    old = handle_in("renamed")
    since = world.status(old, datetime(2026, 11, 1, 9, 0, 20, tzinfo=UTC)).since
    before, after = make_app(start=since - timedelta(days=1)), make_app(start=since + timedelta(days=1))
    one, two = before.connect(old), after.connect(world.handle_at(world.creator(old).number, since))
    assert one.tokens["open_id"] == two.tokens["open_id"]
    assert one.account("username")["username"] == old
    assert two.account("username")["username"].startswith(f"{old}_")


def test_an_account_that_was_banned_since_is_no_permission(make_app, world, handle_in, seconds):
    handle = handle_in("banned")
    since = world.status(handle, datetime(2026, 11, 1, 9, 0, 20, tzinfo=UTC)).since
    app = make_app(start=since - timedelta(hours=1), speed=3600.0)
    connection = app.connect(handle)
    assert connection.call("business/get")["code"] == 0
    seconds.gone += 2
    answer = connection.call("business/get")
    assert (answer["code"], "banned" in answer["message"]) == (40001, True)


def test_all_scopes_together_give_every_field_of_a_registered_business(app):
    data = app.connect("demo_bigtable", SCOPES).account(*ALL)
    assert set(ALL) == (data.keys() | data["metrics"][0].keys()) - {"metrics", "date"}


def test_the_envelope_has_the_simulated_date_and_the_id_of_the_request(app):
    tokens = app.connect("demo_kitchen").tokens
    path, headers = "/business_api/open_api/v1.3/business/get/", {"access-token": tokens["access_token"]}
    response = app.ask.get(path, {"business_id": tokens["open_id"]}, headers)
    assert list(response.json()) == ["code", "message", "request_id", "data"]
    assert response.headers["date"] == "Sun, 01 Nov 2026 09:00:20 GMT"
    assert response.headers["x-tt-logid"] == response.json()["request_id"]


def test_paths_also_work_without_the_prefix_of_the_protocol(app):
    tokens = app.connect("demo_kitchen").tokens
    response = app.ask.get(
        "/open_api/v1.3/business/get/",
        {"business_id": tokens["open_id"]},
        {"access-token": tokens["access_token"]},
    )
    assert response.json()["code"] == 0


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "business/get", 40007), ("GET", "business/videos/list/", 40007), ("POST", "business/get/", 40002),
        ("GET", "tt_user/oauth2/token/", 40002), ("GET", "", 40007), ("GET", "/business/get/", 40007),
    ],
)  # fmt: skip
def test_other_paths_and_methods_are_errors_with_status_200(app, method, path, code):
    response = app.ask.http.request(method, f"/business_api/open_api/v1.3/{path}")
    assert (response.status_code, response.json()["code"]) == (200, code)
