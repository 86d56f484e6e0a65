"""What an answer about posts rests on: from when the stored data is, how many posts, and whether they are invented."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dwell.mcp.tool import Answered
from dwell.results import Result
from dwell.workspace.origin import is_simulated
from dwell.workspace.snapshot import Snapshot


def cover(snapshot: Snapshot, result: Result, chosen: Mapping[str, Any]) -> Answered:
    """A result with the period, the number of posts and the origin of the data that was asked.

    Args:
        snapshot: The instant at which the question was answered.
        result: The answer; its `meta` says in which period the posts were published, where one was asked for.
        chosen: `handle` (one, several as a tuple, or None for all) and `platform` of the posts.
    """
    handle, platform = chosen.get("handle"), chosen.get("platform")
    ends = {name: datetime.fromisoformat(end) for name in ("since", "until") if (end := result.meta.get(name))}
    counts = next(iter(snapshot.ask("exclusions", handle=handle, platform=platform, **ends)))
    named = (handle,) if isinstance(handle, str) else handle
    rows = [row for row in snapshot.ask("handles") if platform in (None, row["platform"])]
    known = {row["handle"] for row in rows if named is None or row["handle"] in named}
    stored = [row for row in snapshot.ask("creators_stored") if row["handle"] in known]
    first = min((row["first_posted_at"] for row in stored if row["first_posted_at"]), default=None)
    last = max((row["last_posted_at"] for row in stored if row["last_posted_at"]), default=None)
    spans = [_span(snapshot, name, platform) for name in (named if named is not None else (None,))]
    period = {
        "first_posted_at": max(first, ends["since"]) if first and "since" in ends else first,
        "last_posted_at": min(last, ends["until"]) if last and "until" in ends else last,
        "first_observed_at": min((span[0] for span in spans if span[0]), default=None),
        "last_observed_at": max((span[1] for span in spans if span[1]), default=None),
    }
    simulated = any(is_simulated(snapshot, name) for name in (named if named is not None else (None,)))
    return Answered(result, period, counts["total"], simulated)


def _span(snapshot: Snapshot, handle: str | None, platform: str | None) -> tuple[datetime | None, datetime | None]:
    row = next(iter(snapshot.ask("span", handle=handle, **({"platform": platform} if platform else {}))), {})
    return row.get("first_observed_at"), row.get("last_observed_at")
