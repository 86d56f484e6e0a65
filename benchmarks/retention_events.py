"""How many planted rewatch bumps and cliffs `dwell retention` finds, and how many of its finds are planted.

    python benchmarks/retention_events.py [--worlds 7 8 9 10 11] [--accounts 6]

The thresholds were chosen on worlds 1 and 2, which are printed beside the others. A bump counts as found within one
second of its peak, a cliff at its second. Promised on worlds that were not tuned on: precision of both, and recall of
bumps, 90 % or more; recall of cliffs 80 % or more (those in the steep first seconds cannot be told from the start).
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import retention_world

import dwell

SLACK_S = {"bump": 1, "cliff": 0}
FIRST = 10


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--worlds", type=int, nargs="+", default=[7, 8, 9, 10, 11])
    words.add_argument("--accounts", type=int, default=6)
    given = words.parse_args()
    for worlds in (retention_world.TUNED, given.worlds):
        counts = count(worlds, given.accounts)
        print(f"worlds {', '.join(map(str, worlds))}: {counts['curves']:,} curves")
        for kind in SLACK_S:
            print(f"  {kind:6} {counts[kind, 'planted']:5} planted, {describe(counts, kind)}")


def describe(counts: Counter[object], kind: str) -> str:
    """`precision 99.1 %, recall 95.0 %`."""
    right = counts[kind, "right"]
    precision, recall = right / max(1, counts[kind, "found"]), counts[kind, "seen"] / max(1, counts[kind, "planted"])
    return f"{counts[kind, 'found']:5} found: precision {precision:.1%}, recall {recall:.1%}"


def count(worlds: Iterable[int], accounts: int) -> Counter[object]:
    """What is planted and found in the newest 400 days of some accounts of each world."""
    counts: Counter[object] = Counter()
    for seed in worlds:
        with tempfile.TemporaryDirectory() as folder:
            workspace = dwell.open(Path(folder) / "data", create=True)
            for handle in retention_world.handles(seed, range(FIRST, FIRST + accounts)):
                retention_world.store(workspace.store, seed, handle)
                _count_account(counts, workspace, seed, handle)
    return counts


def _count_account(counts: Counter[object], workspace: dwell.Workspace, seed: int, handle: str) -> None:
    found: dict[tuple[str, str], list[float]] = {}
    for row in workspace.ask("retention_points", handle=handle, ads=True):
        if row["event"] is not None:
            found.setdefault((row["post_id"], row["event"]), []).append(row["second"])
    for post_id, features in retention_world.features(seed, handle).items():
        counts["curves"] += 1
        for kind, planted in (("bump", features.bumps), ("cliff", features.cliffs)):
            at, slack = [each.second for each in planted], SLACK_S[kind]
            seen = found.get((post_id, kind), [])
            counts[kind, "planted"] += len(at)
            counts[kind, "found"] += len(seen)
            counts[kind, "right"] += sum(any(abs(second - other) <= slack for other in at) for second in seen)
            counts[kind, "seen"] += sum(any(abs(second - other) <= slack for other in seen) for second in at)


if __name__ == "__main__":
    main()
