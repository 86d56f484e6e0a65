"""How often each claim of the page is made about simulated accounts, with and without the effect that it claims.

    python benchmarks/claims.py [--accounts 1000]

Without the effect, a claim may be made about at most one account in twenty. With a large effect it must be made nearly
always. "No large difference" is a claim as well: with a large effect, too, at most one account in twenty may get it.
`tests/unit/models/test_claims.py` runs the same accounts in smaller numbers.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from dwell.models.account import findings
from dwell.models.audit import audit
from dwell.models.lifecycle import lifecycle
from dwell.models.tiers import tiers

Account = list[dict[str, Any]]
Verdict = str
START = datetime(2026, 1, 1, tzinfo=UTC)
LENGTHS = (("<=10", 8), ("<=20", 15), ("<=35", 27), ("<=60", 45), (">60", 90))
SHARES = (0.15, 0.25, 0.3, 0.2, 0.1)


def account(rng: np.random.Generator, n: int = 140, correlation: float = 0.0) -> Account:
    """Posts whose watch ratio and engagement rate depend on nothing; neighbours in time may resemble each other."""
    noise = rng.normal(size=n)
    for place in range(1, n):
        noise[place] = correlation * noise[place - 1] + np.sqrt(1 - correlation**2) * noise[place]
    lengths = rng.choice(len(LENGTHS), size=n, p=SHARES)
    return [
        {
            "post_id": str(7_000_000_000_000_000_000 + place),
            "handle": "simulated",
            "excluded": None,
            "posted_at": START + timedelta(days=2 * place, hours=int(rng.choice((8, 12, 18, 20)))),
            "bucket": LENGTHS[lengths[place]][0],
            "duration_s": float(LENGTHS[lengths[place]][1] + rng.integers(-5, 5)),
            "watch_ratio": float(np.exp(rng.normal(-0.7, 0.5))),
            "engagement_rate": float(0.05 * np.exp(0.5 * noise[place])),
            "caption_length": int(rng.integers(10, 150)),
            "hashtags": [tag for tag in ("recipe", "fyp", "dinner") if rng.random() < 0.4],
            "sound_original": bool(rng.random() < 0.5),
            "media_type": "video",
            "above_p90": False,
        }
        for place in range(n)
    ]


def verdict(posts: Account, finding: str, metric: str) -> Verdict:
    """The verdict of one finding, where posts are compared by this metric."""
    chosen = {"name": metric, "reason": "", "n": len(posts), "eligible": len(posts)}
    compared = tiers(posts, metric=metric) if finding == "best_posts" else None
    rows = findings(posts, metric=chosen, tiers=compared)
    return str(next(row["verdict"] for row in rows if row["finding"] == finding))


def lengths(rng: np.random.Generator, *, effect: bool) -> Verdict:
    """Watch ratio by length; short videos hold viewers longer."""
    posts = account(rng)
    for post in posts:
        post["watch_ratio"] *= float(np.exp(-0.02 * post["duration_s"])) if effect else 1.0
    return verdict(posts, "length", "watch_ratio")


def lengths_of_unequal_spread(rng: np.random.Generator, *, effect: bool) -> Verdict:
    """As `lengths`; the watch ratio of longer videos also varies three times as much."""
    posts = account(rng)
    for post in posts:
        spread = 1.5 if post["duration_s"] > 40 else 0.5
        post["watch_ratio"] = float(np.exp(rng.normal(-0.7 - (0.03 * post["duration_s"] if effect else 0), spread)))
    return verdict(posts, "length", "watch_ratio")


def few_lengths(rng: np.random.Generator, *, effect: bool) -> Verdict:
    """Three lengths of eight posts each."""
    posts = account(rng, 24)
    for place, post in enumerate(posts):
        post["bucket"], post["duration_s"] = LENGTHS[place % 3]
        post["watch_ratio"] *= 6.0 if effect and place % 3 == 0 else 1.0
    return verdict(posts, "length", "watch_ratio")


def change(rng: np.random.Generator, *, effect: bool) -> Verdict:
    """The newer half has a higher engagement rate."""
    posts = account(rng)
    for post in posts[70:]:
        post["engagement_rate"] *= 1.6 if effect else 1.0
    return verdict(posts, "change", "engagement_rate")


def change_of_similar_neighbours(rng: np.random.Generator, *, effect: bool) -> Verdict:
    """As `change`; each post resembles the one before (correlation 0.3)."""
    posts = account(rng, correlation=0.3)
    for post in posts[70:]:
        post["engagement_rate"] *= 1.8 if effect else 1.0
    return verdict(posts, "change", "engagement_rate")


def change_of_few(rng: np.random.Generator, *, effect: bool) -> Verdict:
    """Twelve older and twelve newer posts."""
    posts = account(rng, 24)
    for post in posts[12:]:
        post["engagement_rate"] *= 4.0 if effect else 1.0
    return verdict(posts, "change", "engagement_rate")


def best_posts(rng: np.random.Generator, *, effect: bool) -> Verdict:
    """The best quarter has a hashtag and a posting time that the weakest lacks."""
    posts = account(rng)
    for post in posts:
        if effect and ("recipe" in post["hashtags"] or post["posted_at"].hour == 18):
            post["engagement_rate"] *= 2.0
    return verdict(posts, "best_posts", "engagement_rate")


def public_ratios(rng: np.random.Generator, *, effect: bool) -> Verdict:
    """The save rate follows the watch ratio within each length."""
    posts = account(rng, 80)
    for post in posts:
        views = int(np.exp(rng.normal(11, 1))) + 2_000
        save = 0.01 * post["watch_ratio"] * np.exp(rng.normal(0, 0.2)) if effect else 0.01 * np.exp(rng.normal(0, 0.5))
        post["watch_ratio"] = min(1.5, post["watch_ratio"])
        post |= {"views": views, "save_rate": float(save), "full_watch_rate": None}
        post |= {name: float(0.02 * np.exp(rng.normal(0, 0.5))) for name in ("like_rate", "comment_rate", "share_rate")}
        post |= {name: int(views * post[f"{name[:-1]}_rate"]) for name in ("likes", "comments", "shares", "saves")}
    rows = findings(posts, audit=audit(posts))
    return str(next(row["verdict"] for row in rows if row["finding"] == "audit"))


def topic(rng: np.random.Generator, *, effect: bool) -> Verdict:
    """A topic gains 25 % more posts each day; without the effect, its daily gain stays the same."""
    days = []
    for day in range(14):
        added = int(rng.poisson(400 * (1.25**day if effect else 1.0)))
        at = date(2026, 1, 1) + timedelta(days=day)
        counted = datetime(at.year, at.month, at.day, 12, tzinfo=UTC)
        days.append({"day": at, "topic_posts": 1, "posts_added": added, "count_span_d": 1.0, "counted_at": counted})
    stage = lifecycle(days).stage
    return {"cannot tell": "unknown", "steady": "nothing"}.get(stage, "found")


CLAIMS: dict[str, Callable[..., Verdict]] = {
    claim.__name__: claim
    for claim in (
        *(lengths, lengths_of_unequal_spread, few_lengths, change, change_of_similar_neighbours, change_of_few),
        *(best_posts, topic, public_ratios),
    )
}
SLOW = {"public_ratios": 20}
"""Claims that take long, and the part of the accounts that they get."""


def count(claim: str, accounts: int, *, effect: bool) -> Counter[Verdict]:
    """How many of the accounts get each verdict; the same in every run."""
    draw = CLAIMS[claim]
    return Counter(draw(np.random.default_rng([number, effect]), effect=effect) for number in range(accounts))


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--accounts", type=int, default=1000)
    options = words.parse_args()
    print(f"{'claim':<30} {'accounts':>8}   without the effect: found, no large   with it: found, no large")
    for claim in CLAIMS:
        accounts = max(1, options.accounts // SLOW.get(claim, 1))
        shares = [
            f"{counts[name] / accounts:8.1%}"
            for counts in (count(claim, accounts, effect=effect) for effect in (False, True))
            for name in ("found", "nothing")
        ]
        print(f"{claim:<30} {accounts:>8}   {shares[0]:>24} {shares[1]} {shares[2]:>18} {shares[3]}", flush=True)


if __name__ == "__main__":
    main()
