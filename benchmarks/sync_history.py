"""400 simulated days of syncs, each table compared cell by cell with what the API showed, and that with the world.

python benchmarks/sync_history.py --seeds 12 --days 400
python benchmarks/sync_history.py --seeds 12 --outage 65

Of each seed six small accounts: one that is renamed, a registered business, a business, a personal account whose
comments are read, one without analytics, one without videos. Owners delete videos. The oracle
(`tests/connections/history_oracle.py`) computes the tables from the responses as they were sent, without anything of
dwell. `tests/connections/test_sync_history.py` does the same with fewer syncs.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))

from dwell.workspace import Workspace
from dwell_sandbox.account_status import draw_status_plan
from dwell_sandbox.creator_lookup import get_creator
from dwell_sandbox.owner.account_types import account_type, has_analytics
from dwell_sandbox.timeline import list_visible
from tests.connections.history_run import History, compare, instants, recorded

START = datetime(2023, 3, 1, tzinfo=UTC)
_NUMBERS = range(5, 40_000)
_SHOWN = 20


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, nargs="+", default=[12])
    parser.add_argument("--days", type=int, default=400)
    parser.add_argument("--missed", type=float, default=0.05, help="share of days without a sync")
    parser.add_argument("--outage", type=int, default=0, help="so many days in a row without one")
    parser.add_argument("--videos", type=int, default=60, help="an account has at most so many at the end")
    options = parser.parse_args()
    failed = False
    for seed in options.seeds:
        accounts = choose_accounts(seed, options.days, options.videos)
        failed |= run(seed, accounts, instants(
            seed, options.days, missed=options.missed, outage=options.outage, start=START
        ))  # fmt: skip
    sys.exit(1 if failed else 0)


def run(seed: int, accounts: dict[str, bool], days: list[datetime]) -> bool:
    """One history; whether anything differed."""
    began, cpu = time.perf_counter(), time.process_time()
    with tempfile.TemporaryDirectory() as folder, recorded(Path(folder), seed, START) as history:
        ws = Workspace(history.trial.settings)
        history.step = 1.0
        for number, at in enumerate(days):
            if number == len(days) - 1:
                history.step = 0.0  # the last syncs are all at one instant
            if number % 50 == 0:
                print(f"  {at:%Y-%m-%d}: {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
            history.pass_to(at, accounts)
            synced = history.sync(ws)
            if synced["complete"] != len(history.handles):
                print(f"  {at}: {synced['complete']} of {len(history.handles)} accounts are complete")
        print(f"seed {seed}: {', '.join(accounts)}", flush=True)
        first = report("every day", history, ws)
        history.sync(ws)
        second = report("again at the same instant", history, ws)
        history.sync(ws, full=True)
        full = report("full", history, ws)
        history.sync(ws, full=True)
        last = report("full again", history, ws)
        describe(history, ws, days)
        print(f"  {time.perf_counter() - began:.0f} s, CPU {time.process_time() - cpu:.0f} s", flush=True)
        if first[0] != second[0] or full[0] != last[0]:
            print("  a second sync changed the number of cells")
        return bool(first[1] + second[1] + full[1] + last[1]) or first[0] != second[0] or full[0] != last[0]


def report(what: str, history: History, ws: Workspace) -> tuple[int, int]:
    """Compares all tables; prints and returns how many cells there are and how many differ."""
    compared = compare(history, ws)
    cells = sum(compared.cells.values())
    print(f"  {what}: {cells:,} cells compared, {len(compared.different)} differ", flush=True)
    for line in compared.different[:_SHOWN]:
        print(f"    {line[:300]}")
    return cells, len(compared.different)


def describe(history: History, ws: Workspace, days: list[datetime]) -> None:
    """What the history had."""
    rows = {name: len(found) for name, found in history.oracle.rows().items()}
    print(f"  {len(days)} syncs on {len({day.date() for day in days})} days, {history.oracle.responses:,} responses")
    print(f"  rows and lists: {', '.join(f'{name} {count:,}' for name, count in rows.items())}")
    print(f"  values compared with the world: {sum(truth.values for truth in history.truth.values()):,}")
    videos = sum(map(len, history.ever_listed.values()))
    frozen = {item for (item,), row in history.oracle.rows()["videos_latest"].items() if is_frozen(history, item)}
    print(f"  {videos} videos, {len(history.missing)} deleted meanwhile, {len(frozen)} frozen at the end")
    gaps = [row["stream"] for row in ws.table("owned_gaps")]
    print(f"  gaps: {gaps.count('videos')} days of videos, {gaps.count('account_days')} days of accounts")


def is_frozen(history: History, item: str) -> bool:
    """Whether a video is older than 368 days at the last sync."""
    return history.trial.sandbox.world.post(item).posted_at < max(history.synced.values()) - timedelta(days=368)


def choose_accounts(seed: int, days: int, videos: int) -> dict[str, bool]:
    """First names of the accounts, and whether their comments are read."""
    start = int(START.timestamp())
    end = start + days * 86_400
    chosen: dict[str, bool] = {}
    kinds: list[tuple[Iterator[int], bool]] = [
        ((n for n in _plain(seed, "renamed") if _renamed(seed, n, start, end) and has_analytics(seed, n)), False),
        ((n for n in _plain(seed, "ok") if account_type(seed, n) == "registered_business"), False),
        ((n for n in _plain(seed, "ok") if account_type(seed, n) == "business" and has_analytics(seed, n)), False),
        ((n for n in _plain(seed, "ok") if account_type(seed, n) == "personal" and has_analytics(seed, n)), True),
        ((n for n in _plain(seed, "ok") if not has_analytics(seed, n)), False),
        (_plain(seed, "empty"), False),
    ]
    for numbers, comments in kinds:
        for number in numbers:
            creator = get_creator(seed, number)
            small = creator.size < (5_000 if comments else 10**9)
            if creator.joined < start and small and len(list_visible(seed, number, creator.joined, end)) <= videos:
                chosen[creator.handle] = comments
                break
    return chosen


def _plain(seed: int, state: str) -> Iterator[int]:
    return (number for number in _NUMBERS if draw_status_plan(seed, number).state == state)


def _renamed(seed: int, number: int, start: int, end: int) -> bool:
    since = draw_status_plan(seed, number).since
    return since is not None and start + 86_400 < since < end - 86_400


if __name__ == "__main__":
    main()
