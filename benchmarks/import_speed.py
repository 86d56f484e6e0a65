"""Import against the least that any import must do: DuckDB parsing the same file into a temporary table.

Makes an invented Apify-like CSV and invented web items as JSON lines (seeded), then runs parse and import in turns,
each in a process of its own, and prints the ratio of CPU, the wall time and the peak memory. The promise: at most 4x
the CPU of the parse, and under 600 MB whatever the size.

    python benchmarks/import_speed.py --rows 500000
    python benchmarks/import_speed.py --gb 5 --kinds csv --turns 1
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import duckdb

# Bytes of one made-up row, to turn --gb into rows.
ROW_BYTES = {"csv": 400, "jsonl": 1110}

_POSTS = """
    SELECT i, ts, (ts << 32) + (hash(i, 'id', {seed}) % 4294967296)::BIGINT AS id, i // 40 AS maker
    FROM (SELECT i, (1600000000 + hash(i, 'ts', {seed}) % 100000000)::BIGINT AS ts FROM range({rows}) r(i))
"""
_CSV = """
    SELECT hash(maker, 'a') % 1000 AS "authorMeta/digg", hash(maker, 'b') % 3000000 AS "authorMeta/fans",
        hash(maker, 'c') % 900 AS "authorMeta/following", hash(maker, 'd') % 30000000 AS "authorMeta/heart",
        6111762032638747127 + maker AS "authorMeta/id", 'maker_' || maker AS "authorMeta/name",
        'Maker ' || maker AS "authorMeta/nickName", 'false' AS "authorMeta/privateAccount",
        'false' AS "authorMeta/ttSeller", 'false' AS "authorMeta/verified", 72 AS "authorMeta/video",
        hash(i, 'e') % 5000 AS "commentCount", hash(i, 'f') % 90000 AS "diggCount",
        hash(i, 'g') % 9000000 AS "playCount", hash(i, 'h') % 3000 AS "shareCount",
        hash(i, 'j') % 9000 AS "collectCount",
        'Caption number ' || i || ' of a #tag' || hash(i, 'k') % 5000 || ' and "things" people say #daily' AS "text",
        'false' AS "isSponsored", 'false' AS "isAd", '540p' AS "videoMeta/definition",
        hash(i, 'l') % 90 + 5 AS "videoMeta/duration", 'mp4' AS "videoMeta/format", 1024 AS "videoMeta/height",
        576 AS "videoMeta/width", 'https://www.tiktok.com/@maker_' || maker || '/video/' || id AS "webVideoUrl",
        strftime(make_timestamp(ts * 1000000), '%Y-%m-%dT%H:%M:%S.000Z') AS "createTimeISO", ts AS "createTime",
        id AS "id",
        7000000000000000000 + hash(i, 'm') % 1000000 AS "musicMeta/musicId", 'original sound' AS "musicMeta/musicName",
        'true' AS "musicMeta/musicOriginal", 'en' AS "textLanguage", 'US' AS "locationCreated"
    FROM posts
"""
_JSON = """
    SELECT to_json({{'CategoryType': 120, 'author': {{'id': (6303383364642460023 + maker)::VARCHAR,
            'uniqueId': 'maker_' || maker, 'nickname': 'Maker ' || maker, 'secUid': 'MS4wLj' || md5(maker::VARCHAR),
            'verified': false, 'privateAccount': false}},
        'authorStats': {{'diggCount': 41200, 'followerCount': hash(maker, 'b') % 3000000, 'followingCount': 125,
            'heart': 142800000, 'heartCount': 142800000, 'videoCount': 380}},
        'challenges': [{{'id': '1', 'title': 'daily'}}, {{'id': '2', 'title': 'tag' || hash(i, 'k') % 5000}}],
        'collected': false, 'createTime': ts, 'desc': 'Caption number ' || i || ' #daily', 'digged': false,
        'duetDisplay': 0, 'id': id::VARCHAR, 'isAd': false, 'itemCommentStatus': 0,
        'music': {{'id': (7000000000000000000 + hash(i, 'm') % 1000000)::VARCHAR, 'title': 'original sound',
            'duration': 21, 'original': true, 'isCopyrighted': false}},
        'stats': {{'collectCount': hash(i, 'j') % 9000, 'commentCount': hash(i, 'e') % 5000,
            'diggCount': hash(i, 'f') % 90000, 'playCount': hash(i, 'g') % 9000000, 'shareCount': hash(i, 'h') % 3000}},
        'statsV2': {{'collectCount': (hash(i, 'j') % 9000)::VARCHAR, 'commentCount': (hash(i, 'e') % 5000)::VARCHAR,
            'diggCount': (hash(i, 'f') % 90000)::VARCHAR, 'playCount': (hash(i, 'g') % 9000000)::VARCHAR,
            'repostCount': '0', 'shareCount': (hash(i, 'h') % 3000)::VARCHAR}},
        'textLanguage': 'en', 'video': {{'id': id::VARCHAR, 'duration': hash(i, 'l') % 90 + 5, 'height': 1024,
            'width': 576, 'ratio': '540p', 'definition': '540p', 'format': 'mp4', 'bitrate': 672824, 'VQScore': '0'}},
        'collectTime': 1750000000 + i // 100000 * 3600}}) AS line
    FROM posts
"""

_PARSE = """
import sys, duckdb
connection = duckdb.connect(config={"memory_limit": "256MB", "temp_directory": sys.argv[2]})
connection.execute("SET enable_progress_bar = false")
connection.execute(f"CREATE TEMP TABLE parsed AS SELECT * FROM {sys.argv[3]}('{sys.argv[1]}')").fetchall()
"""
_IMPORT = """
import sys, dwell
done = dwell.open(sys.argv[2], create=True).import_files([sys.argv[1]], as_of="2026-03-22")
if done.failures:
    sys.exit(str(done.failures))
"""


@dataclass(frozen=True)
class Run:
    """What one process used."""

    cpu: float
    wall: float
    memory: float


def make(path: Path, kind: str, rows: int, seed: int) -> None:
    """Writes a made-up file."""
    posts = f"WITH posts AS ({_POSTS.format(rows=rows, seed=seed)})"
    options = "HEADER" if kind == "csv" else "HEADER false, QUOTE '', ESCAPE '', DELIM '\x01'"
    query = f"{posts} {_CSV if kind == 'csv' else _JSON.format()}"
    with duckdb.connect(config={"memory_limit": "400MB", "preserve_insertion_order": "false"}) as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(f"COPY ({query}) TO '{path}' (FORMAT csv, {options})").fetchall()


def measure(code: str, *arguments: str) -> Run:
    """Runs Python code in a process of its own."""
    import time

    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", code, *arguments])
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit("a measured process failed")
    return Run(usage.ru_utime + usage.ru_stime, time.perf_counter() - start, usage.ru_maxrss / 1024)


def compare(kind: str, rows: int, turns: int, scratch: Path) -> str:
    """One line of the table: medians over the turns, the ratio from each turn's own pair."""
    path = scratch / f"made-up.{kind}"
    make(path, kind, rows, seed=7)
    reader = "read_csv" if kind == "csv" else "read_json_auto"
    pairs = []
    for turn in range(turns):
        parse = measure(_PARSE, str(path), str(scratch / "spill"), reader)
        data = scratch / f"data-{turn}"
        pairs.append((parse, measure(_IMPORT, str(path), str(data))))
        shutil.rmtree(data)
    size = path.stat().st_size / 1e6
    path.unlink()
    ratio = statistics.median(done.cpu / parse.cpu for parse, done in pairs)
    parsed, done = (
        Run(*(statistics.median(getattr(run[side], what) for run in pairs) for what in ("cpu", "wall", "memory")))
        for side in (0, 1)
    )
    return (
        f"{kind:<6}{rows:>12,}{size:>9,.0f}{parsed.cpu:>10.1f}{done.cpu:>11.1f}{ratio:>8.2f}"
        f"{parsed.wall:>10.1f}{done.wall:>11.1f}{max(run.memory for _, run in pairs):>10.0f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=500_000, help="rows of each file")
    parser.add_argument("--gb", type=float, help="size of each file instead")
    parser.add_argument("--turns", type=int, default=3, help="pairs of parse and import")
    parser.add_argument("--kinds", nargs="+", choices=sorted(ROW_BYTES), default=sorted(ROW_BYTES))
    parser.add_argument("--scratch", type=Path, help="folder for the files; a temporary one otherwise")
    options = parser.parse_args()
    print("file          rows       MB  parse CPU  import CPU  ratio  parse s   import s    MB RSS", flush=True)
    with tempfile.TemporaryDirectory(dir=options.scratch) as scratch:
        for kind in options.kinds:
            rows = int(options.gb * 1e9 / ROW_BYTES[kind]) if options.gb else options.rows
            print(compare(kind, rows, options.turns, Path(scratch)), flush=True)


if __name__ == "__main__":
    main()
