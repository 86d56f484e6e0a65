"""A sandbox and sweeps against it, each in its own process: what the live benchmarks share."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

DWELL = [str(Path(sys.executable).with_name("dwell"))]
SEED = 0


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox.

    Attributes:
        url: Its address.
    """

    url: str

    def environment(self, limit: str | None = None) -> dict[str, str]:
        """What a process needs to be pointed at it; `limit` as in `DWELL_TIKLIVEAPI_LIMIT`."""
        said = {"DWELL_TIKLIVEAPI_URL": f"{self.url}/tikliveapi", "DWELL_TIKLIVEAPI_KEY": "sandbox-key"}
        said |= {"DWELL_SCAVIO_URL": f"{self.url}/scavio", "DWELL_SCAVIO_KEY": "sandbox-key"}
        said |= {"DWELL_TIKLIVEAPI_LIMIT": limit, "DWELL_SCAVIO_LIMIT": limit} if limit else {}
        return {**os.environ, **said}

    def calls(self) -> list[dict[str, Any]]:
        """Every request that it saw."""
        with urlopen(f"{self.url}/sandbox/calls") as answer:
            return json.load(answer)["calls"]

    def seconds(self) -> float:
        """From the first request that it saw to the last."""
        first, last = (datetime.fromisoformat(self.calls()[at]["simulated_at"]) for at in (0, -1))
        return (last - first).total_seconds()

    def reset(self) -> None:
        """Forgets requests and credits."""
        with urlopen(Request(f"{self.url}/sandbox/reset", method="POST")) as answer:
            answer.read()


@contextmanager
def running(*options: str, seed: int = SEED) -> Iterator[Sandbox]:
    """A sandbox in a process of its own; ends with the block."""
    command = [*DWELL, "sandbox", "--port", "0", "--seed", str(seed), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        url = next(
            line.split("=")[1].strip().removesuffix("/tikliveapi") for line in lines if "TIKLIVEAPI_URL=" in line
        )
        yield Sandbox(url)
    finally:
        process.terminate()
        process.wait(60)  # a busy machine takes its time


def handles(count: int, posts: int, seed: int = SEED, at: datetime | None = None) -> list[str]:
    """Names of simulated accounts that are there at an instant (now) and have so many posts then."""
    from dwell_sandbox import World

    world, now = World(seed), at or datetime.now(UTC)
    found: list[str] = []
    number = 5
    while len(found) < count:
        handle = world.creator_by_number(number).handle
        there = world.status(handle, now).state == "ok"
        if there and world.profile(handle, now).post_count >= posts:
            found.append(f"@{handle}")
        number += 1
    return found


@dataclass(frozen=True)
class Swept:
    """One sweep: `seconds` by the clock, `cpu_s` of its process, its exit code and its JSON."""

    seconds: float
    cpu_s: float
    code: int
    answer: dict[str, Any]


def sweep(words: Sequence[str], data: Path, environment: dict[str, str]) -> Swept:
    """Runs `dwell sweep` to its end in a process of its own."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    command = [*DWELL, "sweep", *words, "--json", "--data", str(data)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if done.returncode not in {0, 1} or not done.stdout:
        raise SystemExit(f"the sweep failed: {done.stderr}")
    return Swept(seconds, cpu, done.returncode, json.loads(done.stdout))
