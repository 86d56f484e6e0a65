"""What corrected readings cost those who read, before a seal.

    python benchmarks/corrections_speed.py --posts 100000 --snapshots 10 --corrections 5000

One folder of simulated posts, sealed, and three copies of it: with as many new readings in the journal; with corrected
ones there, each of which says which row of the lake it replaces; and, as the baseline, with corrected ones in the lake,
where readers look for the newest row of every key. Each question is asked of all of them in turns; the answers of both
corrected folders must be equal.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from rollup_speed import _fill

QUESTIONS = {
    "posts of one account": ("posts", {"handle": "creator7"}),
    "benchmarks of all": ("benchmarks", {"platform": "tiktok"}),
    "growth of one account": ("growth", {"handle": "creator7"}),
}
KINDS = ("none", "new in the journal", "corrected in the journal", "corrected in the lake (baseline)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--snapshots", type=int, default=10, help="of each post")
    parser.add_argument("--corrections", type=int, default=5_000)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dwell-corrections-") as scratch:
        folders = {kind: Path(scratch) / f"data{number}" for number, kind in enumerate(KINDS)}
        _fill(folders["none"], given.posts, given.snapshots)
        _store(folders["none"]).seal()
        for kind in KINDS[1:]:
            shutil.copytree(folders["none"], folders[kind])
            write(folders[kind], given.corrections, new=kind == KINDS[1], in_lake=kind == KINDS[3])
        size = f"{given.posts * given.snapshots:,} snapshots, {given.corrections:,} new or corrected"
        print(f"{size}; CPU s, median of {given.runs}")
        for question in QUESTIONS:
            show(question, folders, given.runs)


def _store(folder: Path):
    from dwell.settings import Settings
    from dwell.warehouse import Store

    return Store.open(Settings(data=folder), create=True)


def write(folder: Path, number: int, *, new: bool, in_lake: bool) -> None:
    """One more like for the first snapshot of so many posts, or another one a minute before it."""
    from dwell.warehouse import Batch, writer
    from dwell.warehouse.duckdb_connection import connect

    store, rows = _store(folder), writer.JOURNAL_ROWS
    writer.JOURNAL_ROWS = 0 if in_lake else rows
    with connect(store.settings) as connection, store.writing() as writing:
        writing.attach(connection, ["post_snapshots"])
        connection.execute(
            f"CREATE TEMP TABLE corrected AS SELECT * REPLACE (likes + 1 AS likes, observed_at - INTERVAL {int(new)} "
            "MINUTE AS observed_at) FROM post_snapshots "
            f"QUALIFY row_number() OVER (PARTITION BY post_id ORDER BY observed_at) = 1 ORDER BY post_id LIMIT {number}"
        ).fetchall()
        batch = Batch("fix", "fix.csv", "made-up", "0" * 64, datetime(2026, 1, 1, tzinfo=UTC), {})
        writing.commit(connection, batch, {"post_snapshots": "corrected"}, replacing=[] if new else ["post_snapshots"])
    writer.JOURNAL_ROWS = rows


def show(question: str, folders: dict[str, Path], runs: int) -> None:
    """CPU seconds of one question, each folder in turn."""
    name, given = QUESTIONS[question]
    spent: dict[str, list[float]] = {kind: [] for kind in KINDS}
    answers = {}
    for turn in range(runs + 1):
        for kind in KINDS:
            before = time.process_time()
            answers[kind] = ask(folders[kind], name, given)
            if turn:  # the first one compiles the query and fills the disk's cache
                spent[kind].append(time.process_time() - before)
    if answers[KINDS[2]] != answers[KINDS[3]]:
        raise SystemExit(f"{question}: the answers differ")
    medians = {kind: statistics.median(times) for kind, times in spent.items()}
    shown = ", ".join(f"{kind} {median:.3f} ({median / medians['none']:.2f})" for kind, median in medians.items())
    print(f"{question}: {shown}")


def ask(folder: Path, name: str, given: dict[str, str]) -> list[object]:
    """One question in a snapshot of its own."""
    from dwell.settings import Settings
    from dwell.workspace import Workspace

    workspace = Workspace(Settings(data=folder))
    method = getattr(workspace, name)
    arguments = {"creator": given["handle"]} if "handle" in given else {}
    return list(method(**arguments))


if __name__ == "__main__":
    main()
