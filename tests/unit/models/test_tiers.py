from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from dwell.errors import DwellError
from dwell.models.tiers import COLUMNS, tiers

WORLDS = 200


def account(seed: int, n: int = 120) -> list[dict[str, Any]]:
    """Posts of every kind whose engagement rate depends on nothing."""
    dice = np.random.default_rng(seed)
    start = datetime(2025, 1, 1, tzinfo=UTC)
    return [
        {
            "excluded": None,
            "engagement_rate": float(rate),
            "duration_s": float(np.round(dice.lognormal(3, 0.7), 1)),
            "caption_length": int(dice.integers(0, 120)),
            "hashtags": [tag for tag in ("food", "fun", "fyp", "home", "new") if dice.random() < 0.4],
            "posted_at": start + timedelta(hours=int(dice.integers(0, 20_000))),
            "sound_original": [True, False, None][int(dice.integers(0, 3))],
            "media_type": "photo" if dice.random() < 0.2 else "video",
        }
        for rate in dice.lognormal(-3, 0.5, n)
    ]


def shuffled(posts: list[dict[str, Any]], seed: int) -> list[dict[str, Any]]:
    rates = np.random.default_rng(seed).permutation([post["engagement_rate"] for post in posts])
    return [post | {"engagement_rate": float(rate)} for post, rate in zip(posts, rates, strict=True)]


def test_chance_is_rarely_taken_for_a_finding() -> None:
    """At most 5 % of worlds without any effect show one; 200 draws are allowed 3 points more (2 standard errors)."""
    posts = account(1)
    found = [any(tiers(shuffled(posts, seed)).column("separates")) for seed in range(WORLDS)]
    assert sum(found) / WORLDS <= 0.05 + 0.03


def test_planted_effects_are_found_and_nothing_else_is_said() -> None:
    posts = account(2, 160)
    for post in posts:
        post["engagement_rate"] *= np.exp(-post["duration_s"] / 25) * (3.0 if post["sound_original"] else 1.0)
    rows = list(tiers(posts))
    apart = {(row["dimension"], row["level"]) for row in rows if row["separates"]}
    assert apart == {("duration_s", None), ("sound_original", "original")}
    length = next(row for row in rows if row["dimension"] == "duration_s")
    assert length["effect"] < 0
    assert length["top"] < length["bottom"]
    assert length["low"] <= length["effect"] <= length["high"] < 0
    assert tiers(posts).meta["verdict"].startswith("2 of ")


def test_an_hour_is_found_in_the_zone_that_the_user_names() -> None:
    """Every post at 17:30 or 05:30 UTC is at 18:30 or 06:30 in Berlin in winter, and an hour later in summer."""
    posts = account(3, 80)
    for number, post in enumerate(posts):
        evening = post["engagement_rate"] > np.median([other["engagement_rate"] for other in posts])
        post["posted_at"] = datetime(2025, 1, 1, 17 if evening else 5, 30, tzinfo=UTC) + timedelta(days=number % 20)
    rows = [row for row in tiers(posts, "Europe/Berlin") if row["dimension"] == "hour"]
    assert [(row["level"], row["top"], row["bottom"], row["separates"]) for row in rows] == [("18", 1.0, 0.0, True)]


def test_weekday_is_the_local_one() -> None:
    posts = account(4, 80)
    for post in posts:
        post["posted_at"] = datetime(2025, 1, 5, 23, 30, tzinfo=UTC)  # Sunday; Monday in Berlin
    posts[0]["posted_at"] = None
    for post in posts[:30]:
        post["posted_at"] = datetime(2025, 1, 7, 12, tzinfo=UTC)
    levels = {row["level"] for row in tiers(posts, "Europe/Berlin") if row["dimension"] == "weekday"}
    assert levels <= {"1", "2"}
    assert levels


def test_quartiles_and_tiers_hold_their_edges() -> None:
    posts = account(5, 33)
    for place, post in enumerate(posts):
        post["engagement_rate"] = place / 100
    meta = tiers(posts).meta
    assert (meta["q25"], meta["q75"], meta["n_top"], meta["n_bottom"]) == (0.08, 0.24, 9, 9)


def test_fewer_than_eight_posts_a_tier_are_too_few() -> None:
    result = tiers(account(6, 28))
    assert len(result) == 0
    assert result.columns == COLUMNS
    assert (result.meta["n_top"], result.meta["n_bottom"]) == (7, 7)
    assert result.meta["verdict"].startswith("Too few posts")


def test_no_posts_at_all_are_too_few() -> None:
    result = tiers([post | {"excluded": "ads"} for post in account(7)])
    assert (result.meta["n_top"], result.meta["q25"]) == (0, None)
    assert result.meta["verdict"].startswith("Too few posts")


def test_equal_rates_cannot_be_cut() -> None:
    result = tiers([post | {"engagement_rate": 0.1} for post in account(8)])
    assert len(result) == 0
    assert result.meta["verdict"].startswith("Nothing to compare")


def test_nothing_is_an_answer() -> None:
    result = tiers(shuffled(account(1), 0))
    assert not any(result.column("separates"))
    assert result.meta["verdict"].startswith("Nothing separates")


def test_unknown_values_are_left_out_of_their_comparison() -> None:
    unknown = ("duration_s", "caption_length", "hashtags", "posted_at", "sound_original", "media_type")
    result = tiers([post | dict.fromkeys(unknown) for post in account(9)])
    assert len(result) == 0
    assert result.meta["verdict"].startswith("Nothing separates")


def test_rare_levels_are_not_compared() -> None:
    posts = account(10)
    for post in posts[:3]:
        post["hashtags"] = ["rare"]
    assert "rare" not in tiers(posts).column("level")


def test_a_day_without_a_time_has_no_hour_and_no_weekday() -> None:
    """The best posts are of days alone, the others of one hour: no difference of hours is claimed."""
    posts = [{**post, "post_id": f"{7_640_000_000_000_000_000 + n}"} for n, post in enumerate(account(12))]
    edge = float(np.median([post["engagement_rate"] for post in posts]))
    noon = datetime(2026, 1, 5, 12, tzinfo=UTC)
    days = [
        {**post, "post_id": f"local-{n}", "posted_at": noon.replace(hour=0)}
        if post["engagement_rate"] > edge
        else {**post, "posted_at": noon}
        for n, post in enumerate(posts)
    ]
    assert not {"hour", "weekday"} & set(tiers(days, "UTC").column("dimension"))
    known = [{**post, "post_id": post["post_id"].replace("local-", "7")} for post in days]
    assert "hour" in tiers(known, "UTC").column("dimension")


def test_a_wrong_zone_is_said() -> None:
    with pytest.raises(DwellError, match="isn't a time zone"):
        tiers(account(11), "Berlin")


@pytest.mark.parametrize(
    ("views", "likes", "why"),
    [
        (0, 0, " 40 eligible posts have 0 views, so they have no rate."),
        (9, None, " 40 eligible posts lack likes, comments or shares, so they have no rate."),
    ],
)
def test_a_rate_is_unknown_for_a_reason_that_is_true(views: int, likes: int | None, why: str) -> None:
    posts = [post | {"engagement_rate": None, "views": views, "likes": likes} for post in account(5, 40)]
    assert tiers(posts).meta["verdict"].endswith(f"known engagement rate are enough.{why}")
    named = [post | {"save_rate": None} for post in posts]
    other = why.replace("lack likes, comments or shares, so they have no rate", "have no known save rate")
    assert tiers(named, metric="save_rate").meta["verdict"].endswith(other)
