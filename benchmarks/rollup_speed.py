"""What the roll-up `post_latest` costs a seal, and what it saves a question.

    python benchmarks/rollup_speed.py --posts 1000000 --snapshots 10

One folder of simulated posts, then seals of a sweep's size, then questions, each in a process of its own and in turns:
with the roll-up, and from all snapshots as a folder without it is read. The answers must be equal.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

POSTS_A_CREATOR = 200
SWEPT_POSTS = 100  # of each account that a sweep reads
QUESTIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "posts of one account": ("posts", {"handle": "creator7"}),
    "benchmarks of one account": ("benchmarks", {"handle": "creator7"}),
    "benchmarks of all": ("benchmarks", {"platform": "tiktok"}),
    "accounts and their counts": ("creators", {}),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=1_000_000)
    parser.add_argument("--snapshots", type=int, default=10, help="of each post")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="keep the data here, and use what is there")
    parser.add_argument("--work", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.work:
        print(json.dumps(_work(given.folder, given.work)))
        return
    with tempfile.TemporaryDirectory(prefix="dwell-rollup-") as scratch:
        folder = given.folder or Path(scratch) / "data"
        if not folder.exists():
            _fill(folder, given.posts, given.snapshots)
        print(f"{given.posts:,} posts, {given.posts * given.snapshots:,} snapshots; CPU s and MB")
        _show("first seal: the whole roll-up is made", [_run(folder, "seal")])
        _seals(folder, given)
        _questions(folder, given)


def _seals(folder: Path, given: argparse.Namespace) -> None:
    """Sweeps of 30 and of all accounts, one snapshot a post; each sealed with and without the roll-up."""
    for accounts in (30, given.posts // POSTS_A_CREATOR):
        found: dict[str, list[dict[str, Any]]] = {"seal": [], "seal-plain": []}
        for _ in range(given.runs):
            for work in found:
                _sweep(folder, accounts)
                found[work].append(_run(folder, work))
                if work == "seal-plain":
                    _run(folder, "seal")
        rows = accounts * SWEPT_POSTS
        for work, name in (("seal-plain", "without the roll-up"), ("seal", "with the roll-up")):
            _show(f"seal of {rows:,} snapshots of {accounts:,} accounts, {name}", found[work])


def _questions(folder: Path, given: argparse.Namespace) -> None:
    for question in QUESTIONS:
        found: dict[str, list[dict[str, Any]]] = {"rolled": [], "plain": []}
        for work in found:
            _run(folder, f"{work}:{question}")  # compiles the query, fills the disk's cache
        for turn in range(given.runs):
            for work in list(found) if turn % 2 else reversed(list(found)):
                found[work].append(_run(folder, f"{work}:{question}"))
        if found["rolled"][0]["answer"] != found["plain"][0]["answer"]:
            raise SystemExit(f"{question}: the answers differ")
        _show(f"{question}, from all snapshots", found["plain"])
        _show(f"{question}, from the roll-up", found["rolled"])
        ratio = statistics.median(run["cpu"] for run in found["plain"]) / statistics.median(
            run["cpu"] for run in found["rolled"]
        )
        print(f"{question}: {ratio:.1f} times less CPU")


def _show(name: str, runs: list[dict[str, Any]]) -> None:
    cpu, peak = (statistics.median(run[figure] for run in runs) for figure in ("cpu", "mb"))
    print(f"{name:75} {cpu:7.2f} {peak:6.0f}", flush=True)


def _run(folder: Path, work: str) -> dict[str, Any]:
    command = [sys.executable, __file__, "--folder", str(folder), "--work", work]
    return dict(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))


def _work(folder: Path, work: str) -> dict[str, Any]:
    from dwell.settings import Settings
    from dwell.warehouse import Store, compact, rollup_update

    store = Store.open(Settings(data=folder))
    for module in ("arro3.core", "deltalake", "duckdb"):
        __import__(module)
    compact._MANY = 1_000_000  # noqa: SLF001 - no file is joined: a roll-up that a seal left out could not follow
    if work == "seal":
        return _measured(store.seal)
    if work == "seal-plain":
        rollup_update.update = lambda *parts: parts[-1]
        return _measured(store.seal)
    form, _, question = work.partition(":")
    return _measured(lambda: _ask(store, *QUESTIONS[question], rolled_up=form == "rolled"))


def _ask(store: Any, metric: str, given: dict[str, Any], *, rolled_up: bool) -> list[Any]:
    from dwell.metrics.catalog import METRICS
    from dwell.metrics.compile import sql

    query = sql(metric, cache=store.root.parent / "queries", rolled_up=rolled_up, **given)
    with store.snapshot() as snapshot:
        has_rollup = snapshot.has_rollup
    if rolled_up and not has_rollup:
        raise SystemExit("the folder has no roll-up")
    return list(store.query(query, METRICS[metric].reads(rolled_up=rolled_up)).rows)


def _measured(do: Callable[[], Any]) -> dict[str, Any]:
    cpu, wall = time.process_time(), time.perf_counter()
    answer = do()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    # Not `ru_maxrss`: that of a child begins at what its parent had.
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    peak = int(status["VmHWM"].split()[0]) / 1024
    return {"cpu": cpu, "wall": wall, "mb": peak, "answer": json.dumps(answer, default=str)}


def _fill(folder: Path, posts: int, snapshots: int) -> None:
    """Posts of many accounts, in batches that go straight to the lake."""
    creators = posts // POSTS_A_CREATOR
    with _writing(folder) as commit:
        commit(
            "posts",
            {
                "posts": f"""SELECT '7' || lpad(p::VARCHAR, 18, '0') AS post_id, 'tiktok' AS platform,
                'creator' || (p % {creators}) AS handle, {_POSTED} AS posted_at,
                round(3 + (hash(p) % 1200) / 10.0, 1)::DOUBLE AS duration_s, 'video' AS media_type,
                p % 17 = 0 AS is_ad, 'caption ' || md5(p::VARCHAR) AS caption, ['tag' || (p % 7)] AS hashtags,
                'https://www.tiktok.com/@x/video/' || p AS url, 'made up' AS source, {_POSTED} AS observed_at
                FROM range({posts}) r(p)""",
                "creators": f"SELECT 'creator' || c AS handle, 'tiktok' AS platform, 'made up' AS source, "
                f"TIMESTAMPTZ '2025-01-01 00:00:00+00' AS observed_at FROM range({creators}) r(c)",
            },
        )
        for batch in range(5):
            commit(
                f"snapshots {batch}",
                {
                    "post_snapshots": f"""SELECT '7' || lpad(p::VARCHAR, 18, '0') AS post_id,
                    {_POSTED} + to_days((h * 9 + 1)::INTEGER) AS observed_at, 1000 * (h + 1) + p % 999 AS views,
                    p % 300 AS likes, p % 20 AS comments, p % 10 AS shares, p % 30 AS saves, p % 5 AS downloads,
                    false AS rounded, 'made up' AS source
                    FROM range({posts}) a(p), range({snapshots}) b(h) WHERE h % 5 = {batch}"""
                },
            )


_POSTED = "(TIMESTAMPTZ '2025-01-01 00:00:00+00' + to_seconds((p % 8000000)::BIGINT))"


def _sweep(folder: Path, accounts: int) -> None:
    """A new snapshot of posts of these accounts, in the journal or, if they are many, in the lake."""
    with _writing(folder) as commit:
        now = datetime.now(UTC)
        commit(
            f"sweep {now}",
            {
                "post_snapshots": f"""SELECT post_id, TIMESTAMPTZ '{now}' AS observed_at, 12345 AS views, 99 AS likes,
                'made up' AS source FROM posts WHERE substr(handle, 8)::INTEGER < {accounts}
                QUALIFY row_number() OVER (PARTITION BY handle ORDER BY post_id) <= {SWEPT_POSTS}"""
            },
        )


@contextmanager
def _writing(folder: Path) -> Iterator[Callable[[str, dict[str, str]], None]]:
    from dwell.records import TABLES
    from dwell.settings import Settings
    from dwell.warehouse import Batch, Store
    from dwell.warehouse.columns import DUCKDB, quote_name
    from dwell.warehouse.duckdb_connection import connect

    store = Store.open(Settings(data=folder), create=True)

    def commit(name: str, tables: dict[str, str]) -> None:
        with connect(Settings(memory="2GB")) as connection, store.writing() as writer:
            writer.attach(connection, ["posts"])
            for table, query in tables.items():
                columns = ", ".join(f"{quote_name(c.name)} {DUCKDB[c.kind]}" for c in TABLES[table].columns)
                connection.execute(f"CREATE TEMP TABLE new_{table} ({columns})").fetchall()
                connection.execute(f"INSERT INTO new_{table} BY NAME {query}").fetchall()
            batch = Batch(name, name, "made-up", "0" * 64, datetime.now(UTC), {})
            writer.commit(connection, batch, {table: f"new_{table}" for table in tables})

    yield commit


if __name__ == "__main__":
    main()
