"""How long `dwell sync` takes for an account of 1,000 videos at the real limits, next to its fewest possible calls.

python benchmarks/sync_speed.py
python benchmarks/sync_speed.py --handle demo_cooking_1 --no-limit    # another account; what dwell itself takes

Baseline: ceil(videos / 20) calls of the list. At 40 a minute the first 40 may be sent at once, so that n calls need at
least (n - 1) // 40 whole minutes; at an even pace they need n / 40 minutes. Both are printed. The command is a whole
process, against `dwell sandbox` in a process of its own, whose log is the count of calls and refusals (40100).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import tempfile
import time
from collections import Counter
from datetime import datetime
from http.client import HTTPConnection
from itertools import pairwise
from math import ceil
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from sandboxed import DWELL, running

from dwell.connections import consent
from dwell.settings import Settings
from dwell.workspace import Workspace

AT = "2026-11-01T08:00Z"
A_MINUTE, A_PAGE = 40, 20


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--handle", default="demo_comedy_156")
    parser.add_argument("--seed", type=int, default=12)
    parser.add_argument("--start", default=AT, help="simulated time")
    parser.add_argument("--no-limit", action="store_true")
    options = parser.parse_args()
    limit = ["--limit", "business_api=none"] if options.no_limit else []
    with (
        tempfile.TemporaryDirectory() as folder,
        running("--start", options.start, *limit, seed=options.seed) as sandbox,
    ):
        os.environ |= {
            "DWELL_TIKTOK_ORGANIC_URL": f"{sandbox.url}/business_api",
            "DWELL_TIKTOK_ORGANIC_APP_ID": "sandbox-client-id",
            "DWELL_TIKTOK_ORGANIC_APP_SECRET": "sandbox-client-secret",
            **({"DWELL_TIKTOK_ORGANIC_LIMIT": "none"} if options.no_limit else {}),
        }
        data = Path(folder) / "data"
        connect(data, options.handle)
        calls_before = len(sandbox.calls())
        load = os.getloadavg()[0]
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        done = subprocess.run(
            [*DWELL, "sync", "--json", "--data", str(data)], capture_output=True, text=True, check=False
        )
        seconds = time.perf_counter() - began
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode:
            raise SystemExit(f"the sync failed: {done.stderr}")
        calls = sandbox.calls()[calls_before:]
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    show(json.loads(done.stdout), calls, seconds, cpu, load)


def show(answer: dict[str, object], calls: list[dict[str, object]], seconds: float, cpu: float, load: float) -> None:
    """Print the figures."""
    counts = Counter(str(call["endpoint"]) for call in calls)
    refused = sum(call["code"] == 40100 for call in calls)
    videos, lists = int(str(answer["videos"])), counts["business/video/list"]
    fewest = ceil(videos / A_PAGE)
    forced, even = 60.0 * ((fewest - 1) // A_MINUTE), 60.0 * fewest / A_MINUTE
    print(f"{videos} videos; fewest possible calls {fewest}, sent {lists}; all calls {dict(counts)}; refused {refused}")
    at = [
        datetime.fromisoformat(str(call["simulated_at"])) for call in calls if call["endpoint"] == "business/video/list"
    ]
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(at)]
    span, longest = (at[-1] - at[0]).total_seconds(), max(gaps)
    print(f"  from the first call of the list to the last {span:.1f} s, of which the longest pause {longest:.1f} s")
    print(f"  wall {seconds:.1f} s, CPU {cpu:.1f} s, load {load:.1f} before")
    print(f"  the limit forces {forced:.0f} s" + (f": {seconds / forced:.3f} times" if forced else ""))
    print(f"  an even pace takes {even:.0f} s: {seconds / even:.3f} times")


def connect(data: Path, handle: str) -> None:
    """An owner consents, as by `dwell connect tiktok` and a browser."""
    settings = Settings(data=data)
    database = Workspace(settings, create=True).live.database
    address = consent.begin(settings, database, redirect="http://127.0.0.1:8788/oauth/tiktok/").address
    parts = urlsplit(address)
    connection = HTTPConnection(parts.netloc, timeout=30)
    connection.request("POST", f"{parts.path}?{parts.query}", urlencode({"account": handle, "decision": "allow"}))
    location = connection.getresponse().getheader("location")
    if location is None:
        raise SystemExit(f"{handle} cannot consent: there is no such account")
    consent.complete_address(settings, database, location)
    database.close()


if __name__ == "__main__":
    main()
