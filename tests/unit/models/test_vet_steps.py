"""Jumps: lone ones that brought no likes are noticed, waves, batches, rounding and hits are not."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from dwell.models.vet_check import NOTHING_UNUSUAL, SUSPICIOUS
from dwell.models.vet_steps import follower_steps, view_steps

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def growth(post_id, views, *, likes=None, rounded=False):
    """Daily snapshots as rows of `growth`; likes are 5 % of the views where they are not given."""
    likes = [count // 20 for count in views] if likes is None else likes
    rows = []
    for day in range(1, len(views)):
        rows.append(
            {
                "post_id": post_id,
                "from_at": START + timedelta(days=day - 1),
                "to_at": START + timedelta(days=day),
                "hours": 24.0,
                "views_from": views[day - 1],
                "views_to": views[day],
                "views_per_hour": (views[day] - views[day - 1]) / 24,
                "likes_from": likes[day - 1],
                "likes_to": likes[day],
                "rounding_explains": rounded,
            }
        )
    return rows


SPIKE = [10_000, 10_200, 10_300, 40_300, 40_400, 40_450]
WITHOUT_LIKES = [500, 510, 515, 520, 525, 528]


def test_two_lone_steps_without_likes_are_suspicious():
    rows = [row for name in "ab" for row in growth(name, SPIKE, likes=WITHOUT_LIKES)]
    found = view_steps(rows, "ab")
    assert (found.reads_as, found.value, found.n) == (SUSPICIOUS, 2.0, 2)
    assert "10,300 to 40,300 views" in found.evidence
    assert "promotion" in found.evidence


@pytest.mark.parametrize(
    ("views", "likes", "rounded"),
    [
        (SPIKE, None, False),  # the likes came along
        (SPIKE, [None] * 6, False),  # likes unknown
        (SPIKE, WITHOUT_LIKES, True),  # rounding explains
        (SPIKE, WITHOUT_LIKES, None),  # rounding may explain
        ([10_000, 10_200, 20_300, 35_300, 42_400, 45_450], WITHOUT_LIKES, False),  # a wave of days
        ([10_000, 10_300, 10_600, 16_100, 16_400, 16_700], WITHOUT_LIKES, False),  # a batch may move a day more
        ([0, 50_000, 60_000, 65_000, 67_000, 68_000], WITHOUT_LIKES, False),  # the first day
        ([100, 101, 102, 900, 901, 902], WITHOUT_LIKES, False),  # few views
    ],
)
def test_what_honest_counters_do_is_not(views, likes, rounded):
    rows = [row for name in "abc" for row in growth(name, views, likes=likes, rounded=rounded)]
    assert view_steps(rows, "abc").reads_as == NOTHING_UNUSUAL


def test_one_step_alone_is_told_but_not_suspicious():
    found = view_steps([*growth("a", SPIKE, likes=WITHOUT_LIKES), *growth("b", SPIKE)], "ab")
    assert (found.reads_as, found.value) == (NOTHING_UNUSUAL, 1.0)


def test_posts_that_are_not_vetted_and_rarely_observed_ones_say_nothing():
    found = view_steps([*growth("x", SPIKE, likes=WITHOUT_LIKES), *growth("a", SPIKE[:3])], "a")
    assert (found.reads_as, found.value) == ("cannot tell", None)


def followed(*counts, rounded=False):
    return [
        {
            "from_at": START + timedelta(days=day),
            "to_at": START + timedelta(days=day + 1),
            "hours": 24.0,
            "followers_from": before,
            "followers_to": after,
            "followers_per_day": float(after - before),
            "rounding_explains": rounded,
        }
        for day, (before, after) in enumerate(pairwise(counts))
    ]


JUMP = (20_000, 20_020, 20_050, 20_060, 31_000, 31_010, 31_030)
USUAL = [{"views": 5_000, "posted_at": START + timedelta(days=day)} for day in range(-6, 6)]


def test_a_lone_jump_of_followers():
    found = follower_steps(followed(*JUMP), USUAL)
    assert (found.reads_as, found.value) == (SUSPICIOUS, 1.0)
    assert "20,060 to 31,000" in found.evidence


@pytest.mark.parametrize(
    ("counts", "posts", "rounded"),
    [
        (JUMP, [*USUAL, {"views": 900_000, "posted_at": START + timedelta(days=2)}], False),  # a hit
        (JUMP, [], False),  # no posts known
        (JUMP, USUAL, True),
        ((20_000, 20_900, 21_500, 22_600, 23_300, 24_900), USUAL, False),  # steady growth
        ((31_000, 31_010, 20_000, 20_010, 20_020, 20_030), USUAL, False),  # followers that left
    ],
)
def test_followers_that_an_honest_account_wins(counts, posts, rounded):
    assert follower_steps(followed(*counts, rounded=rounded), posts).reads_as == NOTHING_UNUSUAL


def test_few_looks_at_the_followers_say_nothing():
    assert follower_steps(followed(*JUMP[:5]), USUAL).reads_as == "cannot tell"
