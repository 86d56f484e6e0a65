"""Views are compared at the same age: 7 days after publishing, however old the posts are now."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dwell


def test_views_of_a_week_and_not_the_newest_are_compared(tmp_path: Path) -> None:
    rows = []
    for n in range(60):
        posted = datetime(2025, 6, 1, 9, 30, tzinfo=UTC) + timedelta(days=n)
        handle, fast = ("you", 1_000) if n % 2 else ("rival", 3_000)
        for days, views in ((6.5, fast + n), (7.5, fast + n + 200), (40.0, 90_007 + n)):
            post_id = str((int(posted.timestamp()) << 32) + n)
            at = (posted + timedelta(days=days)).isoformat()
            rows.append({"post_id": post_id, "platform": "tiktok", "handle": handle, "published_at": posted.isoformat(),
                         "duration_s": 12, "views": views, "likes": 5, "comments": 1, "shares": 1, "saves": 1,
                         "observed_at": at})  # fmt: skip
    with (tmp_path / "posts.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    workspace = dwell.open(tmp_path / "data", create=True)
    assert not workspace.import_files([tmp_path / "posts.csv"]).failures
    found = {row["metric"]: row for row in workspace.compare(["@you", "@rival"])}["views_7d"]
    assert (found["verdict"], found["n"], found["own_n"]) == ("higher", 30, 30)
    assert abs(found["value"] - 3_129) < 1
    assert abs(found["own_value"] - 1_130) < 1
