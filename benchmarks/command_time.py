"""`dwell benchmarks` as a whole process on 1 M snapshots, beside `import duckdb` and the same query; `dwell --help`.

    python benchmarks/command_time.py [--rows 1000000] [--runs 5]

The two take turns in one run, so the ratio holds on a noisy machine. Promises: ratio of wall time under 3;
`dwell --help` under 0.25 s of CPU.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

POSTS_A_CREATOR = 200
SNAPSHOTS_A_POST = 10

BASELINE = """
import duckdb
c = duckdb.connect()
print(c.execute('''{query}''').fetchall()[:1])
"""


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--rows", type=int, default=1_000_000)
    words.add_argument("--runs", type=int, default=5)
    options = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        fill(Path(folder), data, options.rows)
        dwell = [str(Path(sys.executable).with_name("dwell")), "benchmarks", "--data", str(data), "--json"]
        plain = [sys.executable, "-c", BASELINE.format(query=_query(data))]
        _timed(dwell), _timed(plain)  # the first run compiles and caches the SQL text, and warms the disk cache
        pairs = [(_timed(dwell), _timed(plain)) for _ in range(options.runs)]
    _print("dwell benchmarks", [pair[0] for pair in pairs])
    _print("import duckdb + the query", [pair[1] for pair in pairs])
    ratio = statistics.median(ours[0] / theirs[0] for ours, theirs in pairs)
    cpu = statistics.median(ours[1] / theirs[1] for ours, theirs in pairs)
    print(f"ratio of wall time {ratio:.2f} (promise < 3), of CPU {cpu:.2f}")
    helps = [_timed([str(Path(sys.executable).with_name("dwell")), "--help"]) for _ in range(options.runs)]
    _print("dwell --help", helps)
    print(f"CPU {statistics.median(cpu for _, cpu in helps):.3f} s (promise < 0.25)")


def fill(folder: Path, data: Path, rows: int) -> None:
    """Snapshots of invented posts, as dwell's own exports, imported in the ordinary way."""
    import duckdb

    import dwell

    posts = rows // SNAPSHOTS_A_POST
    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    con.execute("SELECT setseed(0.5)")
    con.execute(f"""
        COPY (
            SELECT (((1700000000 + i * 60)::BIGINT << 32) + i)::VARCHAR AS post_id, 'tiktok' AS platform,
                   'maker_' || (i // {POSTS_A_CREATOR}) AS handle, to_timestamp(1700000000 + i * 60) AS posted_at,
                   (5 + hash(i) % 90)::DOUBLE AS duration_s, 'video' AS media_type, i % 50 = 0 AS is_ad,
                   i % {POSTS_A_CREATOR} = 0 AS is_pinned, 'a post' AS caption, ['food', 'fyp'] AS hashtags,
                   'benchmark' AS source, to_timestamp(1720000000) AS observed_at
            FROM range({posts}) t(i)
        ) TO '{folder}/posts.parquet'""")
    con.execute(f"""
        COPY (
            SELECT (((1700000000 + i * 60)::BIGINT << 32) + i)::VARCHAR AS post_id,
                   to_timestamp(1710000000 + j * 86400) AS observed_at, v AS views,
                   v // (12 + hash(i) % 20)::BIGINT AS likes, v // 900 AS comments, v // 700 AS shares,
                   v // (150 + hash(i) % 300)::BIGINT AS saves, 'benchmark' AS source
            FROM (SELECT i, j, (1000 + (hash(i) % 100000) * (j + 1) / 10)::BIGINT AS v
                  FROM range({posts}) t(i), range({SNAPSHOTS_A_POST}) s(j))
        ) TO '{folder}/post_snapshots.parquet'""")
    done = dwell.open(data, create=True).import_files([folder / "posts.parquet", folder / "post_snapshots.parquet"])
    print(f"stored {[dict(loaded.rows_new) for loaded in done.files]}")
    if done.failures:
        raise SystemExit(str(done.failures))


def _query(data: Path) -> str:
    """The same answer, written by hand for DuckDB on the same stored files."""
    lake = data / "lake"
    rates = (
        "(likes + comments + shares) / views",
        "likes / views",
        "comments / views",
        "shares / views",
        "saves / views",
    )
    figures = ", ".join(f"quantile_cont({rate}, 0.5), quantile_cont({rate}, 0.9)" for rate in rates)
    return f"""
        WITH newest AS (
            SELECT post_id, arg_max(views, observed_at)::DOUBLE AS views, arg_max(likes, observed_at) AS likes,
                   arg_max(comments, observed_at) AS comments, arg_max(shares, observed_at) AS shares,
                   arg_max(saves, observed_at) AS saves, max(observed_at) AS observed_at
            FROM read_parquet("{lake}/post_snapshots/**/*.parquet", hive_partitioning = false) GROUP BY post_id)
        SELECT CASE WHEN duration_s <= 10 THEN 1 WHEN duration_s <= 20 THEN 2 WHEN duration_s <= 35 THEN 3
                    WHEN duration_s <= 60 THEN 4 ELSE 5 END AS bucket, count(*), {figures}
        FROM newest JOIN read_parquet("{lake}/posts/*.parquet") posts USING (post_id)
        WHERE newest.observed_at >= posted_at + INTERVAL 72 HOUR AND NOT is_ad AND NOT is_pinned AND views > 0
        GROUP BY 1 ORDER BY 1""".replace('"', "\\'")


def _timed(command: list[str]) -> tuple[float, float]:
    """Wall and CPU seconds of a whole process."""
    started, before = time.perf_counter(), os.times()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""})
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - started, cpu


def _print(name: str, runs: list[tuple[float, float]]) -> None:
    wall, cpu = (statistics.median(run[i] for run in runs) for i in (0, 1))
    print(f"{name:28} wall {wall:.3f} s, CPU {cpu:.3f} s (median of {len(runs)})")


if __name__ == "__main__":
    main()
