import pytest

from dwell.models.acceptance import Gain
from dwell.models.caveats import about_interval, about_skill

PROVEN = Gain("duration_only", 0.2, 0.1, 0.3, 100)


def test_intervals_that_fail_on_later_posts_are_mentioned():
    (note,) = about_interval({"level": 0.9, "coverage_forward": 0.76})
    assert "76%" in note


@pytest.mark.parametrize("later", [None, 0.85, 1.0])
def test_intervals_that_hold_are_not(later):
    assert about_interval({"level": 0.9, "coverage_forward": later}) == []


def test_in_sample_fit_is_explained_beside_the_honest_figure():
    (note,) = about_skill(0.93, {"r2": 0.41}, PROVEN)
    assert "0.93" in note
    assert "0.41" in note


def test_modest_in_sample_fit_and_proven_counters_need_no_words():
    assert about_skill(0.8, {"r2": 0.7}, PROVEN) == []
