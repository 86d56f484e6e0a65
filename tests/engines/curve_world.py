"""Retention curves with every kind of trouble, for the posts of the nasty world."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

Rows = list[dict[str, Any]]
_AXES = ("seconds",) * 8 + ("halves", "percent", "gaps", "late", "short", "single", "beyond", "hundred", "negative")


def curves(posts: Sequence[Mapping[str, Any]], seed: int = 11) -> tuple[Rows, Rows]:
    """Rows of `retention` for half of the posts, and watch times of the same readings."""
    dice, points, measured = random.Random(seed), [], []
    for post in posts:
        if dice.random() < 0.5:
            continue
        start = post["posted_at"] or datetime(2025, 6, 1, tzinfo=UTC)
        for day in dice.sample(range(1, 40), dice.choice([1, 1, 2])):
            at = start + timedelta(days=day, microseconds=7)
            curve = _curve(dice, post["duration_s"] or dice.choice([8.0, 30.0]))
            points += [
                {"post_id": post["post_id"], "observed_at": at, "second": second, "retention_rate": rate}
                for second, rate in curve.items()
            ]
            if dice.random() < 0.6:
                area = sum(curve.values()) * dice.choice([1.0, 1.0, 1.3])
                row = {"post_id": post["post_id"], "observed_at": at, "avg_watch_s": area}
                measured.append({**row, "full_watch_rate": min(1.0, list(curve.values())[-1])})
    return points, measured


def _curve(dice: random.Random, length: float) -> dict[float, float]:
    """A falling curve with a rise or a sudden fall in some; on one of many axes."""
    axis = dice.choice(_AXES)
    start, slope = dice.choice([1.0, 1.0, 1.0, 0.8, 1.2]), dice.uniform(0.01, 0.5)
    bump, cliff = dice.randrange(1, 30), dice.randrange(1, 30)
    has_bump, has_cliff = dice.random() < 0.4, dice.random() < 0.4
    step = 0.5 if axis == "halves" else 1.0
    places = [step * number for number in range(int(length / step) + 1)]
    if axis in ("percent", "hundred"):
        places = [float(number) for number in range(101)]
    curve = {}
    for place in places:
        share = start * (1 - slope * min(1.0, place / max(1.0, length))) * (0.8 if place > 1 else 1.0)
        share *= 1.3 if has_bump and place == bump else 1.0
        share *= 0.7 if has_cliff and place >= cliff else 1.0
        curve[place] = round(share + dice.uniform(0, 0.003), 4)
    if axis == "gaps":
        curve = {place: rate for place, rate in curve.items() if not 2 <= place <= 7}
    if axis == "late":
        curve = {place: rate for place, rate in curve.items() if place >= 1}
    if axis == "short":
        curve = {place: rate for place, rate in curve.items() if place <= length / 2}
    if axis == "single":
        curve = dict([next(iter(curve.items()))])
    if axis == "beyond":
        curve[length + 9] = 0.01
    if axis == "negative":
        curve[0.0] = -0.1
    return curve or {0.0: 1.0}


def likes(points: Rows) -> Rows:
    """Likes by second for the readings of curves; some seconds have equal shares."""
    dice = random.Random(17)
    kept = ("post_id", "observed_at", "second")
    return [{**{name: row[name] for name in kept}, "like_share": dice.choice([0.0, 0.01, 0.05])} for row in points]
