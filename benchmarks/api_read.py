"""CPU of GET one video with 168 snapshots: the API, next to a bare handler for the same answer.

python benchmarks/api_read.py --rounds 5 --seconds 3

Baseline: Starlette and msgspec over raw sqlite3 in the thread pool, without keys, limits, ids, ETags or documentation.
Both servers read one live.db, one after the other in each round, on one process each; CPU is that of the server's
process, so that the load beside it does not count. Goal: at most 2.2 times the baseline's.

Then both are sent 300 requests a second, evenly, while a poller stores the snapshots of an account's 35 videos 3 times
a second in the same database: a provider's whole rate. Goal: p99 at most 3 times the baseline's.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

GOAL, P99_GOAL = 2.2, 3.0
RATE, POLLED_VIDEOS, POLLS_A_SECOND = 300, 35 * 200, 3.3
VIDEOS, SNAPSHOTS = 200, 168
KEY = "dwell_benchmark_0123456789abcdef"
START = datetime(2026, 6, 1, tzinfo=UTC)
_VIDEO = "SELECT * FROM tracked_videos WHERE video_id = ?"
_ROWS = (
    "SELECT slot, snapshot_id, snapshot_time, views, likes, comments, shares, saves, provider FROM tracked_snapshots"
    " WHERE video_id = ? ORDER BY slot"
)


def fill(folder: Path) -> str:
    """Videos with snapshots; returns their account."""
    from dwell.state import open_database
    from dwell.state.tracking_schema import tracked_snapshots, tracked_videos

    database = open_database(folder)
    account = "acc_1"
    with database.transaction() as connection:
        for number in range(VIDEOS):
            video = f"vid_{number}"
            connection.execute(
                tracked_videos.insert().values(
                    video_id=video, job_id=f"job_{number}", account_id=account, platform="tiktok",
                    post_id=str(7_350_810_998_023_949_599 + number), creator_key="user", handle="user",
                    is_deleted=False,
                    video_link=f"https://www.tiktok.com/@user/video/{7_350_810_998_023_949_599 + number}",
                    provider="tikliveapi", status="monitoring", duration_days=7, interval_us=3_600_000_000,
                    slots=SNAPSHOTS, price_micros=15_000, created_at=START, aligned_at=START, snapshots=SNAPSHOTS,
                    sequence=SNAPSHOTS, last_snapshot_at=START + timedelta(days=7), caption="Five minute pasta",
                )
            )  # fmt: skip
            connection.execute(
                tracked_snapshots.insert(),
                [
                    {
                        "video_id": video, "slot": slot, "snapshot_id": f"{video}-{slot}",
                        "snapshot_time": START + timedelta(hours=slot), "views": 1_250_000 + slot, "likes": 185_000,
                        "comments": 4_200, "shares": 12_500, "saves": 8_900, "provider": "tikliveapi",
                        "price_micros": 0,
                    }
                    for slot in range(SNAPSHOTS)
                ],
            )  # fmt: skip
    database.close()
    return account


def bare_app(folder: Path) -> Any:
    """The baseline."""
    import msgspec
    from starlette.applications import Starlette
    from starlette.responses import Response
    from starlette.routing import Route

    from dwell.clock import from_micros
    from dwell.tracking.objects import Snapshot

    class Video(msgspec.Struct):
        id: str
        status: str
        video_link: str
        snapshots: list[Snapshot]

    local = threading.local()
    encode = msgspec.json.Encoder().encode

    def get_video(request: Any) -> Response:
        connection = getattr(local, "connection", None)
        if connection is None:
            connection = local.connection = sqlite3.connect(folder / "live.db", isolation_level=None)
            connection.row_factory = sqlite3.Row
        video_id = request.path_params["video_id"]
        connection.execute("BEGIN")
        row = connection.execute(_VIDEO, (video_id,)).fetchone()
        cursor = connection.execute(_ROWS, (video_id,))
        cursor.row_factory = None
        snapshots = [
            Snapshot(
                id=snapshot_id, snapshot_id=snapshot_id, slot=slot, snapshot_time=from_micros(at),
                views=None if views is None else str(views), likes=None if likes is None else str(likes),
                comments=None if comments is None else str(comments), shares=None if shares is None else str(shares),
                saves=None if saves is None else str(saves), provider=provider,
            )
            for slot, snapshot_id, at, views, likes, comments, shares, saves, provider in cursor
        ]  # fmt: skip
        connection.execute("COMMIT")
        video = Video(video_id, row["status"], row["video_link"], snapshots)
        return Response(encode(video), media_type="application/json")

    return Starlette(routes=[Route("/api/v1/videos/{video_id}", get_video)])


def dwell_app(folder: Path, account: str) -> Any:
    """The API over the service."""
    from dwell.api.app import create_app
    from dwell.settings import Settings
    from dwell.state import open_database
    from dwell.tracking.plans import Plan
    from dwell.tracking.request_limiter import RequestLimiter
    from dwell.tracking.service import Caller, TrackingService

    database = open_database(folder)
    limiter = RequestLimiter(database)
    caller = Caller(account, "key_1", frozenset({"read"}), Plan("enterprise", 10_000_000, None))
    service = TrackingService(Settings.read(folder), database)
    service.authenticate = lambda _: caller  # type: ignore[method-assign]
    return create_app(service, limiter)


def serve(kind: str, folder: Path, account: str) -> None:
    """Runs one of the servers until it is terminated."""
    from dwell.api.server import serve as run

    app = bare_app(folder) if kind == "bare" else dwell_app(folder, account)
    run(app, "127.0.0.1", 0, lambda url: print(url, flush=True))


@contextlib.contextmanager
def running(kind: str, folder: Path, account: str) -> Iterator[tuple[int, str]]:
    """A server in a process of its own; yields its id and URL."""
    command = [sys.executable, __file__, "--serve", kind, "--folder", str(folder), "--account", account]
    environment = {"DWELL_TIKLIVEAPI_KEY": "benchmark", **os.environ}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        try:
            yield process.pid, process.stdout.readline().strip()
        finally:
            process.terminate()


def cpu_s(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def load(url: str, seconds: float, connections: int) -> list[float]:
    """Sends requests on several connections; returns how long each took."""
    place = urlsplit(url)
    end = time.perf_counter() + seconds
    times: list[float] = []

    def work(seed: int) -> None:
        draw = random.Random(seed)
        client = http.client.HTTPConnection(place.hostname or "", place.port)
        while (before := time.perf_counter()) < end:
            client.request("GET", f"/api/v1/videos/vid_{draw.randrange(VIDEOS)}", headers={"X-API-Key": KEY})
            answer = client.getresponse()
            body = answer.read()
            assert answer.status == 200, body
            times.append(time.perf_counter() - before)
        client.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def load_evenly(url: str, seconds: float, connections: int) -> list[float]:
    """Sends `RATE` requests a second, whether answers come or not; times count from when each was to be sent."""
    place = urlsplit(url)
    begun = time.perf_counter() + 0.2
    times: list[float] = []

    def work(number: int) -> None:
        draw = random.Random(number)
        client = http.client.HTTPConnection(place.hostname or "", place.port)
        for at in range(number, int(seconds * RATE), connections):
            due = begun + at / RATE
            time.sleep(max(0.0, due - time.perf_counter()))
            client.request("GET", f"/api/v1/videos/vid_{draw.randrange(VIDEOS)}", headers={"X-API-Key": KEY})
            client.getresponse().read()
            times.append(time.perf_counter() - due)
        client.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def poll(folder: Path) -> None:
    """Stores snapshots at a provider's rate until it is terminated."""
    from tracking_load import NOW, add_videos, service_account

    from dwell.state import due_slots, open_database, slot_results
    from dwell.state.readings import COUNTERS, Reading
    from dwell.tracking import slots
    from dwell.tracking.webhook_events import write_events

    database = open_database(folder)
    add_videos(database, service_account(database, folder), POLLED_VIDEOS, 35)
    print("polling", flush=True)
    now = NOW
    while True:
        claimed = due_slots.claim(database, f"poll-{time.monotonic()}", 1, now, 180.0)
        reading = Reading(now, now, "tikliveapi", dict.fromkeys(COUNTERS, 1_234_567), "creator")
        with database.transaction() as connection:
            results = [(one, reading) for one in claimed]
            slot_results.settle(connection, results, now, align=slots.align, on_events=write_events)
        if not claimed:
            now += timedelta(hours=1)
        time.sleep(1 / POLLS_A_SECOND)


@contextlib.contextmanager
def polling(folder: Path) -> Iterator[None]:
    """A poller in a process of its own."""
    command = [sys.executable, __file__, "--poll", "--folder", str(folder)]
    environment = {"DWELL_TIKLIVEAPI_KEY": "benchmark", **os.environ}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield
        finally:
            process.kill()


def check_answers(urls: dict[str, str]) -> None:
    """Both servers have the same snapshots."""
    answers = []
    for url in urls.values():
        place = urlsplit(url)
        client = http.client.HTTPConnection(place.hostname or "", place.port)
        client.request("GET", "/api/v1/videos/vid_7", headers={"X-API-Key": KEY})
        answers.append(json.loads(client.getresponse().read())["snapshots"])
        client.close()
    assert answers[0] == answers[1]
    assert len(answers[0]) == SNAPSHOTS


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--serve")
    parser.add_argument("--poll", action="store_true")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--account")
    options = parser.parse_args()
    if options.poll:
        poll(options.folder)
    if options.serve:
        serve(options.serve, options.folder, options.account)
        return
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        account = fill(folder)
        servers = {kind: stack.enter_context(running(kind, folder, account)) for kind in ("bare", "dwell")}
        check_answers({kind: url for kind, (_, url) in servers.items()})
        used: dict[str, list[float]] = {kind: [] for kind in servers}
        times: dict[str, list[float]] = {kind: [] for kind in servers}
        for _, url in servers.values():
            load(url, 1.0, options.connections)
        for _ in range(options.rounds):
            for kind, (pid, url) in servers.items():
                before = cpu_s(pid)
                taken = load(url, options.seconds, options.connections)
                used[kind].append((cpu_s(pid) - before) / len(taken))
                times[kind] += taken
        for kind in servers:
            each = sorted(times[kind])
            print(
                f"{kind:>6}: {1e6 * median(used[kind]):.0f} us CPU a request, {len(each):,} requests,"
                f" median {1e3 * median(each):.1f} ms, p99 {1e3 * each[int(len(each) * 0.99)]:.1f} ms"
            )
        ratio = median(ours / bare for ours, bare in zip(used["dwell"], used["bare"], strict=True))
        print(f"dwell / bare: {ratio:.2f} (goal: at most {GOAL})")
        with polling(folder):
            slowest: dict[str, list[float]] = {kind: [] for kind in servers}
            for _ in range(options.rounds):
                for kind, (_, url) in servers.items():
                    taken = sorted(load_evenly(url, options.seconds, 2 * options.connections))
                    slowest[kind].append(taken[int(len(taken) * 0.99)])
        shown = ", ".join(f"{kind} {1e3 * median(each):.1f} ms" for kind, each in slowest.items())
        ratio = median(ours / bare for ours, bare in zip(slowest["dwell"], slowest["bare"], strict=True))
        print(f"p99 at {RATE} requests a second beside a poller: {shown}, {ratio:.2f} (goal: at most {P99_GOAL})")


if __name__ == "__main__":
    main()
