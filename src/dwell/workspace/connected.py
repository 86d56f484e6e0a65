"""Whether an account is connected, so that nobody is told to connect it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dwell.metrics.growth_note import DELAYED
from dwell.state.connection_summary import is_connected_here

if TYPE_CHECKING:
    from dwell.workspace.instant import Instant


def is_connected(snapshot: Instant, handle: str) -> bool:
    """Whether the folder has a connection of the account, or rows that only a connected account gives.

    The rows tell where the connections are in another database.
    """
    if is_connected_here(snapshot.root, handle):
        return True
    return any(row["source"].startswith(DELAYED) for row in snapshot.ask("sources", handle=handle))


def how_to_read(snapshot: Instant, handle: str) -> str:
    """What gets the owner's figures: `connect the account and run dwell sync`, without what was done already."""
    return "run dwell sync" if is_connected(snapshot, handle) else "connect the account and run dwell sync"
