"""The daily job of seed 0 (30 accounts, 500 posts each: 450 requests) at a provider's true limit of 200 a minute.

python benchmarks/sweep_pace.py                  # real time: two and a half minutes
python benchmarks/sweep_pace.py --accounts 6     # shorter

Baseline: the permitted rate. Goal: 98 % of it used, not one 429, under 10 ms of dwell's CPU a page.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from sandboxed import handles, running, sweep

LIMIT, WINDOW_S = 200, 60.0


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--accounts", type=int, default=30)
    parser.add_argument("--posts", type=int, default=500)
    options = parser.parse_args()
    names = handles(options.accounts, options.posts)
    with running("--limit", f"tikliveapi={LIMIT}/{WINDOW_S:g}") as sandbox, tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        sweep([*names, "--posts", "1"], data, sandbox.environment("0/60") | {"DWELL_TIKLIVEAPI_LIMIT": "3000/60"})
        sandbox.reset()
        done = sweep([*names, "--posts", str(options.posts)], data, sandbox.environment())
        calls, sent = sandbox.calls(), sandbox.seconds()
    requests = len(calls)
    # From the first request to the last there are requests - 1 intervals.
    permitted = 1 + done.seconds / WINDOW_S * LIMIT
    used = (requests - 1) / (sent / WINDOW_S * LIMIT)
    refused = sum(call["status"] == 429 for call in calls)
    print(
        f"{options.accounts} accounts x {options.posts} posts: {requests} requests in {sent:.1f} s, {refused} refused"
    )
    print(f"rate used between first and last request: {used:.1%} of the permitted one")
    print(f"whole process: {done.seconds:.1f} s ({requests / permitted:.1%} of what it could have asked meanwhile)")
    print(f"dwell's CPU: {done.cpu_s:.2f} s, {1000 * done.cpu_s / requests:.1f} ms a page")
    print(f"stored: {done.answer['snapshots_new']:,} readings of {done.answer['posts_new']:,} new posts")


if __name__ == "__main__":
    main()
