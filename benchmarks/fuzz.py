"""`make fuzz`: new examples of the properties of tests/fuzz until the time is over, from another seed each time.

Every property gets the same share of the time. A finding is printed with the smallest example that was found, the
others go on, and nothing is saved. Exit code 1 where there was a finding.

    python benchmarks/fuzz.py 3600
    python benchmarks/fuzz.py 60 --property odd_cells_of_every_table --seed 123 --examples 40
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
        seconds: Of each property, on the clock.
        cpu_seconds: Of each property.
        findings: Properties that do not hold.
    """

    def __init__(self, importer: Importer, until: float, progress: Path) -> None:
        self.importer, self.until, self.progress = importer, until, progress
        self.examples, self.seconds, self.cpu_seconds = Counter[str](), Counter[str](), Counter[str]()
        self.findings: list[str] = []

    def examples_of_a_turn(self, name: str) -> int:
        """How many examples of a property take `TURN_S`, or what is left of the time."""
        pace = self.seconds[name] / self.examples[name] if self.examples[name] else TURN_S / 5
        return max(1, int(min(TURN_S, self.until - time.monotonic()) / max(pace, 1e-4)))

    def turn(self, name: str, seed: int, examples: int) -> None:
        """Some examples of a property: the same ones for the same seed and number."""
        options = f"--property {name} --seed {seed} --examples {examples}"
        self.progress.write_text(options)
        begun, cpu_begun, check = time.monotonic(), time.process_time(), PROPERTIES[name].check

        @hypothesis.seed(seed)
        @settings(
            max_examples=examples, database=None, deadline=None, print_blob=True,
            suppress_health_check=list(HealthCheck), phases=(Phase.generate, Phase.shrink),
        )  # fmt: skip
        @given(st.randoms(use_true_random=False))
        def holds(random: Random) -> None:
            self.examples[name] += 1
            faulthandler.dump_traceback_later(HANG_S, exit=True)
            check(self.importer, random)

        with _Finding(self, name, options):
            holds()
        faulthandler.cancel_dump_traceback_later()
        self.seconds[name] += time.monotonic() - begun
        self.cpu_seconds[name] += time.process_time() - cpu_begun


class _Finding:
    """Prints whatever a property raises, and goes on."""

    def __init__(self, run: Run, name: str, options: str) -> None:
        self.run, self.name, self.options = run, name, options

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if isinstance(error, Exception):
            self.run.findings.append(self.name)
            print(f"\nFINDING: {self.name} ({self.options})")
            traceback.print_exception(error, file=sys.stdout)
            sys.stdout.flush()
        return isinstance(error, Exception)


def fuzz(given_: argparse.Namespace) -> int:
    """Gives every property the same share of the time."""
    warnings.simplefilter("error")
    source, names = SystemRandom(), given_.property or list(PROPERTIES)
    with importing() as importer:
        run = Run(importer, time.monotonic() + given_.seconds, given_.progress)
        while time.monotonic() < run.until and (open_ := [name for name in names if name not in run.findings]):
            name = min(open_, key=lambda one: run.seconds[one])
            examples = run.examples_of_a_turn(name) if given_.examples is None else given_.examples
            run.turn(name, source.randrange(2**32) if given_.seed is None else given_.seed, examples)
            if given_.seed is not None:
                break
    for name in names:
        found = "FINDING" if name in run.findings else "holds"
        print(f"{name:35} {run.examples[name]:9,} examples {run.cpu_seconds[name]:9,.0f} s of CPU  {found}")
    print(f"{run.examples.total():,} examples, {run.cpu_seconds.total():,.0f} s of CPU, findings: {len(run.findings)}")
    return 1 if run.findings else 0


def main() -> int:
    """Runs the fuzzing in a process of its own: one that dies or hangs is a finding, too."""
    parser = argparse.ArgumentParser()
    parser.add_argument("seconds", type=float)
    parser.add_argument("--property", action="append", choices=list(PROPERTIES))
    parser.add_argument("--seed", type=int)
    parser.add_argument("--examples", type=int)
    parser.add_argument("--progress", type=Path, help=argparse.SUPPRESS)
    given_ = parser.parse_args()
    if given_.progress:
        faulthandler.enable()
        return fuzz(given_)
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
