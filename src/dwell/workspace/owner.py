"""Questions that only the data of a connected account answers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dwell.errors import NoDataError
from dwell.workspace.connected import how_to_read

if TYPE_CHECKING:
    from dwell.results import Result
    from dwell.workspace.instant import Instant


def audience_hours(snapshot: Instant, handle: str, *, tz: str, days: int) -> Result:
    """Followers who are active, by weekday and hour of a time zone.

    Raises:
        NoDataError: No such hours were read.
    """
    rows = snapshot.ask("audience_hours", handle=handle, tz=tz, days=days)
    if not len(rows):
        raise NoDataError(
            f"No active followers of @{handle} are known: {how_to_read(snapshot, handle)}. TikTok shows them of "
            "business accounts from 100 followers on."
        )
    return replace(rows, meta={"tz": tz})


def traffic_sources(snapshot: Instant, handle: str) -> Result:
    """Where views come from, by month of publishing.

    Raises:
        NoDataError: No video has such a list.
    """
    rows = snapshot.ask("traffic_sources", handle=handle)
    if not len(rows):
        raise NoDataError(
            f"No traffic sources of @{handle} are known: {how_to_read(snapshot, handle)}. TikTok withholds them "
            "of videos that nobody has watched for 7 days."
        )
    return rows
