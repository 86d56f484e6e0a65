"""How fast an account's retention curves are answered: dwell, and the same question by hand for DuckDB.

    python benchmarks/retention_speed.py [--posts 10000] [--readings 1] [--runs 5]
    python benchmarks/retention_speed.py --readings 16 --runs 3           # 10 M rows, about two minutes

The two take turns in an open workspace, on one connection each and the same stored files; the answers are compared. The
whole process takes turns with a process that only imports what it needs and opens the folder. Promised are at most 1.5
times the handwritten query in wall time, and at most 1.5 times the imports for an account of 200 curves.
"""

from __future__ import annotations

import argparse
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import retention_by_hand

POSTS_OF_ANOTHER = 200
SUMS = ("views", "at_50", "at_100", "area_s", "bumps", "cliffs", "plateau_s", "avg_watch_s", "above_band", "below_band")
IMPORTS = """
import dwell.cli.main, duckdb, numpy, scipy.stats, scipy.cluster.vq, rich.table
from dwell.cli.main import make_command
make_command()
import dwell
from dwell.models import curve_shapes, retention_quartiles
from dwell.metrics import catalog
with dwell.open({data!r}).snapshot() as s: s.rows()
"""


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--posts", type=int, default=10_000, help="posts of the account, each with a curve")
    words.add_argument("--readings", type=int, default=1, help="readings of each curve")
    words.add_argument("--runs", type=int, default=5)
    words.add_argument("--folder", type=Path, help="keep the data here, and use what is there")
    given = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="dwell-retention-") as scratch:
        folder = given.folder or Path(scratch)
        data = folder / "data"
        if not data.exists():
            _fill(folder, data, given.posts, given.readings)
        _in_a_workspace(data, given.runs)
        _as_a_process(data, "another", f"{POSTS_OF_ANOTHER} curves", given.runs)
        _as_a_process(data, retention_by_hand.HANDLE, f"{given.posts:,} curves", given.runs)


def _in_a_workspace(data: Path, runs: int) -> None:
    """Both on the connection of one open snapshot; the answers that a workspace keeps are left aside."""
    import dwell
    from dwell.metrics.catalog import METRICS
    from dwell.metrics.compile import sql
    from dwell.settings.cache import private_cache
    from dwell.warehouse.engine import open_engine
    from dwell.warehouse.snapshot import StoreSnapshot

    workspace = dwell.open(data)
    stored = workspace.store.rows()
    print(f"{stored['posts']:,} posts, {stored['retention']:,} rows of retention")
    tables = StoreSnapshot(data)
    engine = open_engine(workspace.settings, tables)
    rolled_up = tables.has_rollup

    def ask() -> Any:
        handle = retention_by_hand.HANDLE
        query = sql("retention_curves", engine.dialect, private_cache("queries"), rolled_up=rolled_up, handle=handle)
        return engine.query(query, METRICS["retention_curves"].reads(rolled_up=rolled_up))

    def by_hand() -> Any:
        return engine.query(retention_by_hand.CURVES, ["posts", "post_snapshots", "retention", "watch_times"])

    _compare(ask(), by_hand())  # also compiles the SQL text and warms the disk cache
    _report("curves of the account", _turns(ask, by_hand, runs), ("dwell", "by hand"), 1.5)
    engine.close()
    tables.close()
    whole = [_timed(lambda: dwell.open(data).retention(retention_by_hand.HANDLE))[0] for _ in range(runs)]
    print(f"ws.retention with shapes and comparison: {statistics.median(whole):.2f} s (median of {runs})")


def _compare(mine: Any, theirs: Any) -> None:
    if len(mine) != len(theirs):
        raise SystemExit(f"dwell has {len(mine)} curves, by hand there are {len(theirs)}")
    for name in SUMS:
        sums = [
            math.fsum(float(value) for value in answer.column(name) if value is not None) for answer in (mine, theirs)
        ]
        if not math.isclose(*sums, rel_tol=1e-6):
            raise SystemExit(f"{name}: dwell says {sums[0]!r}, by hand it is {sums[1]!r}")
    print(f"answers: equal, {len(mine):,} curves")


def _turns(first: Callable[[], Any], second: Callable[[], Any], runs: int) -> list[tuple[Any, Any]]:
    pairs = []
    for turn in range(runs):
        if turn % 2:
            other = _timed(second)
            pairs.append((_timed(first), other))
        else:
            pairs.append((_timed(first), _timed(second)))
    return pairs


def _as_a_process(data: Path, handle: str, what: str, runs: int) -> None:
    command = [sys.executable, "-m", "dwell", "retention", "--creator", handle, "--data", str(data)]
    imports = [sys.executable, "-c", IMPORTS.format(data=str(data))]

    def run(words: list[str]) -> Callable[[], Any]:
        return lambda: subprocess.run(words, check=True, stdout=subprocess.DEVNULL)

    run(command)(), run(imports)()
    _report(
        f"the whole process, {what}", _turns(run(command), run(imports), runs), ("dwell retention", "its imports"), 1.5
    )


def _timed(work: Callable[[], Any]) -> tuple[float, float]:
    """Wall and CPU seconds, those of child processes included."""
    started, before = time.perf_counter(), os.times()
    work()
    after = os.times()
    return time.perf_counter() - started, sum(after[:4]) - sum(before[:4])


def _report(what: str, pairs: list[tuple[Any, Any]], names: tuple[str, str], most: float) -> None:
    print(f"{what}, median of {len(pairs)} in turns:")
    for side, name in enumerate(names):
        wall, cpu = (statistics.median(pair[side][place] for pair in pairs) for place in (0, 1))
        print(f"  {name:16} wall {wall:6.2f} s, CPU {cpu:6.2f} s")
    ratios = [statistics.median(pair[0][place] / pair[1][place] for pair in pairs) for place in (0, 1)]
    print(f"  ratio of wall time {ratios[0]:.2f} (promised: at most {most}), of CPU {ratios[1]:.2f}")


def _fill(folder: Path, data: Path, posts: int, readings: int) -> None:
    """Curves of an invented account, as dwell's own exports, imported in the ordinary way."""
    import duckdb

    import dwell

    folder.mkdir(parents=True, exist_ok=True)
    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    post_id = "(((1700000000 + i * 60)::BIGINT << 32) + i)::VARCHAR AS post_id"
    source = "'benchmark' AS source"
    made = f"FROM range({posts + POSTS_OF_ANOTHER}) t(i)"
    length, read = "(8 + hash(i) % 110)::DOUBLE", "to_timestamp(1720000000 + 86400 * r)"
    fall = "0.1 + 0.9 * exp(-0.1 * (1 + hash(i * 7) % 30) * s / len)"
    bump = "CASE WHEN i % 3 = 0 AND s = 3 + hash(i * 5) % 20 THEN 1.3 ELSE 1 END"
    cliff = "CASE WHEN i % 4 = 0 AND s >= 4 + hash(i * 3) % 9 THEN 0.7 ELSE 1 END"
    tables = {
        "posts": f"""SELECT {post_id}, 'tiktok' AS platform, to_timestamp(1700000000 + i * 60) AS posted_at,
            if(i < {posts}, '{retention_by_hand.HANDLE}', 'another') AS handle, {length} AS duration_s,
            'video' AS media_type, i % 50 = 0 AS is_ad, false AS is_pinned, 'a post' AS caption,
            {source}, to_timestamp(1720000000) AS observed_at {made}""",
        "post_snapshots": f"""SELECT {post_id}, to_timestamp(1720000000) AS observed_at, v AS views, v // 12 AS likes,
            v // 900 AS comments, v // 700 AS shares, {source}
            FROM (SELECT i, (1000 + hash(i) % 100000)::BIGINT AS v {made})""",
        "watch_times": f"""SELECT {post_id}, {read} AS observed_at, len * 0.4 AS avg_watch_s, 0.2 AS full_watch_rate,
            {source} FROM (SELECT i, r, {length} AS len {made}, range({readings}) q(r))""",
        "retention": f"""SELECT {post_id}, {read} AS observed_at, s::DOUBLE AS second,
            round(least(1.0, ({fall}) * {bump} * {cliff}), 4) AS retention_rate, {source}
            FROM (SELECT i, r, {length} AS len, unnest(range({length}::BIGINT + 1)) AS s
            {made}, range({readings}) q(r))""",
    }
    files = []
    for name, query in tables.items():
        files.append(folder / f"{name}.parquet")
        con.execute(f"COPY ({query}) TO '{files[-1]}'")
    done = dwell.open(data, create=True).import_files(files)
    if done.failures:
        raise SystemExit(str(done.failures))


if __name__ == "__main__":
    main()
