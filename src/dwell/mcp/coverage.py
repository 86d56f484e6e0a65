"""What an answer about posts rests on: how many posts, from when they are, and whether they are invented."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from dwell.mcp.evidence import Reading
from dwell.mcp.tool import Answered
from dwell.results import Result
from dwell.workspace.origin import is_simulated
from dwell.workspace.snapshot import Snapshot


def cover(
    snapshot: Snapshot, result: Result, chosen: Mapping[str, Any], posts: Collection[Reading] | None = None
) -> Answered:
    """A result with the posts that it rests on, their period, how many are stored, and where they come from.

    Args:
        snapshot: The instant at which the question was answered.
        result: The answer; its `meta` says in which period the posts were published, where one was asked for.
        chosen: `handle` (one, several as a tuple, or None for all) and `platform` of the posts.
        posts: Those that the figures rest on; None for all that are stored.
    """
    which = {name: chosen[name] for name in ("handle", "platform") if chosen.get(name) is not None}
    ends = {name: datetime.fromisoformat(end) for name in ("since", "until") if (end := result.meta.get(name))}
    stored = next(iter(snapshot.ask("posted_span", **which, **ends)))
    simulated = is_simulated(snapshot, which.get("handle"))
    if posts is not None:
        return Answered(result, period_of(posts), len(posts), simulated, stored["posts"])
    observed = next(iter(snapshot.ask("span", **which)))
    posted = {name: stored[name] for name in ("first_posted_at", "last_posted_at")}
    return Answered(result, {**posted, **observed}, stored["posts"], simulated, stored["posts"])


def period_of(readings: Iterable[Reading]) -> dict[str, datetime | None]:
    """From the first to the last time of publishing, and of reading; None where none is known."""
    read = list(readings)
    first, last = ([getattr(one, name) for one in read] for name in ("from_at", "to_at"))
    return {**_ends("posted_at", [one.posted_at for one in read]), **_ends("observed_at", [*first, *last])}


def _ends(name: str, instants: Iterable[datetime | None]) -> dict[str, datetime | None]:
    known = [instant for instant in instants if instant is not None]
    return {f"first_{name}": min(known, default=None), f"last_{name}": max(known, default=None)}
