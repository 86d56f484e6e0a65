"""Stops real commands by Ctrl-C and SIGTERM at random instants of their life.

A script of its own, `stop_commands.py RUNS SEED [COMMAND...]`, and what `test_stopping.py` uses. Prints a JSON object
with what happened; its list `wrong` must be empty.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from dwell_sandbox import World
from dwell_sandbox.exports import write_exports
from dwell_sandbox.server.sandbox import Sandbox
from dwell_sandbox.server.serve import serve_in_thread
from dwell_sandbox.server.simulated_clock import SimulatedClock

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
OWN = "@demo_kitchen"
SIGNALS = (signal.SIGINT, signal.SIGTERM)
SERVERS = frozenset({"serve", "worker", "run", "sandbox"})
_TEMPORARY = r"work-.*|\.dwell-.*|dwell-(spill|export).*"
LONGEST_S = 8.0
"""A server is stopped within so many seconds of its start."""


class Bench:
    """A folder with data, and what is run on it.

    Attributes:
        root: Where everything is.
        environment: Of the commands.
        wrong: What should not have happened.
        counts: How the commands ended.
    """

    def __init__(self, root: Path, url: str) -> None:
        self.root = root
        self.data = root / "data"
        temporary = root / "tmp"
        temporary.mkdir()
        self.environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            "TMPDIR": str(temporary),
            "XDG_CACHE_HOME": str(root / "cache"),
            "DWELL_DATA": str(self.data),
            "DWELL_TIKLIVEAPI_URL": f"{url}/tikliveapi",
            "DWELL_TIKLIVEAPI_KEY": "sandbox-key",
        }
        self.wrong: list[str] = []
        self.counts: Counter[str] = Counter()
        (root / "exports").mkdir()
        exports = write_exports(root / "exports", seed=7, now=NOW)
        self.table = next(export.path for export in exports if export.path.name.startswith("apify"))
        self.watched = next(export.path for export in exports if "watch" in export.path.name)
        self.commands: Mapping[str, Sequence[str]] = {
            "posts": ("posts", "--creator", OWN),
            "benchmarks": ("benchmarks", "--json"),
            "import": ("import", str(root / "exports"), "--as-of", "2026-06-10", "--data", str(root / "imported")),
            "report": ("report", "--creator", OWN, "-o", str(root / "report.html")),
            "fit": ("fit", "--creator", OWN),
            "export": ("export", "all", "--format", "csv", "-o", str(root / "export")),
            "sweep": ("sweep", OWN, "@demo_pantry", "--posts", "70", "--fresh"),
            "vet": ("vet", "@demo_pantry"),
            "seal": ("seal",),
            "check": ("check",),
            "backup": ("backup", str(root / "backup.tar")),
            "replay": ("replay",),
            "run": ("run",),
            "serve": ("serve", "--port", "0"),
            "worker": ("worker",),
            "sandbox": ("sandbox", "--port", "0"),
            "help": ("--help",),
            "watchlist": ("watchlist", "add", "rivals", OWN),
        }
        self.seconds: dict[str, float] = {}

    def fill(self) -> None:
        """Give the folder what every command needs."""
        self.do("import", str(self.table), "--as-of", "2026-06-10")
        self.do("import", str(self.watched), "--creator", OWN)
        self.do("sweep", OWN, "--posts", "35")
        self.do("schedule", "add", "daily", OWN)

    def do(self, *words: str) -> None:
        """Run a command to its end."""
        done = subprocess.run(self._argv(words), env=self.environment, capture_output=True, text=True, check=False)
        if done.returncode:
            self.wrong.append(f"{words}: {done.returncode} {done.stderr[-500:]}")

    def measure(self, name: str) -> float:
        """Seconds that a command takes undisturbed; of a server how long it may live."""
        if name not in self.seconds and name not in SERVERS:
            begun = time.monotonic()
            self.do(*self.commands[name])
            self.seconds[name] = time.monotonic() - begun
        return self.seconds.get(name, LONGEST_S)

    def stop(self, name: str, number: signal.Signals, after_s: float) -> None:
        """Run a command and stop it after so many seconds; notes whatever is wrong then."""
        words = self.commands[name]
        if name == "import":
            shutil.rmtree(self.root / "imported", ignore_errors=True)
        with subprocess.Popen(
            self._argv(words), env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            time.sleep(after_s)
            process.send_signal(number)
            try:
                out, err = process.communicate(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                out, err = process.communicate()
                self.wrong.append(f"{name}: {number.name} after {after_s:.2f} s has no effect")
        self._judge(f"{name} after {after_s:.2f} s of {number.name}", process.returncode, out, err, number)

    def _judge(self, what: str, status: int, out: str, err: str, number: signal.Signals) -> None:
        name = what.partition(" ")[0]
        lines = [line for line in err.splitlines() if line.startswith(("dwell:", '{"error"'))]
        begun = re.search(r'File "[^"]*/dwell/', err) is not None
        starting = status == -number or "init_import_site" in err
        if 'File "' in err and not begun and starting:  # Python itself was
            self.counts["before our first line"] += 1
        elif "Traceback" in err or "Exception ignored" in err:
            self.wrong.append(f"{what}: traceback: {err[-2_000:]}")
        elif status == 128 + number and len(lines) == 1:
            self.counts["stopped"] += 1
        elif status == -number and not err:
            self.counts["before our first line"] += 1
        elif status == 0 and name not in SERVERS:
            self.counts["done"] += 1
        else:
            self.wrong.append(f"{what}: {status}: {err[-500:]}")
        left = [path for path in self.root.rglob("*") if re.fullmatch(_TEMPORARY, path.name)]
        if left:
            self.wrong.append(f"{what}: left {left}")
            for path in left:
                shutil.rmtree(path, ignore_errors=True)

    def _argv(self, words: Sequence[str]) -> list[str]:
        # Ctrl-C is ignored in what a shell runs in the background, as a test run may be.
        code = "import signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); from dwell.__main__ import run; run()"
        return [sys.executable, "-c", code, *words]


@contextmanager
def open_bench() -> Iterator[Bench]:
    """A bench with a sandbox."""
    sandbox = Sandbox(World(7), SimulatedClock(NOW), key="sandbox-key")
    with tempfile.TemporaryDirectory() as folder, serve_in_thread(sandbox) as url:
        yield Bench(Path(folder), url)


def main() -> None:
    """The script."""
    runs, generator = int(sys.argv[1]), random.Random(int(sys.argv[2]))
    with open_bench() as bench:
        bench.fill()
        names = sys.argv[3:] or list(bench.commands)
        for index in range(runs):
            name = names[index % len(names)]
            bench.stop(name, generator.choice(SIGNALS), generator.random() * 1.05 * bench.measure(name))
        for words in (("check",), bench.commands["sweep"], bench.commands["import"]):
            bench.do(*words)
        sys.stdout.write(json.dumps({"wrong": bench.wrong, "counts": bench.counts, "seconds": bench.seconds}, indent=1))


if __name__ == "__main__":
    main()
