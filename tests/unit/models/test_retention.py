"""What curves of the best quarter have in common, and which shapes curves have."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dwell.metrics.retention_columns import FRACTIONS
from dwell.models.curve_shapes import AT, find_shapes, name_shape
from dwell.models.retention_quartiles import compare_quartiles, quartile_curves

PLACES = np.array(FRACTIONS) / 100
STEADY = 1 - 0.8 * PLACES
EARLY = 0.15 + 0.85 * np.exp(-PLACES / 0.04)
HOLDS = 1 - 0.2 * PLACES
LATE = np.where(PLACES < 0.7, 1 - 0.1 * PLACES, 0.93 - 2.6 * (PLACES - 0.7))
BACK = STEADY + 0.2 * np.exp(-(((PLACES - 0.6) / 0.05) ** 2))


def row(number: int, curve: Any, **given: Any) -> dict[str, Any]:
    shares = {name: float(share) for name, share in zip(AT, curve, strict=True)}
    figures = {"hook_loss_1s": 1 - shares["at_5"], "retention_3s": shares["at_15"], "end_rate": shares["at_100"]}
    facts = {"post_id": str(number), "excluded": None, "views": 1_000 + number, "engagement_rate": 0.01 * number}
    more = {"duration_s": 20.0, "plateau_s": 0.0, "bumps": 0, "cliffs": 0, "full_watch_rate": shares["at_100"]}
    return {**facts, **shares, **figures, **more, **given}


def noisy(rng: np.random.Generator, n: int = 80) -> list[dict[str, Any]]:
    """Curves that depend on nothing."""
    return [
        row(number, 1 - rng.uniform(0.3, 0.9) * PLACES ** rng.uniform(0.3, 1.5), bumps=int(rng.random() < 0.4))
        | {"views": float(rng.lognormal(9, 1)), "duration_s": float(rng.integers(8, 60))}
        for number in range(n)
    ]


def test_a_planted_difference_is_found_in_its_figures_only() -> None:
    rng = np.random.default_rng(1)
    rows = noisy(rng)
    q75 = float(np.quantile([one["views"] for one in rows], 0.75))
    for one in rows:
        if one["views"] >= q75:
            one["hook_loss_1s"] /= 4
    found = compare_quartiles(rows)
    assert (found.meta["n_top"], found.meta["n_rest"], found.meta["by"]) == (20, 60, "views")
    assert [one["figure"] for one in found if one["differs"]] == ["hook_loss_1s"]
    (best,) = found.where("differs")
    assert best["top"] < best["rest"]
    assert best["low"] < best["effect"] < best["high"] < 0
    assert (
        found.meta["verdict"] == f"1 of {len(found)} figures differs between the best quarter by views and the others."
    )


def test_at_most_one_account_in_twenty_without_a_difference_gets_one() -> None:
    rng = np.random.default_rng(2)
    claims = sum(any(one["differs"] for one in compare_quartiles(noisy(rng))) for _ in range(60))
    assert claims <= 6


def test_enough_equal_curves_have_no_large_difference_and_few_are_not_known() -> None:
    rng = np.random.default_rng(3)
    assert compare_quartiles(noisy(rng, 400)).meta["verdict"].startswith("No large difference")
    assert compare_quartiles(noisy(rng, 40)).meta["verdict"].startswith("Cannot tell")
    few = compare_quartiles(noisy(rng, 20))
    assert few.meta["verdict"].startswith("Too few curves")
    assert len(few) == 0
    assert compare_quartiles([]).meta["n_top"] == 0


def test_posts_that_are_not_eligible_or_unknown_do_not_count() -> None:
    rng = np.random.default_rng(4)
    rows = noisy(rng)
    others = [{**one, "excluded": "young"} for one in rows] + [{**one, "views": None} for one in rows]
    others += [{**one, "end_rate": None} for one in rows]
    assert compare_quartiles(rows + others).rows == compare_quartiles(rows).rows
    assert quartile_curves(rows + others) == quartile_curves(rows)


def test_curves_of_the_quarters() -> None:
    rows = [row(number, HOLDS if number >= 30 else STEADY) for number in range(40)]
    places = quartile_curves(rows)
    ends = {one["group"]: one for one in places if one["fraction"] == 1}
    assert ends["top"]["n"] == ends["bottom"]["n"] == 10
    assert ends["top"]["median"] == pytest.approx(0.8)
    assert ends["bottom"]["q75"] == pytest.approx(0.2)
    assert quartile_curves(rows[:20]) == []
    assert quartile_curves([{**one, "views": 5} for one in rows]) == []


@pytest.mark.parametrize(
    ("curve", "name"),
    [
        (STEADY, "steady fall"),
        (EARLY, "early drop, then flat"),
        (HOLDS, "holds to the end"),
        (np.ones(21), "holds to the end"),
        (LATE, "holds, then falls late"),
        (BACK, "comes back"),
    ],
)
def test_names_say_what_a_curve_does(curve: Any, name: str) -> None:
    assert name_shape(curve) == name


def mixed(n: int, *curves: Any) -> list[dict[str, Any]]:
    rng = np.random.default_rng(5)
    shapes = [curves[number % len(curves)] for number in range(n)]
    return [row(number, curve + rng.normal(0, 0.02, 21)) for number, curve in enumerate(shapes)]


def test_planted_shapes_are_found_with_their_share_and_full_watch() -> None:
    rows = mixed(120, EARLY, HOLDS, HOLDS, STEADY)
    found = find_shapes(rows)
    shares = {one["shape"]: one["share"] for one in found.rows}
    assert shares == {"holds to the end": 0.5, "early drop, then flat": 0.25, "steady fall": 0.25}
    assert found.names["0"] == "early drop, then flat"
    holds = found.rows[0]
    assert (holds["n"], holds["full_watch_n"]) == (60, 60)
    assert holds["full_watch_median"] == pytest.approx(0.8, abs=0.02)
    assert len(holds["curve"]) == len(FRACTIONS)
    assert found.silhouette is not None
    assert found.silhouette > 0.5


def test_the_same_curves_give_the_same_shapes() -> None:
    rows = mixed(90, EARLY, HOLDS)
    assert find_shapes(rows) == find_shapes(rows)


def test_curves_of_one_kind_are_one_shape() -> None:
    found = find_shapes(mixed(60, STEADY))
    assert [one["shape"] for one in found.rows] == ["steady fall"]
    assert (found.silhouette, found.stability) == (None, None)
    assert found.verdict.startswith("One shape")


def test_few_curves_have_no_shapes() -> None:
    rows = mixed(40, EARLY, HOLDS)
    for one in rows[:11]:
        one["at_50"] = None
    found = find_shapes(rows)
    assert (found.rows, found.names) == ([], {})
    assert found.verdict == "No shapes: 29 curves are known along the whole video, 30 are needed."
    assert len(find_shapes(rows[10:]).rows) == 0


def test_an_unknown_full_watch_is_left_out() -> None:
    rows = mixed(60, STEADY)
    for one in rows[:20]:
        one["full_watch_rate"] = None
    assert find_shapes(rows).rows[0]["full_watch_n"] == 40
    for one in rows:
        one["full_watch_rate"] = None
    assert find_shapes(rows).rows[0]["full_watch_median"] is None
