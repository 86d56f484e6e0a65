"""Skill of the completion model beside the figures of the first measurements, on real accounts of two platforms.

    python benchmarks/model_skill.py [--data DIR] [--rows 140] [--channels 6] [--shuffles 0]

Prints: the first measurements' table and ours on one TikTok account; ours on each channel of YouTube Shorts (the latest
`--rows` posts); rank and level on channels left out of the fit; with `--shuffles N`, how many of N shuffled targets
are refused.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

import dwell
from dwell.models.fitting import fit
from dwell.models.sample import make_sample
from dwell.models.targets import CEILINGS
from dwell.models.transfer import leave_one_creator_out

MEASURED_BEFORE = """\
measured before (R² out of fold, forward)            watch_ratio     full_watch_rate
mean                                                 -0.01  -0.01     -0.01  -0.01
bucket mean                                           0.48   0.52      0.27   0.35
duration only (ridge)                                 0.50   0.61      0.21   0.38
the recipe (OLS per bucket, four rates)               0.52   0.43      0.28   0.09
rich ridge                                            0.76   0.84      0.49   0.44
rich Gaussian process                                 0.72   0.84      0.60   0.59
rich gradient boosting                                0.78   0.72      0.61   0.52"""


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    words.add_argument("--rows", type=int, default=140)
    words.add_argument("--channels", type=int, default=6)
    words.add_argument("--shuffles", type=int, default=0)
    options = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        workspace = dwell.open(Path(folder) / "data", create=True)
        workspace.import_files([options.data / "studio_watch_time" / "creator_a.csv"], as_of="2023-12-31")
        account = list(workspace.posts(creator="creator_a"))
        workspace.import_files([options.data / "youtube_shorts_watch_time" / "shorts.csv"], as_of="2025-05-01")
        shorts = [row for row in workspace.posts() if row["platform"] == "youtube" and row["watch_ratio"] is not None]
    print(MEASURED_BEFORE)
    for target in CEILINGS:
        _show(f"creator_a {target}", fit(account, target)[0])
    channels = _channels(shorts, options.rows, options.channels)
    for name, rows in channels.items():
        _show(f"{name} watch_ratio", fit(rows, "watch_ratio")[0])
    _left_out(channels)
    if options.shuffles:
        _shuffled(account, options.shuffles)


def _channels(shorts: list[dict[str, Any]], rows: int, most: int) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in shorts:
        found.setdefault(row["handle"], []).append(row)
    dated = {name: [row for row in posts if row["posted_at"] is not None] for name, posts in sorted(found.items())}
    latest = {
        name: sorted(posts, key=lambda row: (row["posted_at"], row["post_id"]))[-rows:] for name, posts in dated.items()
    }
    return dict(list(latest.items())[:most])


def _show(title: str, report: dict[str, Any]) -> None:
    print(f"\n{title}: n {report['n']}, {report['verdict']}")
    lines = {**report["baselines"], "dwell": {"out_of_fold": report["out_of_fold"], "forward": report["forward"]}}
    for name, line in lines.items():
        figures = [line["out_of_fold"][key] for key in ("r2", "mae", "spearman")] + [line["forward"]["r2"]]
        shown = "  ".join("    -" if figure is None else f"{figure:5.2f}" for figure in figures)
        print(f"  {name:<14} R², MAE, Spearman out of fold; R² forward: {shown}")
    interval = report["interval"]
    if interval["coverage"] is not None:
        buckets = ", ".join(
            f"{name} {share:.2f} of {interval['rows_by_bucket'][name]}"
            for name, share in interval["coverage_by_bucket"].items()
        )
        print(f"  90 % intervals: cover {interval['coverage']:.3f} (forward {interval['coverage_forward']}), {buckets}")
        print(f"  mean width {interval['mean_width']:.3f}")
    for reason in report["reasons"]:
        print(f"  {reason}")


def _left_out(channels: dict[str, list[dict[str, Any]]]) -> None:
    found = leave_one_creator_out(make_sample([row for rows in channels.values() for row in rows], "watch_ratio"), 2.0)
    print(f"\nchannels left out of the fit, one at a time: {found.summary() if found else 'too few'}")


def _shuffled(account: list[dict[str, Any]], times: int) -> None:
    rows = [row for row in account if row["watch_ratio"] is not None]
    rng = np.random.default_rng(0)
    refused = 0
    for _ in range(times):
        order = rng.permutation(len(rows))
        dealt = [{**row, "watch_ratio": rows[k]["watch_ratio"]} for row, k in zip(rows, order, strict=True)]
        refused += fit(dealt, "watch_ratio")[1] is None
        print(".", end="", flush=True)
    print(f"\nshuffled targets refused: {refused} of {times}")


if __name__ == "__main__":
    main()
