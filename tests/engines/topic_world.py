"""Looks at topics with every kind of trouble: unknown counts, two looks a day, pages of one look, days without one."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

_START = datetime(2025, 3, 28, 0, 0, tzinfo=UTC)
_TOPICS = (("sound", "7000000000000000001"), ("hashtag", "größe"), ("search", "o'brien \\n"), ("hashtag", "food"))


def topics(seed: int = 11, days: int = 24) -> dict[str, list[dict[str, Any]]]:
    """Rows of topic_samples and topic_posts."""
    dice = random.Random(seed)
    samples: list[dict[str, Any]] = []
    posts: list[dict[str, Any]] = []
    for kind, topic in _TOPICS:
        count = dice.choice([200, 16_000, 1_200_000])
        known = [_post(dice, number) for number in range(60)]
        for day in range(days):
            for _ in range(dice.choice([0, 1, 1, 1, 2])):
                moment = timedelta(days=day, seconds=dice.randrange(86_400), microseconds=dice.choice([0, 999_999]))
                at = _START + moment
                count += dice.choice([0, -3, 100, dice.randrange(400)])
                told = dice.choice([None, count, count, count])
                samples.append(_sample(kind, topic, at, told, dice))
                posts += _page(dice, kind, topic, at, known)
    return {"topic_samples": samples, "topic_posts": posts}


def _sample(kind: str, topic: str, at: datetime, count: int | None, dice: random.Random) -> dict[str, Any]:
    row = {"topic_kind": kind, "topic": topic, "observed_at": at, "title": "Ünïcode", "source": "provider"}
    return {**row, "topic_posts": count, "topic_views": dice.choice([None, 10**12]), "sampled": 20}


def _post(dice: random.Random, number: int) -> dict[str, Any]:
    posted_at = _START + timedelta(hours=dice.uniform(-300, 500))
    return {
        "post_id": f"{7_100_000_000_000_000_000 + dice.randrange(10**15)}{number}",
        "handle": dice.choice([None, "plain", "視頻"]),
        "posted_at": dice.choice([None, posted_at, posted_at, posted_at]),
        "caption": dice.choice([None, "", "naïve 😀 'quoted'\n"]),
        "url": None if number % 5 == 0 else f"https://example.org/{number}",
        "duration_s": dice.choice([None, 9.5, 60.0]),
        "views": dice.randrange(100_000),
        "shares": dice.randrange(900),
    }


def _page(
    dice: random.Random, kind: str, topic: str, at: datetime, known: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    rows = []
    for place, post in enumerate(dice.sample(known, 20), start=1):
        post["views"] += dice.choice([0, 1, -50, 17_700])
        post["shares"] += dice.choice([0, 0, 2, -1, 30])
        counters = {"views": post["views"], "shares": max(-3, post["shares"])}
        counters = {name: dice.choice([None, 0, *[value] * 12]) for name, value in counters.items()}
        later = at + timedelta(seconds=dice.choice([0, 0, 2]))
        rank = dice.choice([None, place, place])
        rows.append({**post, **counters, "topic_kind": kind, "topic": topic, "observed_at": later, "rank": rank})
        rows[-1] |= {"likes": None, "comments": 0, "saves": 1, "downloads": None, "source": "provider"}
    return rows
