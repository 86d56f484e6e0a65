"""Whether what is stored about posts was invented by a simulation."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from dwell.records.reading import SIMULATED_SUFFIX

if TYPE_CHECKING:
    from dwell.workspace.snapshot import Snapshot

_SIMULATED_WORD = "simulated"  # the sandbox writes this word into the profile of every account it invents


def is_simulated(snapshot: Snapshot, handle: str | Collection[str] | None) -> bool:
    """Whether any reading of an account, of several, or of any account where None, came from a simulation."""
    if any(row["source"].endswith(SIMULATED_SUFFIX) for row in snapshot.ask("sources", handle=handle)):
        return True
    chosen = {handle} if isinstance(handle, str) else handle
    rows = [row for row in snapshot.ask("creators") if chosen is None or row["handle"] in chosen]
    names = [row["display_name"] or "" for row in rows]
    return any(_SIMULATED_WORD in name.lower() for name in names)
