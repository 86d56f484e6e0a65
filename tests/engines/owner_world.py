"""What the owner of an account sees in the nasty world: the same days and videos from files and from TikTok's API."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

Row = dict[str, Any]
NAMES = ("account_days", "owned_account_days", "owned_accounts", "owned_account_activity", "post_breakdowns")
_HANDLES = ("plain", "größe", "o'brien\\n")
_API = "tiktok-organic"


def owners(seed: int, posts: Sequence[Mapping[str, Any]]) -> dict[str, list[Row]]:
    """Rows of `NAMES`, and `readings`: rows of `post_snapshots` and `watch_times` of the first posts."""
    dice = random.Random(seed)
    found: dict[str, list[Row]] = {name: [] for name in (*NAMES, "post_snapshots", "watch_times")}
    for number, handle in enumerate(_HANDLES):
        at = datetime(2025, 6, 1, 12, tzinfo=UTC)
        named = {"open_id": f"w{number}", "username": handle if number else None, "source": _API}
        found["owned_accounts"] += [{**named, "observed_at": at}, {**named, "observed_at": at, "username": handle}]
        for day in range(40):
            of = f"2025-{4 + day // 30:02d}-{1 + day % 30:02d}"
            views = dice.choice([None, 0, 7, 120_000])
            file = {"handle": handle, "day": of, "views": views, "likes": dice.choice([-2, 0, 5, None])}
            found["account_days"].append({**file, "observed_at": at, "source": "studio"})
            api = {"open_id": f"w{number}", "day": of, "video_views": dice.choice([views, 8, None])}
            found["owned_account_days"].append({**api, "likes": 5, "observed_at": at, "source": _API})
            for hour in dice.sample(range(24), 6):
                active = {"day": of, "hour": hour, "active_followers": dice.choice([None, 0, 17, 4_000])}
                row = {"open_id": f"w{number}", **active, "observed_at": at, "source": _API}
                found["owned_account_activity"].append(row)
    for post in posts[:300]:
        counts = (0, 10, 10**6, None)
        found["post_snapshots"] += _readings(dice, post["post_id"], ("studio", _API, _API), "views", counts)
        found["watch_times"] += _readings(dice, post["post_id"], ("table", _API), "avg_watch_s", (0.0, 3.25, 9.5, None))
    for snapshot in found["post_snapshots"]:
        for member in ("For You", "Suche", "Follow"):
            share = {"dimension": "impression_source", "member": member, "share": dice.choice([None, 0.0, 0.25, 1.0])}
            row = {"post_id": snapshot["post_id"], "observed_at": snapshot["observed_at"], **share, "source": _API}
            found["post_breakdowns"].append(row)
    return found


def _readings(
    dice: random.Random, post_id: str, sources: Sequence[str], column: str, values: Sequence[Any]
) -> list[Row]:
    start = datetime(2027, 1, 1, tzinfo=UTC)
    return [
        {
            "post_id": post_id,
            "observed_at": start + timedelta(hours=36 * place, microseconds=dice.choice([0, 1])),
            "source": source,
            column: dice.choice(values),
        }
        for place, source in enumerate(sources)
    ]
