"""The two flags of S0: what was known by then, and nothing of later."""

from datetime import UTC, datetime, timedelta

from dwell.models.topic_flags import add_topic_flags

START = datetime(2026, 1, 1, tzinfo=UTC)
GROWING = [100, 130, 170, 220, 290, 380, 500]
SHRINKING = GROWING[::-1]
FLAT = [400, 401, 399, 402, 400, 398, 400]


def looks(kind, topic, added, pace=None, start=START):
    """A look a day at noon; the first one only begins the count."""
    rows = []
    for number, count in enumerate([None, *added]):
        at = start + timedelta(days=number, hours=12)
        row = {"topic_kind": kind, "topic": topic, "day": at.date(), "last_look_at": at, "counted_at": at}
        row |= {"topic_posts": 1, "posts_added": count, "count_span_d": None if count is None else 1.0}
        row |= {"fresh_n": 9 if pace else 0, "fresh_views_per_hour_median": pace[number] if pace else None}
        rows.append(row)
    return rows


def flags(days, *, posted=7, seen=12, **post):
    row = {"posted_at": START + timedelta(days=posted), "observed_at": START + timedelta(days=seen)}
    row |= {"sound_id": "song", "hashtags": ["food"], **post}
    (found,) = add_topic_flags([row], days)
    return found["sound_rising"], found["tag_saturated"]


def test_a_rising_sound_and_a_fading_tag():
    days = [*looks("sound", "song", GROWING), *looks("hashtag", "food", SHRINKING)]
    assert flags(days) == (True, True)


def test_a_fading_sound_and_a_rising_tag():
    days = [*looks("sound", "song", SHRINKING), *looks("hashtag", "food", GROWING)]
    assert flags(days) == (False, False)


def test_without_a_look_both_are_unknown_and_never_false():
    assert flags([]) == (None, None)
    assert flags(looks("sound", "another", GROWING)) == (None, None)
    assert flags(looks("sound", "song", GROWING), sound_id=None, hashtags=[])[0] is None


def test_looks_far_from_publishing_or_after_the_snapshot_do_not_count():
    days = looks("sound", "song", GROWING)
    assert flags(days, posted=6, seen=6.4)[0] is True
    assert flags(days, posted=6, seen=3.4)[0] is None
    assert flags(days, posted=11)[0] is None
    assert flags(days, posted=-5)[0] is None


def test_the_future_changes_nothing():
    rows = looks("sound", "song", GROWING)
    later = looks("sound", "song", [0] * 7, start=START + timedelta(days=15))
    assert flags(rows, seen=30) == flags([*rows, *later], seen=30)


def test_an_unknown_tag_among_fresh_ones_is_unknown_but_not_among_saturated_ones():
    fresh = looks("hashtag", "food", FLAT)
    assert flags(fresh)[1] is False
    assert flags(fresh, hashtags=["food", "rare"])[1] is None
    worn = looks("hashtag", "food", SHRINKING)
    assert flags(worn, hashtags=["food", "rare"])[1] is True


def test_a_tag_whose_fresh_posts_do_ever_worse_is_saturated():
    pace = [900, 700, 560, 450, 350, 280, 220, 180]
    assert flags(looks("hashtag", "food", FLAT, pace))[1] is True
    assert flags(looks("hashtag", "food", FLAT, pace[::-1]))[1] is False
    assert flags(looks("hashtag", "food", FLAT, [300, 310, 295, 305, 290, 308, 300, 301]))[1] is False


def test_a_post_without_dates_is_unknown():
    assert flags(looks("sound", "song", GROWING), posted_at=None) == (None, None)
