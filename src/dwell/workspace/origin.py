"""Whether what is stored about posts was invented by a simulation."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from dwell.records.reading import SIMULATED_SUFFIX

if TYPE_CHECKING:
    from dwell.workspace.snapshot import Snapshot

_SIMULATED_WORD = "simulated"  # the sandbox writes this word into the profile of every account it invents


def is_simulated(snapshot: Snapshot, handle: str | Collection[str] | None) -> bool:
    """Whether any reading of an account, of several, or of any account where None, came from a simulation."""
    if _any_simulated(snapshot.ask("sources", handle=handle)):
        return True
    chosen = {handle} if isinstance(handle, str) else handle
    rows = [row for row in snapshot.ask("creators") if chosen is None or row["handle"] in chosen]
    names = [row["display_name"] or "" for row in rows]
    return any(_SIMULATED_WORD in name.lower() for name in names)


def is_topic_simulated(snapshot: Snapshot, kind: str, topic: str) -> bool:
    """Whether any sample of a topic came from a simulation.

    Args:
        snapshot: Runs the query.
        kind: `hashtag`, `sound` or `search`.
        topic: Its name, as stored.
    """
    return _any_simulated(snapshot.ask("topic_sources", kind=kind, topic=topic))


def _any_simulated(sources: Iterable[Mapping[str, Any]]) -> bool:
    return any(row["source"].endswith(SIMULATED_SUFFIX) for row in sources)
