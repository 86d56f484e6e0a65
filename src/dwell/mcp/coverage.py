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
    which = {name: chosen[name] for name in ("handle", "platform") if chosen.get(name) is not None}
    ends = {name: datetime.fromisoformat(end) for name in ("since", "until") if (end := result.meta.get(name))}
    posted = next(iter(snapshot.ask("posted_span", **which, **ends)))
    observed = next(iter(snapshot.ask("span", **which)))
    period = {
        **{name: posted[name] for name in ("first_posted_at", "last_posted_at")},
        **{name: observed[name] for name in ("first_observed_at", "last_observed_at")},
    }
    return Answered(result, period, posted["posts"], is_simulated(snapshot, which.get("handle")))
