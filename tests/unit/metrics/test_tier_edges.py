from __future__ import annotations

import pytest

from .conftest import Ask, World


def test_quartiles_are_exact_and_ties_count(world: World, ask: Ask) -> None:
    for place, likes in enumerate((10, 20, 30, 40, 40)):
        world.post(f"p{place}", likes=likes)
    world.post("unrated", likes=None)
    world.post("ad", likes=900, is_ad=True)
    world.post("nobody", handle=None)
    world.post("other", handle="you", likes=70)
    rows = [tuple(row.values()) for row in ask("tier_edges")]
    assert rows == [
        ("tiktok", "me", 5, 2, 2, pytest.approx(0.02), pytest.approx(0.04)),
        ("tiktok", "you", 1, 1, 1, pytest.approx(0.07), pytest.approx(0.07)),
    ]
