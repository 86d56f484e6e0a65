"""kill -9 of tracking workers, or of the PostgreSQL server, at random moments: every slot is accounted for.

python benchmarks/tracking_kills.py                                 # SQLite, 3 workers, 400 videos of 24 slots
python benchmarks/tracking_kills.py --state postgresql
python benchmarks/tracking_kills.py --state postgresql --server     # the server is killed as well

Three workers poll a sandbox that injects faults; they are killed at random, and their clocks step back and forth by
some seconds. An interval is a few seconds instead of an hour. At the end: each slot of each video is exactly one
snapshot or one gap; the balance is the sum of its entries; each snapshot has exactly one charge, and each charge one
snapshot; each event was delivered at least once, and the sequence numbers of each video have no hole; every snapshot
is in the tables of the data folder, with the same counters.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from contextlib import nullcontext
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from sandboxed import handles, running
from sqlalchemy import func, select, update
from sweep_kills import postgresql

import dwell
from dwell.state import StateDatabase
from dwell.state.tracking_schema import accounts, balance_entries, tracked_gaps, tracked_snapshots, tracked_videos
from dwell.state.webhook_schema import webhook_deliveries
from dwell.tracking.loader import load_if_free
from dwell.tracking.service import TrackingService
from dwell.tracking.webhook_sender import WebhookSender
from dwell.tracking.webhooks import read_allowed

WORKER = """
import signal, sys, threading
from datetime import timedelta
import dwell
from dwell import clock
from dwell.tracking.service import TrackingService
from dwell.tracking.webhook_sender import WebhookSender
from dwell.tracking.webhooks import read_allowed
from dwell.tracking.worker import Worker
data, step_file, loads = sys.argv[1:]
real = clock.now
def now():
    try:
        return real() + timedelta(seconds=float(open(step_file).read() or 0))
    except (OSError, ValueError):
        return real()
clock.now = now
ws = dwell.open(data)
database = ws.live.database
service = TrackingService(ws.settings, database)
sender = WebhookSender(database, read_allowed())
stop = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stop.set())
with Worker(ws.settings, database, service, ws.store if loads == "1" else None, {"webhooks": sender.run}):
    stop.wait()
sender.close()
service.close()
"""
DAYS, SLOTS = 1, 24


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--videos", type=int, default=400)
    parser.add_argument("--accounts", type=int, default=20)
    parser.add_argument("--interval", type=float, default=4.0)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--state", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--server", action="store_true", help="kill PostgreSQL as well as workers")
    options = parser.parse_args()
    with postgresql() if options.state == "postgresql" else nullcontext() as server:
        measure(options, server)


def measure(options: argparse.Namespace, server: Any) -> None:
    """One run: track, kill, wait for the end, count."""
    draw = random.Random(options.seed)
    receiver = Receiver()
    sandbox_options = ("--limit", "tikliveapi=none", "--speed", str(3600 / options.interval), "--faults", "some")
    with running(*sandbox_options) as sandbox, tempfile.TemporaryDirectory() as folder, receiver.running() as url:
        os.environ.update(sandbox.environment("0/60"))
        os.environ |= {
            "DWELL_TRACK_INTERVAL_S": str(options.interval), "DWELL_BILLING": "on", "DWELL_WEBHOOK_ALLOW": "127.0.0.1",
        }  # fmt: skip
        if server is not None:
            os.environ["DWELL_DATABASE"] = server.new_database()
        data, steps = Path(folder) / "data", Path(folder) / "clock"
        workspace = dwell.open(data, create=True)
        database = workspace.live.database
        service = TrackingService(workspace.settings, database)
        caller = service.authenticate(service.create_key(plan="enterprise", credit_micros=10**12).key)
        service.webhooks.create(caller.account_id, ["snapshot.created", "tracking.completed", "tracking.failed"], url)
        track(service, caller, options)
        kills = kill_workers(options, draw, data, steps, database, server)
        finish(workspace, database, service, caller.account_id)
        report = check(database, workspace, receiver)
        service.close()
        database.close()
    print(
        f"{options.state}: {kills['worker']} kills of workers, {kills['server']} of the server, "
        f"{kills['step']} clock steps"
    )
    print(", ".join(f"{name} {value:,}" for name, value in report.items()))


def track(service: TrackingService, caller: Any, options: argparse.Namespace) -> None:
    """Begins every job."""
    from dwell_sandbox import World

    world, now = World(0), service.database.now()
    per_account = -(-options.videos // options.accounts)
    items = []
    for handle in [word.removeprefix("@") for word in handles(options.accounts, per_account + 5)]:
        posts = world.posts(handle, since=now.replace(year=2020), at=now, limit=per_account)
        items += [
            {"video_link": f"https://www.tiktok.com/@{handle}/video/{post.post_id}", "duration_days": DAYS}
            for post in posts
        ]
    for at in range(0, options.videos, 500):
        results = service.track_bulk(caller, items[: options.videos][at : at + 500])
        assert all(result.status == 201 for result in results), results[0]


def kill_workers(
    options: argparse.Namespace, draw: random.Random, data: Path, steps: Path, database: StateDatabase, server: Any
) -> Counter[str]:
    """Starts workers and kills them at random until every job has ended."""
    command = [sys.executable, "-c", WORKER, str(data), str(steps)]
    log = (data.parent / "workers.log").open("w")

    def start(at: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen([*command, str(int(at == 0))], stderr=log)

    workers = [start(at) for at in range(options.workers)]
    kills: Counter[str] = Counter()
    deadline = time.monotonic() + 40 * options.interval + 120
    try:
        while time.monotonic() < deadline:
            time.sleep(draw.uniform(0.2, 1.0) * options.interval)
            victim = draw.randrange(options.workers)
            workers[victim].kill()
            workers[victim].wait()
            kills["worker"] += 1
            if options.server and draw.random() < 0.3:
                server.kill()
                server.start()
                kills["server"] += 1
            if draw.random() < 0.3:
                steps.write_text(str(draw.uniform(-2, 2) * options.interval))
                kills["step"] += 1
            workers[victim] = start(victim)
            with database.reading() as connection:
                if not connection.scalar(select(func.count()).where(tracked_videos.c.ended_at.is_(None))):
                    return kills
        raise SystemExit("jobs did not end in time")
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
        log.close()


def finish(workspace: Any, database: StateDatabase, service: TrackingService, account_id: str) -> None:
    """What a living worker would do in the next hours: load the last responses and send the last events."""
    load_if_free(workspace.store, database)
    for webhook in service.webhooks.list(account_id):
        service.webhooks.enable(account_id, webhook.id)  # no longer held because the receiver failed
    sender, stop = WebhookSender(database, read_allowed()), threading.Event()
    thread = threading.Thread(target=sender.run, args=(stop,))
    thread.start()
    end = time.monotonic() + 120
    pending = webhook_deliveries.c.state == "pending"
    left = 1
    while left and time.monotonic() < end:
        with database.transaction() as connection:  # their next attempt would be in minutes or hours
            later = update(webhook_deliveries).where(pending, webhook_deliveries.c.token.is_(None))
            connection.execute(later.values(run_at=database.now()))
            left = connection.scalar(select(func.count()).where(pending))
        time.sleep(2)
    stop.set()
    thread.join()
    sender.close()


def check(database: StateDatabase, workspace: Any, receiver: Receiver) -> dict[str, int]:
    """Counts everything again, from every side."""
    with database.reading() as connection:
        videos = connection.execute(select(tracked_videos)).all()
        snapshots = connection.execute(select(tracked_snapshots)).all()
        gaps = connection.execute(select(tracked_gaps)).all()
        entries = connection.execute(select(balance_entries)).all()
        balances = dict(connection.execute(select(accounts.c.account_id, accounts.c.balance_micros)).all())
    slots: dict[str, list[int]] = defaultdict(list)
    for row in [*snapshots, *gaps]:
        slots[row.video_id].append(row.slot)
    gone = 0
    for video in videos:
        expected = list(range(SLOTS))
        if video.status == "error":
            gone += 1
            expected = list(range(len(slots[video.video_id])))
        require(
            sorted(slots[video.video_id]) == expected, f"slots of {video.video_id}: {sorted(slots[video.video_id])}"
        )
    for account_id, balance in balances.items():
        total = sum(entry.amount_micros for entry in entries if entry.account_id == account_id)
        require(total == balance, f"balance {balance} is not the sum of its entries {total}")
    charged = {(entry.video_id, entry.slot) for entry in entries if entry.kind == "snapshot"}
    require(charged == {(row.video_id, row.slot) for row in snapshots}, "charges are not those of the snapshots")
    check_events(videos, snapshots, receiver)
    check_tables(workspace, videos, snapshots)
    reasons = Counter(row.reason for row in gaps)
    return {
        "videos": len(videos), "snapshots": len(snapshots), "gaps": len(gaps), "of them missed": reasons["missed"],
        "gone": gone, "events": len(receiver.events), "deliveries": receiver.deliveries,
    }  # fmt: skip


def check_events(videos: Any, snapshots: Any, receiver: Receiver) -> None:
    """Each event came at least once, and its video's numbers have no hole."""
    by_video: dict[str, dict[int, str]] = defaultdict(dict)
    for event in receiver.events.values():
        data = event["data"]
        before = by_video[data["video_id"]].setdefault(data["sequence"], event["type"])
        require(before == event["type"], "one number for two events")
    count = Counter(row.video_id for row in snapshots)
    for video in videos:
        numbers = sorted(by_video[video.video_id])
        require(numbers == list(range(1, count[video.video_id] + 2)), f"events of {video.video_id}: {numbers}")


def check_tables(workspace: Any, videos: Any, snapshots: Any) -> None:
    """Every snapshot is in the tables, with the same counters."""
    posts = {video.video_id: video.post_id for video in videos}
    columns = ("views", "likes", "comments", "shares", "saves")
    sql = f"SELECT post_id, observed_at, {', '.join(columns)} FROM post_snapshots"
    stored = {(row[0], row[1]): tuple(row[2:]) for row in workspace.store.query(sql, ["post_snapshots"]).rows}
    for row in snapshots:
        key = posts[row.video_id], row.snapshot_time
        require(stored.get(key) == tuple(getattr(row, name) for name in columns), f"{key} is not in the tables")


def require(holds: bool, message: str) -> None:  # noqa: FBT001 - a statement to check
    """Ends the run if something is not as it must be."""
    if not holds:
        raise SystemExit(message)


class Receiver:
    """A receiver of webhooks that fails now and then."""

    def __init__(self) -> None:
        self.events: dict[str, Any] = {}
        self.deliveries = 0
        self.lock = threading.Lock()

    def running(self) -> Any:
        """Serves until the block ends; gives the URL."""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                with receiver.lock:
                    receiver.deliveries += 1
                    status = 500 if receiver.deliveries % 50 == 0 else 204
                    if status == 204:
                        receiver.events[self.headers["webhook-id"]] = json.loads(body)
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        return _Running(ThreadingHTTPServer(("127.0.0.1", 0), Handler))


class _Running:
    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.server = server

    def __enter__(self) -> str:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self.server.server_port}/hook"

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


if __name__ == "__main__":
    main()
