"""Exports of platforms that dwell does not store, recognised so that they are named and never taken for TikTok's."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dwell.errors import BadFileError
from dwell.providers.format import Context, Format, ReadResult, normalize_header
from dwell.providers.part import Part

NAME = "meta-videos"
_POINT = re.compile(r"percentage of total views at interval \d+")
_OWN = frozenset({
    "video asset id", "3-second video views", "1-minute video views", "60-second video views", "seconds viewed",
    "average seconds viewed", "seconds viewed from recommendations", "seconds viewed from followers", "page id",
    "page name", "60-second views from recommendations",
})  # fmt: skip
# One such header may be anybody's.
_FEWEST = 2


def _recognises(part: Part, _: Context) -> bool:
    names = {normalize_header(name) for name in part.header}
    points = sum(_POINT.fullmatch(name) is not None for name in names)
    return part.layout == "csv" and (points >= _FEWEST or len(names & _OWN) >= _FEWEST)


def _read(parts: Sequence[Part], _: Context) -> ReadResult:
    points = [name for name in parts[0].header if _POINT.fullmatch(normalize_header(name))]
    curves = f", with a retention curve of {len(points)} points each" if points else ""
    raise BadFileError(
        f"{parts[0].name} is Meta Business Suite's table of Facebook or Instagram videos{curves}: dwell stores videos "
        "of TikTok and YouTube only."
    )


FORMAT = Format(
    NAME,
    "Meta Business Suite's table of videos, which is named and not stored",
    (),
    _recognises,
    _read,
)
