"""Pages a second without a limit: a sweep that stores durably, next to seed 0's own code fetching into pandas.

python benchmarks/sweep_speed.py --runs 3

Baseline: seed 0's loop as published (requests, one connection a request, a pandas frame at the end) without its
pauses. It stores nothing. Both are whole processes, from start to exit, against a server that replays recorded pages
from memory. Dwell keeps every response on disk before it asks for the next, and makes checked rows of them.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import secrets
import subprocess
import sys
import tempfile
import time
import timeit
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from urllib.request import Request, urlopen

from replay_server import record, replaying
from sandboxed import handles, running, sweep

SEED0 = """
import sys, requests, pandas as pd
base, head = sys.argv[1], {"X-Api-Key": "sandbox-key"}
rows = []
for username in sys.argv[3:]:
    r = requests.get(f"{base}/userid/", params={"username": username}, headers=head, timeout=20)
    r.raise_for_status()
    uid, cursor, fetched = r.json()["id"], "0", 0
    while fetched < int(sys.argv[2]):
        asked = {"userid": uid, "count": 35, "cursor": cursor}
        r = requests.get(f"{base}/user-posts/", params=asked, headers=head, timeout=30)
        r.raise_for_status()
        data = r.json()
        for v in data.get("videos", []):
            names = ("aweme_id", "create_time", "duration", "play_count", "digg_count", "comment_count", "share_count")
            row = {name: v[name] for name in names}
            row |= {name: v.get(name, 0) for name in ("download_count", "collect_count")}
            rows.append(row | {"title": v.get("title", "")})
        fetched += len(data.get("videos", []))
        if not data.get("hasMore"):
            break
        cursor = str(data.get("cursor"))
print(len(pd.DataFrame(rows)))
"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--accounts", type=int, nargs="+", default=[32, 128])
    parser.add_argument("--posts", type=int, default=490)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for accounts in options.accounts:
            compare(handles(accounts, options.posts), options.posts, options.runs, Path(folder) / str(accounts))


def compare(names: list[str], posts: int, runs: int, folder: Path) -> None:
    """Print the figures of one number of accounts."""
    folder.mkdir()
    recording = folder / "recording"
    with running("--limit", "tikliveapi=none") as sandbox:
        searching = search_time(sandbox.url, names[0])
        record(f"{sandbox.url}/tikliveapi", list(paths(sandbox.url, names)), recording, key="sandbox-key")
    pages, whole, cpu, theirs = 0, [], [], []
    bare = [name.removeprefix("@") for name in names]
    with replaying(recording) as url:
        environment = os.environ | {
            "DWELL_TIKLIVEAPI_URL": url, "DWELL_TIKLIVEAPI_KEY": "sandbox-key", "DWELL_TIKLIVEAPI_LIMIT": "0/60",
        }  # fmt: skip
        for number in range(runs + 1):
            done = sweep([*names, "--posts", str(posts)], folder / f"data-{number}", environment)
            pages = int(done.answer["requests"])
            assert done.answer["complete"] == len(names), done.answer
            command = [sys.executable, "-c", SEED0, url, str(posts), *bare]
            before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            seconds = time.perf_counter() - began
            used = resource.getrusage(resource.RUSAGE_CHILDREN)
            if number:  # the first round fills caches
                whole.append((pages / done.seconds, pages / seconds))
                cpu.append(done.cpu_s)
                theirs.append(used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime)
    ours, other = (median(rate[who] for rate in whole) for who in (0, 1))
    ratio = median(one / two for one, two in whole)
    print(f"{pages} requests: dwell {ours:.0f} pages a second, seed 0 {other:.0f}, ratio {ratio:.2f} (whole process)")
    print(
        f"  CPU: dwell {median(cpu):.2f} s, {1000 * median(cpu) / pages:.1f} ms a page; seed 0 {median(theirs):.2f} s"
    )
    print(
        f"  looking for the key in a page: {100 * searching / (median(cpu) / pages):.1f} % of a page's CPU", flush=True
    )


def paths(url: str, names: list[str]) -> Iterator[str]:
    """What either of them requests first of each account; the pages follow."""
    for name in names:
        who = name.removeprefix("@")
        request = Request(f"{url}/tikliveapi/userid/?username={who}", headers={"x-api-key": "sandbox-key"})
        with urlopen(request) as response:
            user_id = json.load(response)["id"]
        yield f"/userid/?username={who}"
        yield f"/userinfo-by-username/?username={who}"
        yield f"/user-posts/?userid={user_id}&count=35&cursor=0"
        yield f"/user-posts/?userid={user_id}&count=35"


def search_time(url: str, name: str) -> float:
    """Seconds of CPU that it takes to look for a key in a page of posts, where there is none."""
    from dwell.redact import Redactor

    def get(path: str) -> bytes:
        with urlopen(Request(f"{url}/tikliveapi/{path}", headers={"x-api-key": "sandbox-key"})) as answer:
            return answer.read()

    user = json.loads(get(f"userinfo-by-username/?username={name.removeprefix('@')}"))
    page = get(f"user-posts/?userid={user['user']['id']}&count=35&cursor=0")
    redactor = Redactor([secrets.token_urlsafe(36)])
    assert redactor.redact_body(page) == page
    return min(timeit.repeat(lambda: redactor.redact_body(page), timer=time.process_time, number=200, repeat=5)) / 200


if __name__ == "__main__":
    main()
