"""Which of YouTube Studio's tables a part is: its headers tell, and the ids in it.

A download holds three files: the table of videos, a chart by day, and totals by day. Only the first has one row a
video; the other two are figures of single days, of which dwell stores none.
"""

from __future__ import annotations

import re
from typing import Literal

from dwell.providers.format import normalize_header
from dwell.providers.part import Part

Kind = Literal["videos", "days"]

ID_HEADERS = ("content", "video")
"""Headers of the video's id; tables of before 2022 have the second."""

_NAMES = frozenset({"video title", "video publish time"})
_DAYS = frozenset({"date", "day", "week", "month", "country code", "geography"})
# Headers that no other source has.
_OWN = frozenset({
    "watch time (hours)", "average view duration", "average percentage viewed (%)", "engaged views", "comments added",
    "impressions click-through rate (%)", "subscribers gained", "subscribers lost", "stayed to watch (%)",
    "your estimated revenue (usd)", "estimated revenue (usd)", "external video id",
})  # fmt: skip
_METRICS = _OWN | {"views", "likes", "dislikes", "shares", "subscribers", "impressions", "unique viewers"}
_ID = re.compile(r"\s*[\w-]{11}\s*", re.ASCII)
_DAY_FILE = re.compile(r"(?:^|[/\[])(?:totals|chart data)(?:\.csv|\])$", re.IGNORECASE)


def id_header(part: Part) -> str | None:
    """The header of the column with the videos' ids, normalized; None where no column holds such ids."""
    for name in part.header:
        if normalize_header(name) in ID_HEADERS:
            values = [text for text in part.column(name) if text.strip() and text.strip().casefold() != "total"]
            if values and 2 * sum(_ID.fullmatch(text) is not None for text in values) > len(values):
                return normalize_header(name)
    return None


def detect_kind(part: Part) -> Kind | None:
    """Which table it is; None for a table of another source."""
    if part.layout != "csv":
        return None
    names = {normalize_header(name) for name in part.header}
    if names & _DAYS:
        by_video = bool(names & {"external video id", *ID_HEADERS}) and bool(names & _NAMES)
        only_figures = bool(names & _OWN or _DAY_FILE.search(part.name)) and names - _DAYS <= _METRICS
        return "days" if by_video or only_figures else None
    if names & {*_NAMES} and names & _METRICS and id_header(part):
        return "videos"
    # A table without rows is recognised by its headers alone.
    return "videos" if "content" in names and "watch time (hours)" in names else None
