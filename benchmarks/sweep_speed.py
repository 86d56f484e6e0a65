"""Pages a second without a limit: a sweep that stores durably, next to seed 0's own code fetching into pandas.

python benchmarks/sweep_speed.py --runs 3

Baseline: seed 0's loop as published (requests, one connection a request, a pandas frame at the end) without its
pauses, against the same sandbox, which is warmed up first. It stores nothing. From the first request to the last,
dwell keeps every answer on disk before it asks for the next; the whole process also starts up and makes checked
rows of the answers.
"""

from __future__ import annotations

import argparse
import json
import secrets
import subprocess
import sys
import tempfile
import time
import timeit
from pathlib import Path
from statistics import median
from urllib.request import Request, urlopen

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
    parser.add_argument("--accounts", type=int, default=30)
    parser.add_argument("--posts", type=int, default=500)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    names = handles(options.accounts, options.posts)
    with running("--limit", "tikliveapi=none") as sandbox, tempfile.TemporaryDirectory() as folder:
        environment = sandbox.environment("0/60")
        whole, asking, cpu = [], [], []
        searching = search_time(sandbox.url, names[0])
        for number in range(options.runs + 1):
            sandbox.reset()
            done = sweep([*names, "--posts", str(options.posts)], Path(folder) / f"data-{number}", environment)
            pages, mine = int(done.answer["requests"]), sandbox.seconds()
            sandbox.reset()
            bare = [name.removeprefix("@") for name in names]
            began = time.perf_counter()
            command = [sys.executable, "-c", SEED0, f"{sandbox.url}/tikliveapi", str(options.posts), *bare]
            subprocess.run(command, check=True, capture_output=True, env=environment)
            seconds = time.perf_counter() - began
            if number:  # the first round warms the sandbox up
                whole.append((pages / done.seconds, pages / seconds))
                asking.append((pages / mine, pages / sandbox.seconds()))
                cpu.append(1000 * done.cpu_s / pages)
    print(f"{pages} requests a run; {median(cpu):.1f} ms of dwell's CPU a page; pages a second:")
    for what, rates in (("first to last request", asking), ("whole process", whole)):
        ours, theirs = (median(rate[who] for rate in rates) for who in (0, 1))
        ratio = median(one / other for one, other in rates)
        print(f"{what}: dwell {ours:.0f}, seed 0 {theirs:.0f}, ratio {ratio:.2f}")
    print(f"looking for the key in a page: {100 * searching / (median(cpu) / 1000):.1f} % of a page's CPU")


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
