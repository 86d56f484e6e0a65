"""Made-up accounts whose true watch behaviour is known, as rows of the `posts` metric."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

BUCKETS = ((10, "0-10s"), (20, "11-20s"), (35, "21-35s"), (60, "36-60s"), (float("inf"), "60s+"))
START = datetime(2026, 1, 1, tzinfo=UTC)


def bucket(duration_s: float) -> str:
    return next(name for most, name in BUCKETS if duration_s <= most)


def account(n, *, seed=0, handle="made_up", duration=1.0, quality=0.8, noise=0.3, level=0.0, saves=True):
    """`n` posts; logit of the watch ratio = level - duration x log length + quality x (what the rates show) + noise."""
    rng = np.random.default_rng(seed)
    latent = rng.normal(size=n)
    lengths = np.exp(rng.normal(np.log(22), 0.7, n)).clip(4, 300)
    views = np.exp(rng.normal(12, 1, n)).astype(int) + 1000
    link = level - duration * (np.log(lengths) - np.log(22)) + quality * latent + noise * rng.normal(size=n)
    ratio = 2 / (1 + np.exp(-(link - 1.0)))
    full = 1 / (1 + np.exp(-(link - 1.5)))
    rows = []
    for i in range(n):
        strength = np.exp(0.5 * latent[i])

        def counted(rate, view=int(views[i]), strength=strength):
            return int(view * rate * strength * np.exp(0.15 * rng.normal()))

        counts = {
            "likes": counted(0.03),
            "comments": counted(0.0006),
            "shares": counted(0.001),
            "saves": counted(0.002),
        }
        rows.append(
            {
                "post_id": f"{handle}-{i:04d}",
                "handle": handle,
                "posted_at": START + timedelta(days=i),
                "duration_s": float(lengths[i]),
                "bucket": bucket(lengths[i]),
                "views": int(views[i]),
                **counts,
                "saves": counts["saves"] if saves else None,
                "avg_watch_s": float(ratio[i] * lengths[i]),
                "watch_ratio": float(ratio[i]),
                "full_watch_rate": float(full[i]),
                "excluded": None,
            }
        )
    return rows


def unmeasured(rows):
    """The same posts as a stranger sees them."""
    return [{**row, "avg_watch_s": None, "watch_ratio": None, "full_watch_rate": None} for row in rows]


def shuffled(rows, seed, *, within_buckets=False):
    """The same posts with the measured values dealt out again; within buckets the length still matters."""
    rng = np.random.default_rng(seed)
    groups = {}
    for place, row in enumerate(rows):
        groups.setdefault(row["bucket"] if within_buckets else None, []).append(place)
    dealt = [dict(row) for row in rows]
    names = ("watch_ratio", "full_watch_rate", "avg_watch_s")
    for places in groups.values():
        for to, source in zip(places, rng.permutation(places), strict=True):
            dealt[to].update({name: rows[source][name] for name in names})
            dealt[to]["avg_watch_s"] = dealt[to]["watch_ratio"] * dealt[to]["duration_s"]
    return dealt


@pytest.fixture(scope="session", autouse=True)
def _one_thread():
    """As `fit` runs: matrices of a few hundred rows, where threads cost more than they save."""
    with threadpool_limits(1):
        yield


@pytest.fixture(scope="session")
def made():
    """The makers of made-up accounts: `made.account(...)`, `made.shuffled(...)`, `made.unmeasured(...)`."""
    return SimpleNamespace(account=account, shuffled=shuffled, unmeasured=unmeasured)


@pytest.fixture(scope="session")
def fitted(made, make_once):
    """One usable model of a made-up account of 60 posts, with its report and its posts."""
    from dwell.models.fitting import fit

    rows = made.account(60, seed=1)
    report, model = make_once("fitted", lambda: fit(rows, "watch_ratio"))
    return SimpleNamespace(rows=rows, report=report, model=model)
