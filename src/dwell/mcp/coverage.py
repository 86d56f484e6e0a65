"""What an answer about posts rests on: from when the stored data is, how many posts, and whether they are invented."""

from __future__ import annotations

from dwell.mcp.tool import Answered
from dwell.results import Result
from dwell.workspace.creators import find_account
from dwell.workspace.origin import is_simulated
from dwell.workspace.snapshot import Snapshot


def cover(snapshot: Snapshot, result: Result, *, creator: str | None, platform: str | None) -> Answered:
    """A result with the period, the number of posts and the origin of the data that was asked.

    Args:
        snapshot: The instant at which the question was answered.
        result: The answer.
        creator: Whose posts it is about; everybody's where None.
        platform: Only posts of this platform.
    """
    account = {} if creator is None else find_account(snapshot, creator, platform)
    handle = account.get("handle")
    chosen = {"handle": handle, **({"platform": platform} if platform else {})}
    handles = [row for row in snapshot.ask("handles", handle=handle) if platform in (None, row["platform"])]
    known = {row["handle"] for row in handles}
    stored = [row for row in snapshot.ask("creators_stored") if row["handle"] in known]
    span = next(iter(snapshot.ask("span", **chosen)), {})
    period = {
        "first_posted_at": min((row["first_posted_at"] for row in stored if row["first_posted_at"]), default=None),
        "last_posted_at": max((row["last_posted_at"] for row in stored if row["last_posted_at"]), default=None),
        "first_observed_at": span.get("first_observed_at"),
        "last_observed_at": span.get("last_observed_at"),
    }
    return Answered(result, period, sum(row["posts"] for row in handles), is_simulated(snapshot, handle))
