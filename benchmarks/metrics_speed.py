"""How fast benchmarks and baselines are: dwell, the same SQL by hand, and pandas as the recipes write it.

    python benchmarks/metrics_speed.py --rows 10000000

Each contestant runs in a process of its own, in turns, and answers the same two questions; the answers are compared.
Promised are at most 1.25 times the CPU of the handwritten SQL, and at least 2 times less wall time than pandas. dwell
has its SQL text cached, as in every run but the first.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

CONTESTANTS = ("dwell", "by_hand", "pandas")
QUESTIONS = ("benchmarks", "posts")
TABLES = ("posts", "post_snapshots", "creators", "creator_snapshots", "watch_times")
SNAPSHOTS_A_POST = 168
POSTS_A_CREATOR = 200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000, help="snapshots")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--memory", default="4GB", help="DuckDB's memory limit")
    parser.add_argument("--contestant", choices=CONTESTANTS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help="keep the data here, and use what is there")
    given = parser.parse_args()
    if given.contestant:
        print(json.dumps(_measure(given.contestant, given.folder, given.memory)))
        return
    with tempfile.TemporaryDirectory(prefix="dwell-speed-") as scratch:
        folder = given.folder or Path(scratch)
        if not (folder / "posts.parquet").exists():
            _write(folder, given.rows)
        _report(_turns(folder, given), given)


def _turns(folder: Path, given: argparse.Namespace) -> dict[str, list[dict[str, Any]]]:
    command = [sys.executable, __file__, "--folder", str(folder), "--memory", given.memory, "--contestant"]
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in CONTESTANTS}
    subprocess.run([*command, "dwell"], check=True, capture_output=True)  # fills the cache of SQL and of the disk
    for turn in range(given.runs):
        for name in CONTESTANTS if turn % 2 == 0 else reversed(CONTESTANTS):
            done = subprocess.run([*command, name], check=True, capture_output=True, text=True)
            found[name].append(json.loads(done.stdout))
    return found


def _report(found: dict[str, list[dict[str, Any]]], given: argparse.Namespace) -> None:
    middle = {
        name: {figure: statistics.median(run[figure] for run in runs) for figure in ("wall", "cpu", "mb")}
        for name, runs in found.items()
    }
    print(f"{given.rows:,} snapshots, median of {given.runs} runs")
    print(f"{'':10}{'wall s':>8}{'CPU s':>8}{'MB':>7}   CPU s of " + ", ".join(QUESTIONS))
    for name, figures in middle.items():
        parts = [
            statistics.median(run["parts"].get(question, math.nan) for run in found[name]) for question in QUESTIONS
        ]
        each = "" if name == "pandas" else "  ".join(f"{part:.2f}" for part in parts)
        print(f"{name:10}{figures['wall']:8.2f}{figures['cpu']:8.2f}{figures['mb']:7.0f}   {each}")
    for other in ("by_hand", "pandas"):
        _compare(found["dwell"][0]["answers"], found[other][0]["answers"], other)
    print("answers: equal")
    cpu = middle["dwell"]["cpu"] / middle["by_hand"]["cpu"]
    wall = middle["pandas"]["wall"] / middle["dwell"]["wall"]
    print(f"CPU, dwell / by hand: {cpu:.2f} (promised: at most 1.25)")
    print(f"wall, pandas / dwell: {wall:.2f} (promised: at least 2)")


def _compare(mine: dict[str, float], theirs: dict[str, float], other: str) -> None:
    for name, value in theirs.items():
        if not math.isclose(mine[name], value, rel_tol=1e-9):
            raise SystemExit(f"{name}: dwell says {mine[name]!r}, {other} says {value!r}")


def _measure(contestant: str, folder: Path, memory: str) -> dict[str, Any]:
    answer = _pandas if contestant == "pandas" else _duckdb
    answers, parts, wall, cpu = answer(contestant, folder, memory)
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"wall": wall, "cpu": cpu, "mb": megabytes, "parts": parts, "answers": answers}


def _duckdb(contestant: str, folder: Path, memory: str) -> tuple[dict[str, float], dict[str, float], float, float]:
    import metrics_by_hand

    from dwell.metrics.compile import sql
    from dwell.settings import Settings
    from dwell.warehouse.duckdb_connection import connect

    connection = connect(Settings(memory=memory))
    for name in TABLES:
        connection.execute(f"CREATE VIEW {name} AS FROM '{folder / name}.parquet'").fetchall()
    wall, cpu, parts = time.perf_counter(), time.process_time(), {}
    for question in QUESTIONS:
        start = time.process_time()
        text = sql(question, cache=folder / "cache") if contestant == "dwell" else metrics_by_hand.QUESTIONS[question]
        connection.execute(f"CREATE TEMP TABLE answer_{question} AS {text}").fetchall()
        parts[question] = time.process_time() - start
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    sums = {
        "benchmarks": "sum(n), sum(engagement_rate_median), sum(engagement_rate_p90), sum(save_rate_median)",
        "posts": ", ".join(
            [
                *(f"sum({name}) FILTER (excluded IS NULL)" for name in ("views_multiple", "engagement_multiple")),
                *(f"sum({name})" for name in ("baseline_n", "percentile", "followers", "watch_ratio", "age_h")),
                "count(*) FILTER (above_p90)",
            ]
        ),
    }
    answers = {}
    for question, figures in sums.items():
        row = connection.execute(f"SELECT {figures} FROM answer_{question}").fetchone() or ()
        answers |= {f"{question} {place}": float(value) for place, value in enumerate(row)}
    return answers, parts, wall, cpu


def _pandas(_: str, folder: Path, __: str) -> tuple[dict[str, float], dict[str, float], float, float]:
    import pandas as pd

    wall, cpu = time.perf_counter(), time.process_time()
    counters = ["views", "likes", "comments", "shares", "saves", "downloads"]
    snapshots = pd.read_parquet(folder / "post_snapshots.parquet", columns=["post_id", "observed_at", *counters])
    newest = snapshots.loc[snapshots.groupby("post_id", sort=False)["observed_at"].idxmax()]
    posts = (
        pd.read_parquet(folder / "posts.parquet").drop(columns=["observed_at", "source"]).merge(newest, on="post_id")
    )
    posts = _with_proxies(posts[posts["media_type"] == "video"])
    age = posts["observed_at"] - posts["posted_at"]
    posts = posts[~posts["is_ad"] & ~posts["is_pinned"] & (age >= pd.Timedelta(hours=72))]
    benchmarks = posts.groupby("bucket").agg(
        n=("post_id", "count"),
        median=("engagement_rate", "median"),
        p90=("engagement_rate", lambda rates: rates.quantile(0.9)),
        saves=("save_rate", "median"),
        shares=("share_rate", "median"),
        comments=("comment_rate", "median"),
    )
    posts = posts.sort_values(["handle", "posted_at", "post_id"])
    before = posts.groupby("handle")[["views", "engagement_rate"]].shift(1)
    usual = before.groupby(posts["handle"]).rolling(20, min_periods=1).median().reset_index(level=0, drop=True)
    posts["views_multiple"] = posts["views"] / usual["views"]
    posts["engagement_multiple"] = posts["engagement_rate"] / usual["engagement_rate"]
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    sums = {
        "benchmarks": [benchmarks[name].sum() for name in ("n", "median", "p90", "saves")],
        "posts": [posts[name].sum() for name in ("views_multiple", "engagement_multiple")],
    }
    answers = {f"{question} {place}": float(value) for question, row in sums.items() for place, value in enumerate(row)}
    return answers, {}, wall, cpu


def _with_proxies(posts: Any) -> Any:
    plays = posts["views"].clip(lower=1)
    return posts.assign(
        bucket=posts["duration_s"].apply(_bucket),
        engagement_rate=(posts["likes"] + posts["comments"] + posts["shares"]) / plays,
        save_rate=posts["saves"] / plays,
        share_rate=posts["shares"] / plays,
        comment_rate=posts["comments"] / plays,
    )


def _bucket(seconds: float) -> str:
    return next((f"<={bound}" for bound in (10, 20, 35, 60) if seconds <= bound), ">60")


def _write(folder: Path, rows: int) -> None:
    """Posts that grow hour by hour along a saturating curve, drawn by hash: the same rows in every run."""
    from dwell.settings import Settings
    from dwell.warehouse.duckdb_connection import connect

    folder.mkdir(parents=True, exist_ok=True)
    posts = max(1, rows // SNAPSHOTS_A_POST)
    with connect(Settings(memory="2GB")) as connection:
        for name, query in _queries(posts, max(1, posts // POSTS_A_CREATOR)).items():
            connection.execute(
                f"COPY ({query}) TO '{folder / name}.parquet' (FORMAT parquet, ROW_GROUP_SIZE 250000)"
            ).fetchall()


def _queries(posts: int, creators: int) -> dict[str, str]:
    def draw(salt: int, number: str = "p") -> str:
        return f"(hash({number} * 31 + {salt}) % 1000003 / 1000003.0)"

    start = "TIMESTAMPTZ '2025-01-01 00:00:00+00'"
    posted = f"({start} + to_seconds((p * 600 + hash(p) % 600)::BIGINT))"
    post_id, marks = "'7' || lpad(p::VARCHAR, 18, '0') AS post_id", "p % 17 = 0 AS is_ad, p % 41 = 0 AS is_pinned"
    post = f"""SELECT {post_id}, 'tiktok' AS platform, 'creator' || (hash(p) % {creators}) AS handle,
        NULL::VARCHAR AS creator_id, {posted} AS posted_at, round(3 + 120 * {draw(1)} ** 2, 1)::DOUBLE AS duration_s,
        CASE WHEN p % 25 = 0 THEN 'photo' ELSE 'video' END AS media_type, {marks},
        'caption ' || md5(p::VARCHAR) AS caption, ['tag' || (p % 7)] AS hashtags, NULL::VARCHAR AS sound_id,
        NULL::VARCHAR AS sound_title, p % 3 = 0 AS sound_original, NULL::VARCHAR AS region, NULL::VARCHAR AS language,
        NULL::VARCHAR AS url, 'made up' AS source, {posted} AS observed_at FROM range({posts}) r(p)"""
    grown = f"exp(6 + 6 * {draw(2)}) * (1 - exp(-(h + 1) / (6 + 60 * {draw(3)})))"
    counters = ", ".join(
        f"(seen * {rate} * {draw(salt)})::BIGINT AS {name}"
        for salt, (name, rate) in enumerate(
            {"likes": 0.15, "comments": 0.01, "shares": 0.02, "saves": 0.03, "downloads": 0.005}.items(), 4
        )
    )
    return {
        "posts": f"{post} ORDER BY post_id",
        "post_snapshots": f"""SELECT {post_id}, {posted} + to_hours(h::BIGINT + 1) AS observed_at,
            seen::BIGINT AS views, {counters}, p % 2 = 0 AS rounded, 'made up' AS source
            FROM (SELECT p, h, {grown} AS seen FROM range({posts}) a(p), range({SNAPSHOTS_A_POST}) b(h))
            ORDER BY p, h""",
        "creators": f"""SELECT 'creator' || c AS handle, 'tiktok' AS platform, 'niche' || (c % 9) AS niche,
            'made up' AS source, {start} AS observed_at FROM range({creators}) r(c)""",
        "creator_snapshots": f"""SELECT 'creator' || c AS handle, {start} + to_days(d::INTEGER) AS observed_at,
            (1000 * (c + 1) + 50 * d)::BIGINT AS followers, 'made up' AS source
            FROM range({creators}) a(c), range(120) b(d)""",
        "watch_times": f"""SELECT {post_id}, {posted} + to_days(7) AS observed_at,
            3 + 10 * {draw(12)} AS avg_watch_s, {draw(13)} AS full_watch_rate FROM range(0, {posts}, 10) r(p)""",
    }


if __name__ == "__main__":
    main()
