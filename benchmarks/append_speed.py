"""CPU of a batch of responses: appended as records, next to the same objects through the loader.

python benchmarks/append_speed.py --runs 5

Baseline: `warehouse.load` on the same posts, as sweeps stored them before there was an append. Both write into a folder
of their own that has the posts already; a batch has new counters of 500 posts, with their accounts, or of one.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from dwell.live import store_objects
from dwell.live.store_objects import ParsedObject
from dwell.records.item import PostItem
from dwell.settings import Settings
from dwell.state.owner import Owner
from dwell.state.responses import StoredResponse
from dwell.warehouse import Store

NOW = datetime.now(UTC).replace(microsecond=0) - timedelta(days=30)


def objects(number: int, posts: int) -> list[ParsedObject]:
    """One response with posts, observed an hour after the one before."""
    at = NOW + timedelta(hours=number)
    response = StoredResponse(
        number,
        f"r{number}",
        Owner("sweep", "s"),
        0,
        "tikliveapi",
        "user-posts",
        "user_posts",
        "alice",
        at,
        simulated=False,
        parsed_by=None,
    )
    items = [
        PostItem(
            post_id=str(7_300_000_000_000_000_137 + i * 10**10), handle="alice", creator_id="67", display_name="Alice",
            posted_at=1_700_000_000 + i, duration_s=15.0, media_type="video", is_ad=False, is_pinned=False,
            caption=f"the {i}th post #food", hashtags=["food"], sound_id="99", sound_title="a song",
            url=f"https://www.tiktok.com/@alice/video/{7_300_000_000_000_000_137 + i * 10**10}",
            views=1_000 + i + number, likes=100 + i, comments=i, shares=3, saves=number,
        )
        for i in range(posts)
    ]  # fmt: skip
    return [(response, item, None) for item in items]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        stores = [Store.open(Settings(data=Path(folder) / name), create=True) for name in ("appended", "loaded")]
        with stores[0].appending() as appender:
            number = 0
            for posts in (500, 1):
                spent: tuple[list[float], list[float]] = ([], [])
                for run in range(options.runs + 1):
                    number += 1
                    made = objects(number, posts)
                    batch = [made[0][0]]
                    began = time.process_time()
                    appended = store_objects.append_objects(appender, batch, made, None)
                    middle = time.process_time()
                    loaded = store_objects.load_objects(stores[1], batch, made, None, correct=False)
                    ended = time.process_time()
                    assert appended.snapshots_new == loaded.snapshots_new == posts
                    if run:
                        spent[0].append(middle - began)
                        spent[1].append(ended - middle)
                ours, theirs = median(spent[0]), median(spent[1])
                print(
                    f"{posts} posts: append {1000 * ours:.1f} ms, loader {1000 * theirs:.0f} ms, {theirs / ours:.0f}x"
                )


if __name__ == "__main__":
    main()
