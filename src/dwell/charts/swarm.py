"""Positions of the dots of a strip plot, so that they are next to each other and do not overlap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")


def swarm(positions: Sequence[float], *, diameter: float, room: float) -> list[float]:
    """The sideways offset of each dot in pixels, in the order given; the same input gives the same picture.

    Dots are placed from left to right, each in the free place nearest to the middle line. Where `room` (pixels to
    either side) is full, the dot goes where the nearest neighbour is farthest, so that crowds overlap evenly.
    """
    steps = max(0, int(room / (diameter / 2)))
    places = [0.0] + [sign * step * diameter / 2 for step in range(1, steps + 1) for sign in (1, -1)]
    offsets = [0.0] * len(positions)
    near: list[tuple[float, float]] = []
    for index in sorted(range(len(positions)), key=lambda i: positions[i]):
        x = positions[index]
        near = [(px, py) for px, py in near if x - px < diameter]
        offsets[index] = _free_place(x, places, near, diameter)
        near.append((x, offsets[index]))
    return offsets


def _free_place(x: float, places: list[float], near: list[tuple[float, float]], diameter: float) -> float:
    best, best_gap = places[0], -1.0
    for place in places:
        gap = min(((x - px) ** 2 + (place - py) ** 2 for px, py in near), default=float("inf"))
        if gap >= diameter**2:
            return place
        if gap > best_gap:
            best, best_gap = place, gap
    return best


def thin_out(rows: Sequence[Item], flags: Sequence[bool], limit: int) -> list[Item]:
    """At most `limit` rows, in order: every k-th of the flagged and of the others, so that each keeps its share."""
    if len(rows) <= limit:
        return list(rows)
    stride = -(-len(rows) // max(1, limit - 1))
    seen = {True: 0, False: 0}
    chosen = []
    for row, flag in zip(rows, flags, strict=True):
        if seen[flag] % stride == 0:
            chosen.append(row)
        seen[flag] += 1
    return chosen
