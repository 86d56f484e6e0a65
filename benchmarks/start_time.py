"""CPU of whole commands on the demo's folder: lists beside `dwell --help`, questions beside `import duckdb`.

    python benchmarks/start_time.py [--data dwell-demo/data] [--runs 5]

Without `--data` it makes the folder first, with `dwell demo`. All take turns in one run. Promises: a list at most twice
`dwell --help`, a question at most twice `import duckdb` and its query. Statistics (`tiers`, `audit`, `findings`,
`score`, `retention`) import SciPy or scikit-learn as well. Last, what each of 30 small files costs in one import
after the first: tables of one's own, and a scraper's JSON lines.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

BASELINES = {
    "--help": ["--help"],
    "import duckdb": [],
}
LISTS = ("imports", "models list", "cost", "limits", "accounts", "watchlist list", "videos")
QUESTIONS = (
    *("status", "benchmarks", "sql SELECT/**/count(*)/**/FROM/**/posts", "posts", "trend", "posting-times", "growth"),
    *("tiers", "retention", "audit", "findings", "score"),
)
OF_ALL = {"status", "benchmarks", "sql SELECT/**/count(*)/**/FROM/**/posts"}
SMALL_FILES = 30
PLAIN = "import duckdb; print(duckdb.connect().execute('SELECT count(*) FROM range(1000)').fetchall())"


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--data", type=Path)
    words.add_argument("--creator", default="@demo_kitchen")
    words.add_argument("--runs", type=int, default=5)
    options = words.parse_args()
    dwell = str(Path(sys.executable).with_name("dwell"))
    with tempfile.TemporaryDirectory() as folder:
        if options.data is None:
            options.data = Path(folder) / "demo" / "data"
            _cpu([dwell, "demo", "--folder", str(options.data.parent)])
        measure(dwell, options.data, options.creator, options.runs)
        measure_small_files(dwell, Path(folder), options.runs)


def measure(dwell: str, data: Path, creator: str, runs: int) -> None:
    """Run all commands in turns, and print the medians."""
    commands = {name: [dwell, *given] for name, given in BASELINES.items()}
    commands["import duckdb"] = [sys.executable, "-c", PLAIN]
    for name in (*LISTS, *QUESTIONS):
        whose = [] if name in OF_ALL or name in LISTS else ["--creator", creator]
        commands[name] = [dwell, *name.split(), *whose, "--data", str(data)]
    for command in commands.values():
        _cpu(command)  # compiles queries and modules
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            seconds[name].append(_cpu(command))
    middle = {name: statistics.median(times) for name, times in seconds.items()}
    for name, value in middle.items():
        base = "--help" if name in LISTS else "import duckdb"
        print(f"{name:45} {value:6.2f} s of CPU, {value / middle[base]:5.2f} x {base}")


def measure_small_files(dwell: str, folder: Path, runs: int) -> None:
    """Prints the medians of `dwell --help` and of a file more in one import."""
    for form, write in (("csv", _csv), ("jsonl", _json_lines)):
        for name, number_of_files in (("one", 1), ("all", SMALL_FILES)):
            (folder / f"{name}-{form}").mkdir()
            for number in range(number_of_files):
                (folder / f"{name}-{form}" / f"{number:02}.{form}").write_text(write(number))
    helps: list[float] = []
    files: dict[str, list[float]] = {"csv": [], "jsonl": []}
    for run in range(runs):
        helps.append(_cpu([dwell, "--help"]))
        for form, seconds in files.items():
            one, every = (
                _cpu([dwell, "import", str(place), "--as-of", "2026-11-01", "--data", f"{place}-{run}"])
                for place in (folder / f"one-{form}", folder / f"all-{form}")
            )
            seconds.append((every - one) / (SMALL_FILES - 1))
    for form, seconds in files.items():
        file, help_ = statistics.median(seconds), statistics.median(helps)
        print(f"{f'a small .{form} more in one import':45} {file:6.2f} s of CPU, {file / help_:5.2f} x --help")


def _posts(number: int) -> Iterator[tuple[int, datetime, int, list[int]]]:
    """The id, the time of publishing, a number and the counters of 50 posts."""
    for place in range(50):
        posted = 1_700_000_000 + (number * 50 + place) * 3600
        views = 1000 + (posted * 7919) % 900_000
        counters = [views // share for share in (1, 10, 100, 200, 300)]
        yield (posted << 32) + 12345 + place, datetime.fromtimestamp(posted, UTC), place, counters


def _csv(number: int) -> str:
    """A table of one's own."""
    header = "post_id,creator,posted_at,caption,duration_s,views,likes,comments,shares,saves"
    rows = [
        f"{post_id},@made_up,{at:%Y-%m-%dT%H:%M:%SZ},caption {place},{5 + place},{','.join(map(str, counters))}"
        for post_id, at, place, counters in _posts(number)
    ]
    return "\n".join([header, *rows])


def _json_lines(number: int) -> str:
    """Objects with the names of a common TikTok scraper's, links among them."""
    names = ("playCount", "diggCount", "commentCount", "shareCount", "collectCount")
    return "\n".join(
        json.dumps(
            {
                "id": str(post_id),
                "webVideoUrl": f"https://www.tiktok.com/@made_up/video/{post_id}",
                "text": f"caption {place}",
                "createTimeISO": f"{at:%Y-%m-%dT%H:%M:%S.000Z}",
                "authorMeta": {"name": "made_up", "fans": 5000},
                "videoMeta": {"duration": 5 + place},
                **dict(zip(names, counters, strict=True)),
            }
        )
        for post_id, at, place, counters in _posts(number)
    )


def _cpu(command: list[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
