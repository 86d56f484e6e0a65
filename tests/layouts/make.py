"""Makes the data folder of this version of dwell, small and with something of everything, to be kept for ever.

    python tests/layouts/make.py NAME

writes `tests/layouts/NAME.tar.xz`, which later versions must open. It is run once, with the code of a release, before
that code changes. Everything in the folder is simulated.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
OWN, RIVALS = "demo_kitchen", ("demo_pantry", "demo_bigtable")
QUESTIONS = {
    "status": ["status"],
    # The first releases compared posts by engagement rate, and by nothing else.
    "benchmarks": ["benchmarks", "--metric", "engagement_rate"],
    "posts": ["posts", "--creator", f"@{OWN}", "--metric", "engagement_rate"],
    "tiers": ["tiers", "--creator", f"@{OWN}", "--metric", "engagement_rate"],
    "trend": ["trend", "--creator", f"@{OWN}", "--every", "month", "--metric", "engagement_rate"],
    "score": ["score", "--creator", f"@{RIVALS[0]}"],
    "cost": ["cost", "--by", "endpoint"],
    "watchlists": ["watchlist", "list"],
    "schedules": ["schedule", "list"],
}
TRACKING = {"videos": ["videos"], "keys": ["keys", "list"], "webhooks": ["webhooks", "list"]}


def main(name: str) -> None:
    place = Path(__file__).resolve().parent / f"{name}.tar.xz"
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)  # stored paths are relative: nothing of this machine is in the folder
        os.environ.update(XDG_CONFIG_HOME="config", DWELL_DATA="data")
        fill()
        ask()
        dwell("backup", "backup.tar")
        subprocess.run(["rm", "-rf", "config", "data/cache", "data/scratch"], check=True)
        with tarfile.open(place, "w:xz") as packed:
            packed.add(".", name)
    sys.stdout.write(f"{place.name}: {place.stat().st_size:,} bytes\n")


def dwell(*words: str, code: int = 0) -> str:
    from dwell.cli.main import main as run

    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        status = run(list(words))
    if status != code:
        raise SystemExit(f"dwell {' '.join(words)} ended with {status}:\n{out.getvalue()}")
    return out.getvalue()


def fill() -> None:
    hints = write_files()
    sealed, hot = sorted(hints)[::2], sorted(hints)[1::2]
    for path in sealed:
        dwell("import", path, *hints[path])
    seal()
    for path in hot:
        dwell("import", path, *hints[path])
    live(faults="new_field", at=NOON)  # drift
    dwell("fit", "--creator", f"@{OWN}")


def write_files() -> dict[str, list[str]]:
    """The exports of the own account and a rival; path -> what a user says when importing it."""
    from dwell_sandbox.exports import write_exports

    Path("files").mkdir()
    words = {}
    for export in write_exports(Path("files"), seed=12, now=NOON):
        names = {"handle": "--creator", "as_of": "--as-of", "niche": "--niche"}
        path = f"files/{export.path.name}"
        if "bigtable" in path or "trailruns" in path:
            Path(path).unlink()
        else:
            words[path] = [word for key, value in export.hints.items() for word in (names[key], value)]
    Path("files/hints.json").write_text(json.dumps(words, indent=1))
    return words


def seal() -> None:
    import dwell as package

    package.open("data").store.seal()


def live(faults: str, at: datetime) -> None:
    from dwell_sandbox import World
    from dwell_sandbox.server.faults import ScriptedFault
    from dwell_sandbox.server.rate_limits import RateLimit
    from dwell_sandbox.server.sandbox import Sandbox
    from dwell_sandbox.server.serve import serve_in_thread
    from dwell_sandbox.server.simulated_clock import SimulatedClock

    rivals = [f"@{name}" for name in RIVALS]
    dwell("watchlist", "add", "rivals", *rivals, "#recipe")
    for number, days in enumerate((0, 1)):  # two days, so that something grows
        time_ = SimulatedClock(at + timedelta(days=days))
        limits = {name: RateLimit(0, 60.0) for name in ("tikliveapi", "scavio")}
        sandbox = Sandbox(World(12), time_, limits=limits)
        if number == 0:
            sandbox.script.set([ScriptedFault(faults, 2, endpoint="user-posts")])
        with serve_in_thread(sandbox) as url, provider(url):
            dwell("sweep", f"@{OWN}", *rivals, "@demo_nobody", "--posts", "35", "--topics", "1", "--niche", "cooking")
            if number == 0:
                track(url)
                dwell("trends", "--hashtag", "recipe")
                dwell("vet", rivals[0])
                with days_ago(2):
                    dwell("schedule", "add", "daily", "--watchlist", "rivals", "--posts", "35")
                dwell(
                    "schedule",
                    "add",
                    "weekly",
                    rivals[0],
                    "--every",
                    "monday",
                    "--at",
                    "06:30",
                    "--tz",
                    "Europe/Berlin",
                )
            else:
                dwell("run", "--once")
                dwell("sweep", rivals[1], "--posts", "70", "--max-credits", "1", "--fresh", code=1)  # unfinished
    correct()
    lose_a_request()
    leave_waiting()


def track(url: str) -> None:
    """Two videos, hour by hour; the worker is killed twice."""
    dwell("keys", "create", "--plan", "pro", "--credit", "5", "--name", "web app")
    dwell("webhooks", "add", "https://example.com/hook", "--event", "snapshot.created", "--event", "tracking.failed")
    posts = json.loads(dwell("posts", "--creator", f"@{OWN}", "--json"))["rows"]
    os.environ["DWELL_TRACK_INTERVAL_S"] = "3"
    for row in posts[:2]:
        dwell("track", f"https://www.tiktok.com/@{OWN}/video/{row['post_id']}", "--days", "1", "--metadata", "a=b")
    # Slots begin by the clock: it takes real seconds until some are polled, and until some are missed.
    for pause_s in (8, 0):
        command = [sys.executable, "-c", "from dwell.cli.main import run; run()", "worker"]
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        time.sleep(10)
        process.send_signal(signal.SIGKILL)
        process.wait()
        time.sleep(pause_s)
    del os.environ["DWELL_TRACK_INTERVAL_S"]


def correct() -> None:
    """Kept responses read by a better parser: corrected rows, not sealed yet."""
    from msgspec import structs

    from dwell.live import load_responses, replay, store_objects
    from dwell.providers.tikliveapi import parse
    from dwell.warehouse.store import Store

    whole, read_by, seal_if_due = parse.post, load_responses.parser_version, Store.seal_if_due
    parse.post = lambda item: structs.replace(whole(item), saves=(whole(item).saves or 0) + 1)
    Store.seal_if_due = lambda _self: 0
    load_responses.parser_version = store_objects.parser_version = replay.parser_version = lambda _: "a better one"
    try:
        dwell("replay")
    finally:
        parse.post, Store.seal_if_due = whole, seal_if_due
        load_responses.parser_version = store_objects.parser_version = replay.parser_version = read_by


def lose_a_request() -> None:
    """A sweep that is killed while its provider does not answer."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        with provider(f"http://127.0.0.1:{silent.getsockname()[1]}"):
            command = [sys.executable, "-c", "from dwell.cli.main import run; run()", "sweep", f"@{RIVALS[0]}"]
            process = subprocess.Popen([*command, "--posts", "105"], stderr=subprocess.DEVNULL)
        connection, _ = silent.accept()
        with connection:
            connection.recv(1)
            time.sleep(0.5)
            process.send_signal(signal.SIGKILL)
            process.wait()


def leave_waiting() -> None:
    """As a process leaves it that is killed between keeping a response and loading it."""
    with contextlib.closing(sqlite3.connect("data/live.db")) as state, state:
        state.execute(
            "UPDATE responses SET parsed_by = NULL WHERE response_id = (SELECT max(response_id) FROM responses)"
        )


@contextlib.contextmanager
def days_ago(days: int) -> Iterator[None]:
    from dwell import clock

    now = clock.now
    clock.now = lambda: now() - timedelta(days=days)
    yield
    clock.now = now


@contextlib.contextmanager
def provider(url: str) -> Iterator[None]:
    named = {"DWELL_TIKLIVEAPI_URL": f"{url}/tikliveapi", "DWELL_TIKLIVEAPI_KEY": "sandbox-key"}
    os.environ.update(named, DWELL_TIKLIVEAPI_LIMIT="1000/1")
    yield
    for name in named:
        del os.environ[name]


def ask() -> None:
    """What this version answers, for later ones to be held against."""
    Path("answers").mkdir()
    for name, words in (QUESTIONS | TRACKING).items():
        Path("answers", f"{name}.json").write_text(dwell(*words, "--json"))
    dwell("export", "all", "--format", "jsonl", "-o", "answers/tables")


if __name__ == "__main__":
    main(sys.argv[1])
