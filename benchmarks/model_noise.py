"""How often a model of noise is called usable: random walks and shuffles in place of the measured target.

    python benchmarks/model_noise.py [--data DIR] [--kind walk,shuffle,real] [--first 0] [--seeds 1000] [--rows 140,400]

A walk drifts on the logit scale, in the order of publishing, as an account without any relation between counters and
watch time may. Counters stay those of real accounts (one TikTok creator, six YouTube channels, taken in turn with the
latest `--rows` posts), so features that drift by themselves are part of the test. Prints one line for each usable fit.
Bars: at most 3 % of walks and 5 % of shuffles usable, every real account kept.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

import dwell
from dwell.models.fitting import fit
from dwell.models.link import from_link

CEILING = 2.0
BARS = {"walk": 0.03, "shuffle": 0.05}


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    words.add_argument("--kind", default="walk,shuffle,real")
    words.add_argument("--first", type=int, default=0)
    words.add_argument("--seeds", type=int, default=1000)
    words.add_argument("--rows", default="140,400")
    options = words.parse_args()
    accounts = _accounts(options.data)
    sizes = [int(rows) for rows in options.rows.split(",")]
    for kind in options.kind.split(","):
        names = list(accounts)
        count = len(names) * len(sizes) if kind == "real" else options.seeds
        usable = 0
        for seed in range(options.first, options.first + count):
            name, rows = names[seed % len(names)], sizes[(seed // len(names)) % len(sizes)]
            report, _ = fit(_replaced(accounts[name][-rows:], kind, seed), "watch_ratio")
            if report["verdict"] == "usable":
                usable += 1
                print(f"{kind} {seed}: {name}, {report['n']} posts, R² {report['out_of_fold']['r2']:.2f}", flush=True)
            if (seed + 1) % 50 == 0:
                print(f"{kind}: {usable} of {seed + 1 - options.first} usable", flush=True)
        bar = f" (at most {BARS[kind]:.0%})" if kind in BARS else ""
        print(f"{kind}: {usable} of {count} usable, {usable / count:.1%}{bar}", flush=True)


def _accounts(data: Path) -> dict[str, list[dict[str, Any]]]:
    """The dated posts with a watch ratio of each account, oldest first."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = dwell.open(Path(folder) / "data", create=True)
        workspace.import_files([data / "studio_watch_time" / "creator_a.csv"], as_of="2023-12-31")
        workspace.import_files([data / "youtube_shorts_watch_time" / "shorts.csv"], as_of="2025-05-01")
        rows = [*workspace.posts(), *workspace.posts(platform="youtube")]
    known: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if row["watch_ratio"] is not None and row["posted_at"] is not None and row["excluded"] is None:
            known.setdefault(row["handle"], []).append(row)
    return {name: sorted(posts, key=lambda row: (row["posted_at"], row["post_id"])) for name, posts in known.items()}


def _replaced(posts: list[dict[str, Any]], kind: str, seed: int) -> list[dict[str, Any]]:
    """The same posts with another watch ratio; the same ones for `real`."""
    rng = np.random.default_rng(seed)
    if kind == "real":
        return posts
    if kind == "shuffle":
        values = rng.permutation([post["watch_ratio"] for post in posts])
    else:
        walk = rng.normal(size=len(posts)).cumsum()
        values = from_link((walk - walk.mean()) / walk.std(), CEILING)
    return [{**post, "watch_ratio": float(value)} for post, value in zip(posts, values, strict=True)]


if __name__ == "__main__":
    main()
