"""What tracking costs: claims among a million videos, snapshots a minute, requests an account, rows into the tables.

python benchmarks/tracking_load.py
python benchmarks/tracking_load.py --videos 100000 --only claims

claims     1,000 due slots of 1,000,000 in ten claims: time next to raw statements of sqlite3; goal at most 1.5 times
snapshots  settling slots on one SQLite with FULL: charge and outbox row each, 35 to a transaction; goal 50,000 a minute
requests   300 accounts of 35 fresh videos for some hours against the sandbox: goal at most 1.2 requests an account
           and hour
tables     snapshots of pages of 35 videos from stored responses into the tables; goal 20,000 rows a second
"""

from __future__ import annotations

import argparse
import os
import secrets
import sqlite3
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from dwell.clock import to_micros
from dwell.http import HttpResponse
from dwell.settings import Settings
from dwell.state import StateDatabase, due_slots, open_database, owner, responses, slot_results
from dwell.state.new_id import new_id
from dwell.state.readings import COUNTERS, Reading
from dwell.state.tracking_schema import due_slots as due_table
from dwell.state.tracking_schema import tracked_videos as videos_table
from dwell.tracking import slots
from dwell.tracking.poller import Poller
from dwell.tracking.service import TrackingService
from dwell.tracking.webhook_events import write_events

HOUR = timedelta(hours=1)
STEP = 3_600_000_000
NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
_PICK = (
    "WITH pick AS (SELECT video_id FROM due_slots WHERE run_at <= ? ORDER BY run_at LIMIT 100) UPDATE due_slots SET "
    "run_at = ?, token = ?, attempts = attempts + 1 FROM pick WHERE due_slots.video_id = pick.video_id RETURNING "
    "due_slots.video_id"
)
_LIST = (
    "SELECT d.*, v.post_id, v.handle, v.creator_id, v.aligned_at, v.price_micros, a.balance_micros FROM due_slots d "
    "JOIN tracked_videos v USING (video_id) JOIN accounts a USING (account_id) WHERE d.token = ? "
    "ORDER BY d.slot_at, d.video_id"
)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--videos", type=int, default=1_000_000)
    parser.add_argument("--snapshots", type=int, default=35_000)
    parser.add_argument("--accounts", type=int, default=300)
    parser.add_argument("--hours", type=int, default=4)
    parser.add_argument(
        "--days", type=int, default=60, help="the oldest of an account's 35 videos; older ones are pinned"
    )
    parser.add_argument("--only", choices=["claims", "snapshots", "requests", "tables"])
    options = parser.parse_args()
    measures = {"claims": claims, "snapshots": snapshots, "requests": requests, "tables": tables}
    for name, measure in measures.items():
        if options.only in {None, name}:
            with tempfile.TemporaryDirectory() as folder:
                print(f"{name}: {measure(options, Path(folder))}", flush=True)


def claims(options: argparse.Namespace, folder: Path) -> str:
    """Ten claims of 100 by the state room, next to the raw statement; both on the same table, one after the other."""
    with closing(open_database(folder)) as database:
        account = service_account(database, folder)
        add_videos(database, account, options.videos, per_creator=1)
        ours, raw = [], []
        with closing(sqlite3.connect(folder / "live.db", isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous = FULL")
            for at in range(10):
                begun = time.process_time()
                claimed = due_slots.claim(database, f"ours-{at}", 100, NOW, 180.0)
                ours.append(time.process_time() - begun)
                assert len(claimed) == 100, len(claimed)
                begun = time.process_time()
                connection.execute("BEGIN IMMEDIATE")
                until = to_micros(NOW + timedelta(seconds=180))
                rows = connection.execute(_PICK, (to_micros(NOW), until, f"raw-{at}")).fetchall()
                creators = "SELECT DISTINCT creator_key FROM due_slots WHERE token = ?"
                keys = [key for (key,) in connection.execute(creators, (f"raw-{at}",))]
                marks = ", ".join("?" * len(keys))
                connection.execute(
                    f"UPDATE due_slots SET run_at = ?, token = ? WHERE run_at <= ? AND creator_key IN ({marks})",
                    (until, f"raw-{at}", to_micros(NOW), *keys),
                )
                connection.execute(_LIST, (f"raw-{at}",)).fetchall()
                connection.execute("COMMIT")
                raw.append(time.process_time() - begun)
                assert len(rows) == 100
    ratio = sum(ours) / sum(raw)
    return (
        f"{options.videos:,} videos: 1,000 due in ten claims, {sum(ours) * 100:.1f} ms each, {ratio:.2f}x raw SQL (1.5)"
    )


def snapshots(options: argparse.Namespace, folder: Path) -> str:
    """Settles slots of accounts with 35 videos, with a charge and a webhook event each."""
    os.environ["DWELL_BILLING"] = "on"
    with closing(open_database(folder)) as database:
        account = service_account(database, folder, webhook=True)
        add_videos(database, account, options.snapshots, per_creator=35)
        begun, done = time.perf_counter(), 0
        cpu = time.process_time()
        while claimed := due_slots.claim(database, secrets.token_hex(4), 1, NOW, 180.0):
            reading = Reading(NOW, NOW, "tikliveapi", dict.fromkeys(COUNTERS, 1_234_567), "creator")
            with database.transaction() as connection:
                settled = slot_results.settle(
                    connection, [(one, reading) for one in claimed], NOW, align=slots.align, on_events=write_events
                )
            done += settled.snapshots
        seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu
    return (
        f"{done:,} snapshots with charge and outbox row, {done / seconds * 60:,.0f} a minute, "
        f"{cpu / done * 1e6:.0f} us of CPU each (goal 50,000 a minute)"
    )


def requests(options: argparse.Namespace, folder: Path) -> str:
    """Tracks the newest videos of accounts for some hours, with the clock moved by this script."""
    import threading

    from sandboxed import handles

    from dwell_sandbox import World
    from dwell_sandbox.server.rate_limits import RateLimit
    from dwell_sandbox.server.sandbox import Sandbox
    from dwell_sandbox.server.serve import serve_in_thread
    from dwell_sandbox.server.simulated_clock import SimulatedClock

    world, at = World(0), [NOW]
    time_of = SimulatedClock(NOW, 1.0, lambda: (at[0] - NOW).total_seconds())
    sandbox = Sandbox(world, time_of, limits={"tikliveapi": RateLimit(0, 60.0)}, credits=10**9)
    with serve_in_thread(sandbox) as url, closing(open_database(folder)) as database:
        os.environ |= {"DWELL_TIKLIVEAPI_URL": f"{url}/tikliveapi", "DWELL_TIKLIVEAPI_KEY": "sandbox-key"}
        os.environ["DWELL_TIKLIVEAPI_LIMIT"] = "0/60"
        database.now = lambda: at[0]  # type: ignore[method-assign]
        service = TrackingService(Settings.read(folder), database)
        caller = service.authenticate(service.create_key(plan="enterprise", credit_micros=10**12).key)
        items, least = [], 0
        since = NOW - timedelta(days=options.days)
        for word in handles(4 * options.accounts, 40, at=NOW):
            handle = word.removeprefix("@")
            posts = world.posts(handle, since=since, at=NOW, limit=35)
            if len(posts) < 35 or len(items) == 35 * options.accounts:
                continue
            links = [f"https://www.tiktok.com/@{handle}/video/{post.post_id}" for post in posts]
            items += [{"video_link": link, "duration_days": 1} for link in links]
            # A page holds 35 posts. With some of the pinned posts wanted and others not, no page has all that are.
            pinned, wanted = world.pinned(handle, NOW), {post.post_id for post in posts}
            least += 1 if pinned <= wanted or not pinned & wanted else 2
        for first in range(0, len(items), 500):
            service.track_bulk(caller, items[first : first + 500])
        poller = Poller(database, service.reader, 3600.0, threading.Event(), service.on_events)
        while poller.run_round():
            pass
        first_credits = service.access.budget.spent_today()
        before = service.usage(caller).total_snapshots
        for _ in range(options.hours * 6):
            at[0] += HOUR / 6
            while poller.run_round():
                pass
        spent = service.access.budget.spent_today() - first_credits
        stored = service.usage(caller).total_snapshots - before
        service.close()
    an_hour = spent / (stored / len(items)) / options.accounts
    return (
        f"{options.accounts} accounts x 35 videos: {an_hour:.2f} requests an account and hour (goal 1.2; "
        f"{least / options.accounts:.2f} is the least that pinned posts allow), "
        f"{spent / stored * 1000:.1f} credits for 1,000 snapshots; first round {first_credits / options.accounts:.2f}"
    )


def tables(options: argparse.Namespace, folder: Path) -> str:
    """Stored pages into the tables, as the loader of `dwell serve` does it."""
    import json

    from dwell.live.load_responses import load_pending
    from dwell.warehouse import Store

    pages = options.snapshots // 35
    store = Store.open(Settings.read(folder), create=True)
    with closing(open_database(folder)) as database:
        for number in range(pages):
            page = {"videos": [video(number % 1_000, at) for at in range(35)], "cursor": "1", "hasMore": True}
            at = NOW + HOUR * (number // 1_000)
            response = HttpResponse(200, {}, json.dumps(page).encode(), at, simulated=True)
            with database.transaction(durable=False) as connection:
                responses.insert_response(
                    connection, f"request-{number}", owner.tracking("2026-06-10"), 0, provider="tikliveapi",
                    endpoint="user-posts", what="user_posts", subject=f"creator_{number % 1_000}", response=response,
                    items=35, packed=responses.compress(response.body),
                )  # fmt: skip
        begun = time.perf_counter()
        load_pending(store, database)
        seconds = time.perf_counter() - begun
    rows = store.rows()
    speed = rows["post_snapshots"] / seconds
    return (
        f"{rows['post_snapshots']:,} snapshots of {rows['posts']:,} posts, {speed:,.0f} snapshots a second: "
        f"{2 * speed:,.0f} rows, of the post and of its snapshot (goal 20,000)"
    )


def video(creator: int, at: int) -> dict[str, Any]:
    """A video of a page."""
    post_id = str(7_500_000_000_000_000_000 + creator * 1_000_003 + at * 7_919)
    return {
        "aweme_id": f"v0{creator}", "video_id": post_id, "region": "US", "title": "A video #tag", "duration": 23,
        "play_count": 12_000 + at, "digg_count": 900, "comment_count": 31, "share_count": 44, "download_count": 6,
        "collect_count": 120, "create_time": int(post_id) >> 32, "is_ad": False, "is_top": 0,
        "author": {"id": str(6_800_000_000_000_000_000 + creator), "unique_id": f"creator_{creator}", "nickname": "C"},
        "music_info": {"id": "7350811000000000001", "title": "sound", "original": True},
    }  # fmt: skip


def service_account(database: StateDatabase, folder: Path, *, webhook: bool = False) -> str:
    """An account that can pay, with a webhook."""
    from dwell.state.webhook_schema import webhooks

    service = TrackingService(Settings.read(folder), database)
    account = service.create_key(plan="enterprise", credit_micros=10**15).account_id
    if webhook:
        with database.transaction() as connection:
            connection.execute(
                insert(webhooks).values(
                    webhook_id="wh_1", account_id=account, url="https://example.com/", events=["snapshot.created"],
                    secret="whsec_" + "a" * 32, created_at=NOW, failures=0,
                )
            )  # fmt: skip
    service.close()
    return account


def add_videos(database: StateDatabase, account: str, number: int, per_creator: int) -> None:
    """Tracked videos; 2,000 of a million, and all of fewer, are due."""
    due_share = 1 if number < 500_000 else number // 2_200
    with database.transaction() as connection:
        for first in range(0, number, 20_000):
            rows, due = [], []
            for at in range(first, min(number, first + 20_000)):
                video_id, key = new_id("vid", NOW), f"@creator_{at // per_creator}"
                rows.append({
                    "video_id": video_id, "job_id": f"job_{at}", "account_id": account, "platform": "tiktok",
                    "post_id": str(7_500_000_000_000_000_000 + at), "video_link": "link", "creator_key": key,
                    "provider": "tikliveapi", "status": "monitoring", "is_deleted": False, "duration_days": 30,
                    "interval_us": STEP, "slots": 720, "price_micros": 15_000, "created_at": NOW - HOUR,
                    "aligned_at": NOW, "snapshots": 1, "sequence": 1, "version": 1,
                })  # fmt: skip
                run_at = NOW if at % due_share == 0 else NOW + timedelta(seconds=1 + at % 3_500)
                due.append({
                    "video_id": video_id, "creator_key": key, "slot": 1, "slot_at": NOW, "next_slot_at": NOW + HOUR,
                    "run_at": run_at,
                })  # fmt: skip
            connection.execute(insert(videos_table), rows)
            connection.execute(insert(due_table), due)


if __name__ == "__main__":
    main()
