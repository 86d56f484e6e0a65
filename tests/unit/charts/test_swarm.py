from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from dwell.charts.swarm import swarm, thin_out


def test_dots_do_not_overlap_while_there_is_room():
    dice = random.Random(5)
    positions = [dice.uniform(0, 400) for _ in range(60)]
    offsets = swarm(positions, diameter=8, room=30)
    dots = list(zip(positions, offsets, strict=True))
    for i, (x, y) in enumerate(dots):
        assert all((x - px) ** 2 + (y - py) ** 2 >= 64 - 1e-9 for px, py in dots[:i])


@given(st.lists(st.floats(0, 50), max_size=60))
def test_dots_stay_within_their_row_and_do_not_move_along_the_axis(positions):
    offsets = swarm(positions, diameter=8, room=20)
    assert len(offsets) == len(positions)
    assert all(abs(offset) <= 20 for offset in offsets)


def test_a_lone_dot_stands_in_the_middle():
    assert swarm([3.0], diameter=8, room=20) == [0.0]
    assert swarm([], diameter=8, room=20) == []


def test_thinning_keeps_the_order_and_the_share_of_each_kind():
    flags = [i % 50 == 0 for i in range(1000)]
    chosen = thin_out(range(1000), flags, 100)
    assert 80 <= len(chosen) <= 100
    assert chosen == sorted(chosen)
    assert sum(flags[i] for i in chosen) == 2  # of 20 flagged rows, as of the others, every eleventh
    assert thin_out(range(20), [False] * 20, 100) == list(range(20))
