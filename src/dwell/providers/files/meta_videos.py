"""Meta Business Suite's table of Facebook videos and reels: true watch time, and a retention curve in 41 columns.

The curve's points are equally spaced over the length of the video, from interval 0 at its start to the last one at its
end, and each is a share of all views. `views` are those of three seconds or more, the ones that Meta's averages count.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from typing import Any

from dwell.errors import UnknownFormatError
from dwell.providers.format import CSV, Context, Format, ReadResult, normalize_header
from dwell.providers.part import Part
from dwell.providers.rewrite import Rewriter
from dwell.records import Extract
from dwell.text.hashtags import extract_hashtags
from dwell.text.ids import FACEBOOK_ID
from dwell.text.number_evidence import Kind, collect_evidence
from dwell.text.number_style import Column, decide_styles
from dwell.text.numbers import parse_seconds, parse_share
from dwell.text.percentages import CurveUnits, is_percent_curve
from dwell.text.platforms import HOST_IN_LINK, HOSTS
from dwell.text.words import clean, known

NAME, PLATFORM = "meta-videos", "facebook"
_POINT = re.compile(r"percentage of total views at interval (\d+)")
_OWN = frozenset({
    "video asset id", "universal video id", "3-second video views", "1-minute video views", "60-second video views",
    "seconds viewed", "average seconds viewed", "averaged seconds viewed", "seconds viewed from recommendations",
    "seconds viewed from followers", "page id", "page name", "60-second views from recommendations",
})  # fmt: skip
# One such header may be anybody's.
_FEWEST = 2

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "handle": ("page name",),
    "creator_id": ("page id",),
    "display_name": ("page name",),
    "url": ("permalink",),
    "views": ("3-second video views", "views"),
    "likes": ("reactions", "likes"),
    "comments": ("comments",),
    "shares": ("shares",),
    "saves": ("saves",),
    "avg_watch_s": ("average seconds viewed", "averaged seconds viewed"),
    "total_watch_s": ("seconds viewed",),
    "reach": ("reach",),
}
"""Column of a table -> the headers that may hold it; in one file it is the first that has a value in any row: counts of
two kinds are never mixed in a column."""
_IDS = ("video asset id", "universal video id", "video id", "post id")
_LENGTH, _TITLE, _PUBLISHED, _PERIOD = "duration (sec)", ("title", "description"), "publish time", "date"
_LAST, _MONTHS = 40, 12
"""The number of the curve's last point, and of the last month."""
_LINKED_ID = re.compile(r"/(?:reel|videos|video)/(?:[^/?#]+/)?(\d+)|[?&]v=(\d+)")
_TIME = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})( \d{1,2}:\d{2}(?::\d{2})?)?", re.ASCII)


def _recognises(part: Part, _: Context) -> bool:
    names = {normalize_header(name) for name in part.header}
    return part.layout == "csv" and (len(_points(part)) >= _FEWEST or len(names & _OWN) >= _FEWEST)


def _points(part: Part) -> dict[int, int]:
    """Number of a point of the curve -> its place in a row, in the order of the curve."""
    names = enumerate(map(normalize_header, part.header))
    found = {int(match[1]): place for place, name in names if (match := _POINT.fullmatch(name))}
    return dict(sorted(found.items()))


def _read(parts: Sequence[Part], context: Context) -> ReadResult:
    reading = ReadResult()
    for part in parts:
        reader = _TableReader(part, context)
        reading.extracts += reader.extracts()
        reading.warnings += reader.units.warnings(part.name)
        if reader.without_length:
            videos = "1 video" if reader.without_length == 1 else f"{reader.without_length:,} videos"
            reading.warnings.append(
                f"{part.name}: the curves of {videos} were left out: their length is not known, or can be read in "
                "several ways (--decimal says which)."
            )
    return reading


class _TableReader:
    """Turns one table into rows of the posts, and rows of their curves.

    Attributes:
        without_length: Videos whose points have no second, because no length is known.
        units: Of the curves.
    """

    def __init__(self, part: Part, context: Context) -> None:
        self._part, self._points = part, _points(part)
        self._names = [normalize_header(name) for name in part.header]
        if not {*_IDS, "permalink"} & set(self._names):
            raise UnknownFormatError(f"{part.name} has no column Video asset ID or Permalink, which identify a video.")
        tables = ("posts", "post_snapshots", "watch_times", "creators")
        self._posts = Rewriter(context.scratch, NAME, *tables, platform=PLATFORM)
        self._curve = Rewriter(context.scratch, NAME, "retention", platform=PLATFORM)
        self.without_length = 0
        with part.path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, delimiter=part.delimiter)
            next(reader)
            self._rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
        hints, rows = context.hints, [self._cells(row) for row in self._rows]
        self._headers = {
            column: name
            for column, names in _COLUMNS.items()
            if (name := next((name for name in names if any(known(row.get(name)) for row in rows)), None))
        }
        curve = [row[place] for _, row in self._rows for place in self._points.values() if place < len(row)]
        lengths = [row.get(_LENGTH, "") for row in rows]
        columns: dict[str, tuple[Kind, list[str]]] = {"curve": ("share", curve), _LENGTH: ("length", lengths)}
        styles = decide_styles({
            name: (
                Column(name, kind, given_decimal=hints.decimal, semicolons=part.delimiter == ";"),
                collect_evidence(texts, kind),
            )
            for name, (kind, texts) in columns.items()
        })  # fmt: skip
        self._curve_style, self._length_style = styles["curve"], styles[_LENGTH]
        percent = is_percent_curve(curve, self._curve_style) if hints.percent is None else hints.percent
        self.units = CurveUnits(percent, self._curve_style, given=hints.percent is not None)
        published = [match for row in rows if (match := _TIME.fullmatch(row.get(_PUBLISHED, "")))]
        # Where one of them can't be month/day, none is Meta's own spelling.
        self._month_first = hints.dates != "dmy" and all(int(match[1]) <= _MONTHS for match in published)

    def _cells(self, row: tuple[int, list[str]]) -> dict[str, str]:
        cells: dict[str, str] = {}
        for name, text in zip(self._names, row[1], strict=False):
            cells[name] = cells.get(name) or clean(text)
        return cells

    def extracts(self) -> list[Extract]:
        """The posts, and the curves where the table has them."""
        for line, row in self._rows:
            try:
                values = self._values(self._cells((line, row)))
            except ValueError as error:
                self._posts.reject(line, str(error), self._part.delimiter.join(row))
                continue
            self._posts.add(line, values)
            self._add_curve(line, values, row)
        return [self._posts.extract(), *([self._curve.extract()] if self._curve.rows else [])]

    def _values(self, cells: Mapping[str, str]) -> dict[str, Any]:
        link = re.match(HOST_IN_LINK, cells.get("permalink", "").lower())
        if link is not None and HOSTS[link[1]] != PLATFORM:
            raise ValueError(f"another platform than Facebook: {HOSTS[link[1]]}")
        period = known(cells.get(_PERIOD))
        if period and period.casefold() != "lifetime":
            raise ValueError(f"figures of a day or a period ({period[:40]}), not of the video's lifetime")
        title = next((text for name in _TITLE if (text := known(cells.get(name)))), None)
        values = {column: known(cells.get(name)) for column, name in self._headers.items()}
        return {
            "post_id": _video_id(cells),
            "posted_at": self._published(known(cells.get(_PUBLISHED))),
            "duration_s": self._length(cells.get(_LENGTH)),
            "media_type": "video",
            "caption": title,
            "hashtags": extract_hashtags(title),
            **values,
        }

    def _published(self, text: str | None) -> str | None:
        """The time of publishing, which Meta writes as month/day/year; another spelling is passed on as it is."""
        match = _TIME.fullmatch(text or "") if self._month_first else None
        return f"{match[3]}-{match[1]:0>2}-{match[2]:0>2}{match[4] or ''}" if match else text

    def _length(self, text: str | None) -> float | str | None:
        """The length in seconds; a text that is none is passed on, for the loader to count."""
        try:
            return parse_seconds(text or "", self._length_style)
        except ValueError:
            return text

    def _add_curve(self, line: int, values: Mapping[str, Any], row: Sequence[str]) -> None:
        texts = {number: row[place] for number, place in self._points.items() if place < len(row) and known(row[place])}
        length, last = values["duration_s"], max(_LAST, *self._points) if self._points else _LAST
        if not texts:
            return
        if not isinstance(length, float) or not length > 0:
            self.without_length += 1
            return
        percent = self.units.is_percent(list(texts.values()), from_start=0 in texts)
        for number, text in texts.items():
            try:
                rate: float | str | None = parse_share(text, percent=percent, style=self._curve_style)
            except ValueError:
                rate = text
            second = round(number / last * length, 3)
            self._curve.add(line, {"post_id": values["post_id"], "second": second, "retention_rate": rate})


def _video_id(cells: Mapping[str, str]) -> str:
    """The id of the video: its column's, else its link's."""
    stated = next((text for name in _IDS if (text := known(cells.get(name)))), None)
    if stated and re.fullmatch(FACEBOOK_ID, stated):
        return stated
    linked = _LINKED_ID.search(cells.get("permalink", ""))
    post_id = linked[1] or linked[2] if linked else stated
    if not post_id:
        raise ValueError("no id of the video, in a column or in its link")
    return post_id


FORMAT = Format(
    NAME,
    "Meta Business Suite's table of Facebook videos and reels, with their retention curves",
    (frozenset({"Video asset ID", "Duration (sec)", "3-second video views", "Average Seconds viewed"}),),
    _recognises,
    _read,
    layouts=CSV,
)
