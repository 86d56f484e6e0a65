"""Sweeps of a provider that fails in every way: each ends, complete or saying what is missing, and stores only truth.

python benchmarks/sweep_faults.py --sweeps 20 --rate 0.3

Every stored counter is compared with the simulated world's at the instant of its answer; only rows of answers in which
the sandbox scaled the counters itself (`counters_down`, named in its log) or left one out may differ.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sandboxed import handles, running, sweep
from sqlalchemy import select

from dwell.state import open_database
from dwell.state.schema import responses
from dwell_sandbox import World

COUNTERS = ("views", "likes", "comments", "shares", "saves", "downloads")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sweeps", type=int, default=20)
    parser.add_argument("--accounts", type=int, default=10)
    parser.add_argument("--posts", type=int, default=150)
    parser.add_argument("--rate", type=float, default=0.3)
    options = parser.parse_args()
    reasons: Counter[str] = Counter()
    met: Counter[str] = Counter()
    checked = wrong = lost = 0
    for number in range(options.sweeps):
        start = datetime(2026, 3, 1, tzinfo=UTC)
        words = [*handles(options.accounts, options.posts, number, start), "--posts", str(options.posts)]
        faults = ("--faults", "all", "--fault-rate", str(options.rate), "--limit", "tikliveapi=none")
        still = ("--speed", "0", "--start", start.isoformat())
        with running(*faults, *still, seed=number) as sandbox, tempfile.TemporaryDirectory() as folder:
            done = sweep(words, Path(folder) / "data", sandbox.environment("0/60"))
            for row in done.answer["rows"]:
                if not row["complete"] and not row["lacks"]:
                    raise SystemExit(f"{row['name']} is incomplete and does not say what is missing")
                reasons[row["reason"]] += 1
            calls = {call["call"]: call for call in sandbox.calls()}
            met.update(call["fault"] for call in calls.values() if call["fault"])
            lost += posts_lost(Path(folder) / "data", done.answer)
            rows, differ = compared(Path(folder) / "data", calls, World(number))
            checked, wrong = checked + rows, wrong + differ
    print(f"{options.sweeps} sweeps ended; targets by the reason of their end: {dict(reasons.most_common())}")
    print(f"faults met: {sum(met.values())} of {len(met)} kinds: {dict(met.most_common())}")
    print(f"{checked:,} stored rows compared with the world's truth: {wrong} differ; {lost} posts read and not stored")
    if wrong or lost:
        raise SystemExit(1)


def posts_lost(data: Path, answer: dict[str, int]) -> int:
    """Posts that the pager counted and the tables lack."""
    import dwell

    return int(answer["posts_read"]) - dwell.open(data).store.rows()["posts"] - int(answer["rejected"])


def compared(data: Path, calls: dict[str, dict[str, str]], world: World) -> tuple[int, int]:
    """Rows compared with the truth, and rows that differ from it without the sandbox having said so."""
    import json
    import zlib

    import dwell

    excused: set[str] = set()
    with closing(open_database(data)) as database, database.reading() as connection:
        for request_id, body in connection.execute(select(responses.c.request_id, responses.c.body)):
            if calls[request_id]["fault"] in {"counters_down", "missing_collect_count", "missing_statistics"}:
                payload = json.loads(zlib.decompress(body))
                excused.update(str(video.get("video_id")) for video in payload.get("videos", []))
    names = ", ".join(COUNTERS)
    found = dwell.open(data).store.query(
        f"SELECT post_id, observed_at, {names} FROM post_snapshots", ["post_snapshots"]
    )
    differ = 0
    for post_id, observed_at, *counters in found.rows:
        true = world.counters(post_id, observed_at)
        differ += post_id not in excused and counters != [getattr(true, name) for name in COUNTERS]
    return len(found), differ


if __name__ == "__main__":
    main()
