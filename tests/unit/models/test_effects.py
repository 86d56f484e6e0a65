from __future__ import annotations

import numpy as np
import pytest

from dwell.models.effects import ordinal_effect, q_values, share_effect


def test_cliffs_delta_counts_pairs_and_ties_for_neither() -> None:
    # Of 3 x 2 pairs: above 3, below 2, equal 1.
    effect = ordinal_effect([1, 4, 5], [2, 4])
    assert effect.value == pytest.approx((3 - 2) / 6)
    assert (effect.top, effect.bottom, effect.name) == (4.0, 3.0, "cliffs_delta")


def test_cliffs_delta_changes_sign_with_the_groups() -> None:
    dice = np.random.default_rng(1)
    mine, theirs = dice.integers(0, 9, 25), dice.integers(2, 11, 18)
    there, back = ordinal_effect(mine, theirs), ordinal_effect(theirs, mine)
    assert (there.value, there.low, there.high) == pytest.approx((-back.value, -back.high, -back.low))
    assert there.p_value == pytest.approx(back.p_value)


def test_groups_that_do_not_overlap_still_have_an_interval() -> None:
    effect = ordinal_effect([11, 12, 13, 14, 15, 16, 17, 18], [1, 2, 3, 4, 5, 6, 7, 8])
    assert effect.value == effect.high == 1.0
    assert 0 < effect.low < 1


def test_interval_of_cliffs_delta_covers_the_truth() -> None:
    dice = np.random.default_rng(2)
    # X normal around 0.5, Y around 0: P(X > Y) - P(X < Y) = 2 Phi(0.5 / sqrt 2) - 1
    truth, inside = 0.2763264, 0
    for _ in range(400):
        effect = ordinal_effect(dice.normal(0.5, 1, 15), dice.normal(0, 1, 15))
        inside += effect.low <= truth <= effect.high
    assert 0.92 <= inside / 400 <= 0.98


@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((0, 10, 0, 10), -0.2775, 0.2775),
        ((10, 10, 0, 10), 0.6075, 1.0),
    ],
)
def test_share_interval_is_newcombes(counts: tuple[int, int, int, int], low: float, high: float) -> None:
    effect = share_effect(*counts)
    assert effect.value == pytest.approx(counts[0] / counts[1] - counts[2] / counts[3])
    assert (effect.low, effect.high) == pytest.approx((low, high), abs=5e-5)


def test_fishers_p_of_tea_tasting() -> None:
    assert share_effect(3, 4, 1, 4).p_value == pytest.approx(34 / 70)


def test_q_values_are_benjamini_and_hochbergs() -> None:
    assert q_values([0.01, 0.04, 0.03, 0.5]) == pytest.approx([0.04, 0.16 / 3, 0.16 / 3, 0.5])
    assert q_values([]) == []
