"""`make fuzz`: new examples of the properties of tests/fuzz until the time is over, from another seed each time.

Every property gets the same share of the time. A finding is printed with the smallest example that was found, the
others go on, and nothing is saved. Exit code 1 where there was a finding.

    python benchmarks/fuzz.py 3600
    python benchmarks/fuzz.py 60 --property odd_cells_of_every_table --seed 123
"""

from __future__ import annotations

import argparse
import faulthandler
import os
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from pathlib import Path
from random import Random, SystemRandom

import hypothesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

sys.path.append(str(Path(__file__).parents[1] / "tests" / "fuzz"))

from importing import Importer, importing
from properties import PROPERTIES

HANG_S = 300
"""An example that takes longer hangs; one takes seconds."""
TURN_S = 20
"""A property has its turn for about so long."""


class Run:
    """One run of the fuzzing.

    Attributes:
        examples: Of each property, so far.
        seconds: Of CPU, of each property.
        findings: Properties that do not hold.
    """

    def __init__(self, importer: Importer, until: float, progress: Path) -> None:
        self.importer, self.until, self.progress = importer, until, progress
        self.examples, self.seconds = Counter[str](), Counter[str]()
        self.findings: list[str] = []

    def turn(self, name: str, seed: int) -> None:
        """Some examples of a property."""
        self.progress.write_text(f"--property {name} --seed {seed}")
        begun, check = time.process_time(), PROPERTIES[name].check
        pace = self.seconds[name] / self.examples[name] if self.examples[name] else TURN_S / 5

        @hypothesis.seed(seed)
        @settings(
            max_examples=max(5, int(TURN_S / max(pace, 1e-4))), database=None, deadline=None, print_blob=True,
            suppress_health_check=list(HealthCheck), phases=(Phase.generate, Phase.shrink),
        )  # fmt: skip
        @given(st.randoms(use_true_random=False))
        def holds(random: Random) -> None:
            self.examples[name] += 1
            faulthandler.dump_traceback_later(HANG_S, exit=True)
            check(self.importer, random)

        with _Finding(self, name, seed):
            holds()
        faulthandler.cancel_dump_traceback_later()
        self.seconds[name] += time.process_time() - begun


class _Finding:
    """Prints whatever a property raises, and goes on."""

    def __init__(self, run: Run, name: str, seed: int) -> None:
        self.run, self.name, self.seed = run, name, seed

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if isinstance(error, Exception):
            self.run.findings.append(self.name)
            print(f"\nFINDING: {self.name} (--property {self.name} --seed {self.seed})")
            traceback.print_exception(error, file=sys.stdout)
            sys.stdout.flush()
        return isinstance(error, Exception)


def fuzz(seconds: float, names: list[str], seed: int | None, progress: Path) -> int:
    """Gives every property the same share of the time."""
    warnings.simplefilter("error")
    source = SystemRandom()
    with importing() as importer:
        run = Run(importer, time.monotonic() + seconds, progress)
        while time.monotonic() < run.until and (open_ := [name for name in names if name not in run.findings]):
            name = min(open_, key=lambda one: run.seconds[one])
            run.turn(name, source.randrange(2**32) if seed is None else seed)
            if seed is not None:
                break
    for name in names:
        found = "FINDING" if name in run.findings else "holds"
        print(f"{name:35} {run.examples[name]:9,} examples {run.seconds[name]:9,.0f} s of CPU  {found}")
    print(f"{run.examples.total():,} examples, {run.seconds.total():,.0f} s of CPU, findings: {len(run.findings)}")
    return 1 if run.findings else 0


def main() -> int:
    """Runs the fuzzing in a process of its own: one that dies or hangs is a finding, too."""
    parser = argparse.ArgumentParser()
    parser.add_argument("seconds", type=float)
    parser.add_argument("--property", action="append", choices=list(PROPERTIES))
    parser.add_argument("--seed", type=int)
    parser.add_argument("--progress", type=Path, help=argparse.SUPPRESS)
    given_ = parser.parse_args()
    if given_.progress:
        faulthandler.enable()
        return fuzz(given_.seconds, given_.property or list(PROPERTIES), given_.seed, given_.progress)
    with tempfile.TemporaryDirectory(prefix="dwell-fuzz-") as folder:
        progress = Path(folder) / "progress"
        command = [sys.executable, __file__, *sys.argv[1:], "--progress", str(progress)]
        places = {"TMPDIR": folder, "XDG_CACHE_HOME": folder}
        status = subprocess.run(command, check=False, env={**os.environ, **places}).returncode
        if status not in {0, 1}:
            at = progress.read_text() if progress.exists() else "its start"
            print(f"FINDING: the process died or hung ({status}) at {at}")
    return 1 if status else 0


if __name__ == "__main__":
    sys.exit(main())
