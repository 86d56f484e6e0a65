"""Where a Spark Connect server begins to pay: the same questions by DuckDB in this process and by servers.

    python benchmarks/engine_speed.py [--rows 100000 1000000 10000000] [--runs 3] [--engine sc://127.0.0.1:15002]

Without `--engine`, a Sail server is started here. Everything runs on this machine, so a server is measured with the
same cores and disk as DuckDB (the baseline); a cluster has more of both. Wall time is that of a question as a user asks
it, in a new snapshot with its session, after one question that warms server and disk; answers are compared.
"""

from __future__ import annotations

import argparse
import math
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from command_time import fill

import dwell
from dwell.results import Result

START_S = 60
QUESTIONS: dict[str, Callable[[Any], Result]] = {
    "status": lambda ws: ws.status(),
    "benchmarks": lambda ws: ws.benchmarks(),
    "posts of one account": lambda ws: ws.posts(creator="@maker_1", limit=50),
    "growth of one account": lambda ws: ws.growth(creator="@maker_1"),
}


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000, 10_000_000], help="snapshots")
    words.add_argument("--runs", type=int, default=3)
    words.add_argument("--engine", action="append", help="address of a running server; may be given more than once")
    options = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="dwell-engines-") as folder, _servers(options.engine) as servers:
        for rows in options.rows:
            place = Path(folder) / str(rows)
            place.mkdir()
            fill(place, place / "data", rows)
            dwell.open(place / "data").seal()
            _report(rows, _measure(place / "data", ["duckdb", *servers], options.runs))


def _measure(data: Path, engines: list[str], runs: int) -> dict[str, dict[str, list[float]]]:
    """Wall seconds by question and engine, in turns."""
    found: dict[str, dict[str, list[float]]] = {name: {engine: [] for engine in engines} for name in QUESTIONS}
    for name, question in QUESTIONS.items():
        answers = {engine: question(dwell.open(data, engine=engine)) for engine in engines}
        for engine, answer in answers.items():
            if not _same(answer, answers["duckdb"]):
                raise SystemExit(f"{name}: {engine} answers differently")
        for _ in range(runs):
            for engine in engines:
                workspace = dwell.open(data, engine=engine)  # a new one knows no results
                started = time.perf_counter()
                question(workspace)
                found[name][engine].append(time.perf_counter() - started)
    return found


def _same(ours: Result, theirs: Result) -> bool:
    def equal(left: Any, right: Any) -> bool:
        if isinstance(left, float) and isinstance(right, float):
            return math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-12)
        return bool(left == right)

    cells = zip(ours.rows, theirs.rows, strict=True)
    return all(equal(left, right) for mine, other in cells for left, right in zip(mine, other, strict=True))


def _report(rows: int, found: dict[str, dict[str, list[float]]]) -> None:
    print(f"{rows:,} snapshots, wall seconds (median)")
    for name, engines in found.items():
        middle = {engine: statistics.median(times) for engine, times in engines.items()}
        base = middle["duckdb"]
        print(f"  {name:24}" + "  ".join(f"{one} {wall:.2f} ({wall / base:.1f}x)" for one, wall in middle.items()))


@contextmanager
def _servers(given: list[str] | None) -> Iterator[list[str]]:
    """The given servers, or a Sail server of our own."""
    if given:
        yield given
        return
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    sail = Path(sys.executable).with_name("sail")
    server = subprocess.Popen(
        [str(sail), "spark", "server", "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + START_S
        while socket.socket().connect_ex(("127.0.0.1", port)) and time.monotonic() < deadline:
            time.sleep(0.2)
        yield [f"sc://127.0.0.1:{port}"]
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
