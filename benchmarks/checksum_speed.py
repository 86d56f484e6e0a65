"""What comparing checksums costs: `dwell benchmarks` as a whole process, beside the same code that compares nothing.

    python benchmarks/checksum_speed.py [--rows 10000000] [--runs 9] [--data FOLDER]

The two take turns in one run, so the ratio holds on a noisy machine. Promises: at most 5 % of `dwell benchmarks` over
10 M snapshots. `--snapshots` reads all snapshots instead of the roll-up. For appends see `append_speed.py`.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from command_time import _timed, fill

COMMAND = """
import sys
from dwell.cli.main import main
{prepare}
sys.exit(main([*'benchmarks --json --data'.split(), {data!r}]))
"""
WITHOUT = """
from dwell.disk import checksum
checksum.find_damage = lambda files: None
from dwell.warehouse import journal_checksum, journal_rows
journal_checksum.verify = journal_rows._compare = lambda *_: None
"""
SNAPSHOTS = """
from dwell.warehouse import rollup
rollup.is_usable = lambda *_: False
"""


def main() -> None:
    """Prints the medians and the ratios."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--rows", type=int, default=10_000_000)
    words.add_argument("--runs", type=int, default=9)
    words.add_argument("--data", type=Path, help="A folder that is there already.")
    words.add_argument("--snapshots", action="store_true")
    options = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = options.data or _make(Path(folder), options.rows)
        rest = SNAPSHOTS if options.snapshots else ""
        commands = [[sys.executable, "-c", COMMAND.format(prepare=p + rest, data=str(data))] for p in ("", WITHOUT)]
        for command in commands:
            _timed(command)  # compiles and caches the SQL text, and warms the disk cache
        runs = [[_timed(command) for command in commands] for _ in range(options.runs)]
    for number, name in enumerate(("with checksums", "without")):
        wall, cpu = (statistics.median(run[number][i] for run in runs) for i in (0, 1))
        print(f"{name:16} wall {wall:.3f} s, CPU {cpu:.3f} s (median of {options.runs})")
    for i, name in enumerate(("wall time", "CPU")):
        ratio = statistics.median(run[0][i] / run[1][i] for run in runs)
        print(f"ratio of {name} {ratio:.3f} (promise: at most 1.05)")


def _make(folder: Path, rows: int) -> Path:
    import dwell

    fill(folder, folder / "data", rows)
    dwell.open(folder / "data").store.seal()
    return folder / "data"


if __name__ == "__main__":
    main()
