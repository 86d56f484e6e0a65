"""The posts that a creator pins to the profile: its three best of the half year before the quarter."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from dwell_sandbox.creators import Creator
from dwell_sandbox.uploads import DAY

PINS = 3
_WINDOW_DAYS = 180


def pin_window(creator: Creator, second: int) -> tuple[int, int]:
    """The Unix seconds between which the posts pinned at a Unix second were published: 180 days up to its quarter."""
    local = datetime.fromtimestamp(second, creator.tz)
    quarter_start = local.replace(
        month=(local.month - 1) // 3 * 3 + 1, day=1, hour=0, minute=0, second=0, microsecond=0
    )
    until = int(quarter_start.timestamp())
    return until - _WINDOW_DAYS * DAY, until


def choose_pinned(candidates: Iterable[str], views: Callable[[str], float]) -> frozenset[str]:
    """Ids of the three candidates with the most final views."""
    return frozenset(sorted(candidates, key=lambda post_id: (-views(post_id), post_id))[:PINS])
