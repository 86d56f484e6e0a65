import statistics

import pytest

from dwell_sandbox.seeded_random import SeededRandom


def test_a_draw_depends_on_seed_key_and_name_only():
    first = SeededRandom(1, "post", 5)
    first.uniform("something else")
    assert first.uniform("size") == SeededRandom(1, "post", 5).uniform("size")
    others = [
        SeededRandom(2, "post", 5).uniform("size"),
        SeededRandom(1, "post", 6).uniform("size"),
        first.uniform("niche"),
    ]
    assert first.uniform("size") not in others


def test_keys_do_not_run_together():
    assert SeededRandom(1, 12, 3).bits("x", 64) != SeededRandom(1, 1, 23).bits("x", 64)


def test_these_values_never_change():
    """Stored demos and their truth stay comparable over releases: changing this number breaks them."""
    assert SeededRandom(7, "post", "7700000000000000000").bits("pull", 64) == 14681761860475744234


def test_normal_draws_have_the_given_mean_and_spread():
    draws = [SeededRandom(3, at).normal("x", 2.0, 0.5) for at in range(4000)]
    assert statistics.mean(draws) == pytest.approx(2.0, abs=0.03)
    assert statistics.stdev(draws) == pytest.approx(0.5, abs=0.02)


def test_poisson_counts_have_the_given_mean():
    draws = [SeededRandom(3, at).poisson("x", 0.45) for at in range(4000)]
    assert statistics.mean(draws) == pytest.approx(0.45, abs=0.04)
    assert SeededRandom(0).poisson("x", 1000.0) == 40


def test_choice_follows_the_weights_and_integer_includes_both_ends():
    picks = [SeededRandom(5, at).choice("x", "abc", (1, 0, 3)) for at in range(2000)]
    assert picks.count("b") == 0
    assert picks.count("c") / 2000 == pytest.approx(0.75, abs=0.03)
    assert {SeededRandom(5, at).integer("x", 2, 4) for at in range(100)} == {2, 3, 4}
