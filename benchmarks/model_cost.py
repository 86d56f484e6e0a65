"""CPU of `dwell fit`, `audit` and `report` of one account of 140 posts, beside importing the libraries that they use.

    python benchmarks/model_cost.py [--posts 140] [--runs 3]

Every contestant is a process of its own, in turns; medians. Bars: `fit` under 2.5 times the CPU of importing numpy,
scipy.stats, sklearn.ensemble, sklearn.gaussian_process and mapie; `report` (with a fit and an audit inside) at most 3 s
beyond importing every module that it loads. The account is made up, from a seed.
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

import numpy as np

LIBRARIES = "import numpy, scipy.stats, sklearn.ensemble, sklearn.gaussian_process, mapie"
RUN = "from dwell.cli.main import run; run()"
MODULES = (
    "import sys, json, dwell; dwell.open(sys.argv[1]).report(creator='made_up', path=sys.argv[2]);"
    "json.dump([n for n, m in sys.modules.items() if getattr(m, '__file__', None)], open(sys.argv[3], 'w'))"
)
IMPORT = """
import sys, json, importlib
for name in json.load(open(sys.argv[1])):
    try:
        importlib.import_module(name)
    except Exception:
        pass
"""
DATED = ("--as-of", "2026-06-01")
FIRST_SECOND = 1_760_000_000
FIT_BAR, REPORT_BAR = 2.5, 3.0


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--posts", type=int, default=140)
    words.add_argument("--runs", type=int, default=3)
    options = words.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data, page, modules = str(folder / "data"), str(folder / "page.html"), str(folder / "modules.json")
        _cpu("-c", RUN, "import", _write(folder, options.posts), "--creator", "@made_up", *DATED, "--data", data)
        _cpu("-c", MODULES, data, page, modules)
        account = ("--creator", "@made_up", "--data", data)
        contestants = {
            "libraries": ("-c", LIBRARIES),
            "fit": ("-c", RUN, "fit", *account),
            "audit": ("-c", RUN, "audit", *account),
            "imports of report": ("-c", IMPORT, modules),
            "report": ("-c", RUN, "report", *account, "-o", page),
        }
        seconds: dict[str, list[float]] = {key: [] for key in contestants}
        for _ in range(options.runs):
            for key, command in contestants.items():
                shutil.rmtree(folder / "data" / "models", ignore_errors=True)  # so that the report fits, too
                seconds[key].append(_cpu(*command))
    taken = {key: median(values) for key, values in seconds.items()}
    for key, value in taken.items():
        print(f"{key:<18} {value:5.2f} s CPU, {value / taken['libraries']:.2f} times the libraries")
    beyond = taken["report"] - taken["imports of report"]
    print(f"fit / libraries {taken['fit'] / taken['libraries']:.2f} (under {FIT_BAR})")
    print(f"report beyond its imports {beyond:.2f} s (at most {REPORT_BAR})")


def _cpu(*arguments: str) -> float:
    """CPU seconds of a Python process with these arguments."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, env=os.environ)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _write(folder: Path, posts: int) -> str:
    """A table of posts whose counters say something about their watch time."""
    rng = np.random.default_rng(0)
    lengths, views = np.exp(rng.normal(3, 0.7, posts)).clip(4, 300), np.exp(rng.normal(12, 1, posts)).astype(int) + 1000
    quality = rng.normal(size=posts)
    ratio = 2 / (1 + np.exp(1 + (np.log(lengths) - 3) - 0.8 * quality + 0.3 * rng.normal(size=posts)))
    path = folder / "posts.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        names = ("likes", "comments", "shares", "saves")
        writer.writerow(("post_id", "duration_s", "views", *names, "avg_watch_s", "full_watch_rate"))
        for n in range(posts):
            identifier = ((FIRST_SECOND + 86_400 * n) << 32) + 7_777_777
            counts = [int(views[n] * rate * np.exp(0.5 * quality[n])) for rate in (0.03, 0.0006, 0.001, 0.002)]
            share = round(float(ratio[n]) / 3, 4)
            writer.writerow(
                (identifier, round(lengths[n], 1), views[n], *counts, round(ratio[n] * lengths[n], 2), share)
            )
    return str(path)


if __name__ == "__main__":
    main()
