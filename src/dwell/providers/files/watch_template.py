"""Watch time copied by hand from Studio's screens into a template, and `studio.csv` of the first published recipe."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from typing import Any

from dwell.errors import UnknownFormatError
from dwell.providers.format import CSV, Context, Format, ReadResult, normalize_header
from dwell.providers.links import LinkError, parse_link
from dwell.providers.part import Part
from dwell.providers.rewrite import Rewriter
from dwell.records import Extract
from dwell.text.number_style import number_style
from dwell.text.numbers import parse_count_without_unit, parse_share
from dwell.text.percentages import CurveUnits, is_percent_curve
from dwell.text.words import clean, known

NAME = "watch-template"
HEADER = (
    "video_link_or_id", "captured_on", "views", "avg_watch_time_s", "watched_full_video_pct", "total_play_time_s",
    "reach", "new_followers", "saves",
)  # fmt: skip
RECIPE = ("aweme_id", "avg_watch_time_s", "full_video_views", "total_views")

_RETENTION = re.compile(r"retention (\d+(?:\.\d+)?)s(?P<percent> ?(?:%|\(%\)|pct|\(pct\)|percent))?")
_COUNTS = ("views", "total views", "full video views")
_ID = ("video link or id", "aweme id")


def _recognises(part: Part, _: Context) -> bool:
    names = {normalize_header(name) for name in part.header}
    return part.layout == "csv" and (
        (
            "video link or id" in names
            and bool(names & {"avg watch time s", "watched full video pct", "total play time s"})
        )
        or {"aweme id", "avg watch time s"} <= names
    )


def _read(parts: Sequence[Part], context: Context) -> ReadResult:
    reading = ReadResult()
    for part in parts:
        names = {normalize_header(name): index for index, name in enumerate(part.header)}
        if not set(_ID) & names.keys():
            raise UnknownFormatError(f"{part.name} has no column video_link_or_id: the template is {','.join(HEADER)}.")
        reading.extracts += _TemplateReader(part, context, names, reading.warnings).extracts()
    return reading


class _TemplateReader:
    """Turns one template file into rows."""

    def __init__(self, part: Part, context: Context, names: Mapping[str, int], warnings: list[str]) -> None:
        self.part, self.names, self.warnings = part, names, warnings
        self.posts = Rewriter(
            context.scratch, NAME, "posts", "post_snapshots", "watch_times", "creators", platform="tiktok"
        )
        self.curve = Rewriter(context.scratch, NAME, "retention")
        points = {index: match for name, index in names.items() if (match := _RETENTION.fullmatch(name))}
        self.seconds = {index: float(match[1]) for index, match in points.items()}
        self.rows = self._read()
        curve = [text for index in points for text in self._column(index)]
        self.curve_style = number_style(curve, "share")
        stated = True if any(match["percent"] for match in points.values()) else context.hints.percent
        percent = is_percent_curve(curve, self.curve_style) if stated is None else stated
        self.units = CurveUnits(percent, self.curve_style, given=stated is not None)
        self.counts = {name: number_style(self._column(names[name]), "count") for name in _COUNTS if name in names}
        full = _column_of(names, "watched full video pct")
        self.full_style = number_style([] if full is None else self._column(full), "share")

    def _read(self) -> list[tuple[int, list[str]]]:
        with self.part.path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, delimiter=self.part.delimiter)
            next(reader)
            return [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]

    def _column(self, index: int) -> list[str]:
        return [row[index] for _, row in self.rows if len(row) > index]

    def extracts(self) -> list[Extract]:
        """Watch times, and the retention curves where the file has them."""
        for line, row in self.rows:
            self._row(line, row)
        self.warnings += self.units.warnings(self.part.name)
        return [self.posts.extract(), *([self.curve.extract()] if self.curve.rows else [])]

    def _row(self, line: int, row: list[str]) -> None:
        cells = {name: row[index] for name, index in self.names.items() if index < len(row)}
        try:
            link = parse_link(clean(cells.get(_ID[0]) or cells.get(_ID[1]) or ""))
            values = self._values(cells)
        except (LinkError, ValueError) as error:
            self.posts.reject(line, str(error), self.part.delimiter.join(row))
            return
        if link.post_id is None:
            self.posts.reject(
                line, "a short link contains no id: open it and copy the address", self.part.delimiter.join(row)
            )
            return
        self.posts.add(line, {"post_id": link.post_id, "handle": link.handle, "url": link.url, **values})
        self._retention(line, link.post_id, values.get("observed_at"), row)

    def _retention(self, line: int, post_id: str, observed_at: str | None, row: list[str]) -> None:
        texts = {second: row[index] for index, second in self.seconds.items() if index < len(row) and known(row[index])}
        seconds = sorted(texts)
        from_start = bool(seconds) and seconds[0] <= 1
        percent = self.units.is_percent([texts[second] for second in seconds], from_start=from_start)
        for second, text in texts.items():
            try:
                rate = parse_share(text, percent=percent, style=self.curve_style)
            except ValueError as error:
                self.warnings.append(f"{self.part.name} line {line}: retention at {second:g} s was left out ({error}).")
                continue
            if rate is not None:
                point = {"post_id": post_id, "observed_at": observed_at, "second": second, "retention_rate": rate}
                self.curve.add(line, point)

    def _values(self, cells: Mapping[str, str]) -> dict[str, Any]:
        """Columns of a row, as text that the loader reads; only what takes two cells is computed here.

        The template's percentages are always percentages, as its header says.
        """
        return {
            "observed_at": known(cells.get("captured on") or cells.get("captured at")),
            "views": known(cells.get("views") or cells.get("total views")),
            "saves": known(cells.get("saves")),
            "avg_watch_s": known(cells.get("avg watch time s")),
            "total_watch_s": known(cells.get("total play time s")),
            "full_watch_rate": self._full_share(cells),
            "reach": known(cells.get("reach")),
            "new_followers": known(cells.get("new followers")),
        }

    def _full_share(self, cells: Mapping[str, str]) -> float | str | None:
        """The share of full views, as written or of the recipe's two counts; the text where it cannot be read."""
        written = known(cells.get("watched full video pct"))
        watched = known(cells.get("full video views"))
        name = next((name for name in ("views", "total views") if known(cells.get(name))), None)
        try:
            if written is not None:
                return parse_share(written, percent=True, style=self.full_style)
            views = parse_count_without_unit(cells[name], self.counts[name]) if name and watched else None
            full = parse_count_without_unit(watched or "", self.counts["full video views"]) if views else None
        except ValueError:
            return written or watched
        return full / views if full is not None and views else None


def _column_of(names: Mapping[str, int], *wanted: str) -> int | None:
    return next((names[name] for name in wanted if name in names), None)


FORMAT = Format(
    NAME,
    "the watch-time template, or a table with aweme_id, avg_watch_time_s, full_video_views, total_views",
    (frozenset(HEADER), frozenset(RECIPE)),
    _recognises,
    _read,
    layouts=CSV,
)
