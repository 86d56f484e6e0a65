"""Where TikTok's API and Studio's files differ about an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dwell.errors import NoDataError
from dwell.models.reconciliation import COLUMNS, difference, summarize_pairs
from dwell.results import Result

if TYPE_CHECKING:
    from dwell.workspace.instant import Instant

NOTES = {
    "likes": "TikTok's API counts likes of a day without those taken back, Studio's files with them.",
    "viewers": "People are counted once a day in each source's own days.",
}


def reconcile(snapshot: Instant, handle: str, field: str | None = None) -> Result:
    """One row per figure that both sources know; with a field, one row per day or video.

    Raises:
        NoDataError: The sources have no day and no video in common, or not that field.
    """
    pairs = {
        "day": list(snapshot.ask("reconcile_days", handle=handle)),
        "video": list(snapshot.ask("reconcile_posts", handle=handle)),
    }
    fields = sorted({pair["field"] for rows in pairs.values() for pair in rows})
    if not fields:
        raise NoDataError(
            f"There is nothing of @{handle} that both TikTok's API and Studio's files have: import Studio's exports of "
            "days that dwell sync has read (58 days back), or of videos within 3 days of a sync."
        )
    if field is None:
        rows = [row for what, found in pairs.items() for row in summarize_pairs(what, found)]
        notes = [NOTES[name] for name in fields if name in NOTES and any(r[1] == name and r[3] < r[2] for r in rows)]
        return Result(COLUMNS, rows, {"account": handle, "notes": notes})
    if field not in fields:
        raise NoDataError(f"Both sources have no {field[:40]!r} in common: choose from {', '.join(fields)}.")
    columns = ("what", "subject", "api_value", "file_value", "difference", "hours_apart")
    rows = [
        (what, pair["subject"], pair["api_value"], pair["file_value"], difference(pair), pair["hours_apart"])
        for what, found in pairs.items()
        for pair in found
        if pair["field"] == field
    ]
    rows.sort(key=lambda row: -abs(row[4]))
    return Result(columns, rows, {"account": handle, "field": field, "notes": [NOTES[field]] if field in NOTES else []})
