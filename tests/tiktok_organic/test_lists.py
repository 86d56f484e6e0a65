"""Breakdowns and curves: the newest list of a day, whole."""

from __future__ import annotations

from datetime import date

import pytest

from dwell.records import AudienceShare, PostBreakdown, Retention

from .conftest import SOURCE, V1, World, at

D2, D3 = date(2026, 3, 2), date(2026, 3, 3)
SOURCES = ("metric_date", "impression_sources_impression_source", "impression_sources_percentage")


def test_a_newer_list_replaces_the_whole_one_of_the_day(world: World) -> None:
    world.video(at(2, 6), lists={"impression_source": {"For You": 0.9, "Search": 0.06, "Sound": 0.04}})
    world.video(at(2, 18), lists={"impression_source": {"For You": 0.8, "Follow": 0.2}})
    world.video(at(3), lists={"impression_source": {"Search": 1.0}})
    assert world.rows("videos_impression_sources", *SOURCES) == [
        (D2, "Follow", 0.2),
        (D2, "For You", 0.8),
        (D3, "Search", 1.0),
    ]


def test_an_absent_list_replaces_nothing_and_is_not_carried_forward(world: World) -> None:
    world.video(at(2, 6), lists={"impression_source": {"For You": 1.0}}, retention=[1.0, 0.5], likes=[0.4, 0.6])
    world.video(at(2, 18), counters={"views": 9})
    world.video(at(3), counters={"views": 10})
    assert world.rows("videos_impression_sources", *SOURCES, "_synced_at") == [(D2, "For You", 1.0, at(2, 6))]
    curve = ("metric_date", "video_view_retention_second", "video_view_retention_percentage")
    assert world.rows("videos_video_view_retention", *curve) == [(D2, 0.0, 1.0), (D2, 1.0, 0.5)]
    likes = ("engagement_likes_second", "engagement_likes_percentage")
    assert world.rows("videos_engagement_likes", *likes) == [(0.0, 0.4), (1.0, 0.6)]
    assert len(world.rows("videos")) == 2


def test_lists_of_other_dimensions_do_not_end_each_other(world: World) -> None:
    world.video(at(2, 6), lists={"audience_type": {"NEW_VIEWER": 0.7, "RETURN_VIEWER": 0.3}})
    world.video(
        at(2, 7),
        lists={
            "audience_country": {"DE": 0.5},
            "audience_city": {"US Cincinnati": 0.174921},
            "audience_gender": {"female_vv": 0.6, "male_vv": 0.3, "other_vv": 0.1},
        },
    )
    types = ("audience_types_type", "audience_types_percentage")
    assert world.rows("videos_audience_types", *types) == [("NEW_VIEWER", 0.7), ("RETURN_VIEWER", 0.3)]
    countries = ("audience_countries_country", "audience_countries_percentage")
    assert world.rows("videos_audience_countries", *countries) == [("DE", 0.5)]
    cities = ("audience_cities_city_name", "audience_cities_percentage")
    assert world.rows("videos_audience_cities", *cities) == [("US Cincinnati", 0.174921)]
    assert world.rows("videos_audience_genders", "audience_genders_gender") == ["female_vv", "male_vv", "other_vv"]


@pytest.mark.parametrize("hour", [6, 9])
def test_a_curve_of_another_source_is_not_shown(world: World, hour: int) -> None:
    """At another instant of the day, and at the same, where it has a point that the API's curve lacks."""
    world.video(at(2, 6), retention=[1.0, 0.5])
    points = [(0.0, 1.0), (2.0, 0.4)]
    world.append(
        *(
            Retention(post_id=V1, observed_at=at(2, hour), second=s, retention_rate=r, source="studio")
            for s, r in points
        ),
        source="studio",
    )
    curve = ("video_view_retention_second", "video_view_retention_percentage", "_source")
    assert world.rows("videos_video_view_retention", *curve) == [(0.0, 1.0, SOURCE), (1.0, 0.5, SOURCE)]


def test_a_member_without_a_share_is_unknown(world: World) -> None:
    world.video(at(2))
    world.append(
        PostBreakdown(
            post_id=V1, observed_at=at(2), dimension="audience_country", member="DE", share=0.1, source=SOURCE
        )
    )
    assert world.rows("videos_audience_countries", "audience_countries_country") == ["DE"]


def test_followers_by_group(world: World) -> None:
    world.account(at(2, 6))
    world.account(at(2, 9))
    key = {"handle": "me", "source": SOURCE}
    world.append(
        AudienceShare(**key, observed_at=at(2, 6), dimension="gender", member="Female", share=1.0),
        AudienceShare(**key, observed_at=at(2, 6), dimension="country", member="BR", share=0.5),
        AudienceShare(**key, observed_at=at(2, 9), dimension="gender", member="Male", share=0.25),
        AudienceShare(
            handle="me", observed_at=at(2, 12), dimension="gender", member="Other", share=1.0, source="studio"
        ),
    )
    columns = ("video_creator_username", "audience_dimension", "audience_member", "audience_percentage")
    assert world.rows("account_audience", *columns) == [("me", "country", "BR", 0.5), ("me", "gender", "Male", 0.25)]
