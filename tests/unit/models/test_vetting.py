"""Honest creators are not accused, planted frauds are, and little evidence gives no verdict."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from dwell.models.vet_check import COLUMNS, SUSPICIOUS
from dwell.models.vetting import latest_eligible, vet

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def with_rates(post):
    likes, comments, shares, saves, views = (post[k] for k in ("likes", "comments", "shares", "saves", "views"))
    known = None not in (likes, comments, shares)
    return post | {
        "like_rate": None if likes is None else likes / views,
        "comment_rate": None if comments is None else comments / views,
        "share_rate": None if shares is None else shares / views,
        "save_rate": saves / views,
        "engagement_rate": (likes + comments + shares) / views if known else None,
    }


def creator(n=24, *, seed=0, like=0.05, comment=0.003, like_spread=0.35, spread=0.6, **given):
    """Posts of an honest account, newest first: rates vary from post to post, comments more than likes."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(n):
        views = int(np.exp(rng.normal(np.log(40_000), spread)))
        likes = rng.binomial(views, min(0.9, like * np.exp(like_spread * rng.normal())))
        row = {
            "post_id": f"p{number:03d}",
            "handle": "made_up",
            "posted_at": START - timedelta(days=2 * number, hours=float(rng.uniform(0, 12))),
            "excluded": None,
            "views": views,
            "likes": int(likes),
            "comments": int(rng.poisson(views * comment * np.exp(0.7 * rng.normal()))),
            "shares": int(rng.poisson(views * 0.002)),
            "saves": int(rng.poisson(views * 0.003)),
            "followers": 30_000,
        }
        rows.append(with_rates({**row, **given}))
    return rows


def found(result):
    return {row["check"]: row for row in result}


def odd(result):
    return {row["check"] for row in result if row["reads_as"] == SUSPICIOUS}


def peer_rows(posts, percentile=0.5, n=60, **given):
    rates = ("like_rate", "comment_rate", "share_rate", "save_rate", "engagement_rate")
    return [
        {"post_id": post["post_id"], "peer_posts": n, "peer_creators": 9}
        | {f"{rate}_percentile": percentile for rate in rates}
        | {f"{rate}_peers": n for rate in rates}
        | {"like_rate_p05": 0.015, "comments_per_like_p05": 0.02, "comments_per_like_n": n, **given}
        for post in posts
    ]


def test_a_healthy_account_is_recommended_with_reasons_and_n():
    posts = creator()
    result = vet(posts, peer_rows(posts), niche="food")
    assert result.columns == COLUMNS
    assert result.meta["verdict"] == "recommended"
    assert (result.meta["n"], result.meta["asked"], result.meta["niche"]) == (20, 20, "food")
    likes = found(result)["like_rate_median"]
    assert likes["reads_as"] == "healthy"
    assert likes["low"] < likes["value"] < likes["high"]
    assert likes["n"] == 20
    assert found(result)["like_rate_among_peers"]["reads_as"] == "usual"


@pytest.mark.parametrize("kind", [{}, {"like": 0.018}, {"comment": 0.0006}, {"spread": 1.4}, {"like_spread": 0.15}])
def test_honest_creators_are_not_accused(kind):
    accused = [seed for seed in range(60) if odd(vet(creator(20, seed=seed, **kind)))]
    assert accused == []


def test_few_likes_are_not_resonating_and_never_suspicious_for_that():
    result = vet(creator(like=0.009, comment=0.0005))
    assert result.meta["verdict"] == "not resonating"
    assert "under 2 %" in result.meta["reasons"][0]


def test_an_interval_that_reaches_over_two_percent_is_not_called_not_resonating():
    result = vet(creator(10, like=0.018, like_spread=0.6))
    likes = found(result)["like_rate_median"]
    assert likes["value"] < 0.02 < likes["high"]
    assert result.meta["verdict"] == "mixed"


def test_a_few_hits_without_comments_are_no_pattern():
    posts = creator(like_spread=0.1)
    posts = [
        with_rates({**post, "views": 4_000_000, "likes": 200_000 + place * 9_000, "comments": 0}) if place < 8 else post
        for place, post in enumerate(posts)
    ]
    checked = found(vet(posts))["likes_without_comments"]
    assert checked["high"] < 0.002
    assert checked["reads_as"] == "nothing unusual"


def test_between_the_norms_is_called_by_its_name():
    result = vet(creator(like=0.025, like_spread=0.1))
    assert found(result)["like_rate_median"]["reads_as"] == "between not resonating and healthy"
    assert result.meta["verdict"] == "mixed"


def test_an_interval_over_a_border_says_so():
    assert "interval reaches from" in found(vet(creator(like=0.03)))["like_rate_median"]["evidence"]


@pytest.mark.parametrize("n", [0, 1, 7])
def test_under_eight_posts_there_is_no_verdict(n):
    result = vet(creator(n, comment=0.0))
    assert result.meta["verdict"] == "cannot tell"
    assert f"{n} eligible post{'' if n == 1 else 's'}, " in result.meta["reasons"][0]


def test_unknown_likes_give_no_verdict():
    result = vet(creator(likes=None))
    assert result.meta["verdict"] == "cannot tell"
    assert found(result)["like_rate_median"]["value"] is None


def test_what_was_left_out_is_told_and_the_newest_are_taken():
    posts = creator(30)
    posts = [{**post, "excluded": "ads" if place < 3 else None} for place, post in enumerate(posts)]
    result = vet(posts[::-1])
    assert result.meta["left_out"] == {"ads": 3}
    assert [post["post_id"] for post in latest_eligible(posts, 2)] == ["p003", "p004"]
    assert result.meta["last_posted_at"] == posts[3]["posted_at"].isoformat()


def test_likes_without_comments():
    posts = [with_rates({**post, "comments": 0}) for post in creator()]
    result = vet(posts)
    assert odd(result) == {"likes_without_comments"}
    assert result.meta["verdict"] == "suspicious"
    assert "switched off" in result.meta["reasons"][0]


def test_likes_without_comments_against_a_talkative_niche():
    posts = [with_rates({**post, "comments": post["likes"] // 400}) for post in creator()]
    assert odd(vet(posts)) == set()
    assert odd(vet(posts, peer_rows(posts, comments_per_like_p05=0.03))) == {"likes_without_comments"}


def test_few_likes_cannot_show_that_comments_are_missing():
    posts = [with_rates({**post, "views": 4_000, "likes": 120, "comments": 0}) for post in creator(8)]
    assert found(vet(posts))["likes_without_comments"]["reads_as"] == "cannot tell"


def test_views_without_likes():
    posts = [with_rates({**post, "likes": post["views"] // 2_000, "comments": 1}) for post in creator()]
    assert "views_without_likes" in odd(vet(posts))


def test_identical_ratios():
    posts = [with_rates({**post, "likes": round(post["views"] * 0.05)}) for post in creator()]
    result = vet(posts)
    assert odd(result) == {"identical_ratios"}
    assert "estimates likes" in result.meta["reasons"][0]


def test_peers_below_and_too_few_peers():
    posts = creator()
    low = vet(posts, peer_rows(posts, 0.1))
    assert low.meta["verdict"] == "mixed"
    assert found(low)["like_rate_among_peers"]["reads_as"] == "below what is usual"
    few = found(vet(posts, peer_rows(posts, 0.1, n=9)))["like_rate_among_peers"]
    assert (few["reads_as"], few["value"]) == ("cannot tell", None)
    assert "Fewer than 10 posts" in few["evidence"]


def test_views_carried_by_single_hits():
    posts = creator()
    views = [900 * 3 ** (place % 7) for place in range(len(posts))]
    posts = [
        with_rates({**post, "views": count, "likes": int(count * (0.04 + 0.01 * (place % 3)))})
        for place, (post, count) in enumerate(zip(posts, views, strict=True))
    ]
    result = vet(posts)
    assert found(result)["views_near_median"]["reads_as"] == "carried by single hits"
    assert result.meta["verdict"] == "mixed"


def test_regular_and_irregular_posting():
    posts = creator()
    even = [{**post, "posted_at": START - timedelta(days=place)} for place, post in enumerate(posts)]
    burst = [
        {**post, "posted_at": START - timedelta(days=30 * (place // 6), hours=place)}
        for place, post in enumerate(posts)
    ]
    assert found(vet(even))["posting_rhythm"]["reads_as"] == "regular"
    assert found(vet(burst))["posting_rhythm"]["reads_as"] == "bursts"
