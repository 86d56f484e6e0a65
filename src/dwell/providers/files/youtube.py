"""YouTube Studio's table of Shorts: true watch time, and counters that are net figures of a period, not totals.

Columns of `watch_times` and `post_snapshots` keep their names; `views` are engaged views. The average watch time is
computed from the average percentage viewed and the length, which is finer than the whole seconds of the average view
duration; that is used where the percentage is missing.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from dwell.errors import BadFileError, MissingTimeError, UnknownFormatError
from dwell.providers.files.studio.dates import latest_date
from dwell.providers.files.youtube_tables import ID_HEADERS, detect_kind, id_header
from dwell.providers.format import CSV, Context, Format, ReadResult, normalize_header
from dwell.providers.part import Part
from dwell.providers.rewrite import Rewriter
from dwell.records import Extract
from dwell.text.days import MonthDay, parse_days
from dwell.text.hashtags import extract_hashtags
from dwell.text.number_evidence import Kind, collect_evidence
from dwell.text.number_style import Column, NumberStyle, decide_styles
from dwell.text.numbers import parse_decimal, parse_seconds
from dwell.text.words import clean, known

NAME = "youtube-shorts"
_KEPT_COLUMNS = frozenset({
    "content", "video", "account", "channel", "video type", "time range", "video title", "video publish time",
    "duration", "average percentage viewed (%)", "average view duration", "engaged views", "views",
    "watch time (hours)", "likes", "comments added", "shares", "subscribers",
})  # fmt: skip
_PERCENT, _HOURS = "average percentage viewed (%)", "watch time (hours)"
_NUMBERS: Mapping[str, Kind] = {
    _PERCENT: "length", _HOURS: "length", "duration": "length", "average view duration": "length",
    "engaged views": "count", "views": "count", "likes": "count", "comments added": "count",
}  # fmt: skip

_FIRST_SHORTS, _THREE_MINUTES = date(2020, 9, 1), date(2024, 10, 15)
_LONGEST_SHORT_S = 180


def _recognises(part: Part, _: Context) -> bool:
    return detect_kind(part) is not None


def _read(parts: Sequence[Part], context: Context) -> ReadResult:
    reading = ReadResult()
    days = [part for part in parts if detect_kind(part) == "days"]
    if len(days) == len(parts):
        raise BadFileError(
            f"{days[0].name} holds YouTube Studio's figures of single days, of which dwell stores none: load the table "
            "of videos (Table data.csv) of the same download."
        )
    for part in days:
        reading.warnings.append(f"{part.name} was left out: it holds figures of single days.")
    for part in (part for part in parts if part not in days):
        names = [normalize_header(name) for name in part.header]
        id_name = id_header(part) or next((name for name in ID_HEADERS if name in names), None)
        if id_name is None:
            raise UnknownFormatError(f"{part.name} has no column Content or Video, which holds YouTube's video ids.")
        reading.extracts.append(_extract(part, ["content" if name == id_name else name for name in names], context))
        dropped = [name for name in part.header if normalize_header(name) not in _KEPT_COLUMNS]
        if dropped:
            reading.warnings.append(f"{part.name}: columns not imported: {', '.join(dropped)}.")
    return reading


def _extract(part: Part, names: list[str], context: Context) -> Extract:
    writer = Rewriter(
        context.scratch,
        NAME,
        "posts",
        "post_snapshots",
        "watch_times",
        "creators",
        cumulative=False,
        platform="youtube",
    )
    with part.path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.reader(stream, delimiter=part.delimiter)
        next(reader)
        rows = [(reader.line_num, dict(zip(names, row, strict=False)), row) for row in reader if any(row)]
    days = parse_days(text for _, cells, _ in rows if (text := cells.get("video publish time")))
    ends = {text: _period_end(text, context) for text in {cells.get("time range") for _, cells, _ in rows} if text}
    styles = _styles([cells for _, cells, _ in rows], context, semicolons=part.delimiter == ";")
    for line, cells, row in rows:
        try:
            writer.add(line, _values(cells, days, ends, context, styles))
        except ValueError as error:
            writer.reject(line, str(error), part.delimiter.join(row))
    return writer.extract()


def _values(
    cells: Mapping[str, str],
    days: Mapping[str, MonthDay],
    ends: Mapping[str, datetime],
    context: Context,
    styles: Mapping[str, NumberStyle],
) -> dict[str, Any]:
    post_id = clean(cells.get("content", ""))
    if post_id.casefold() in {"total", ""}:
        raise ValueError("the total of all rows, not a video")
    if not re.fullmatch(r"[\w-]{11}", post_id):
        raise ValueError(f"{post_id[:40]!r} is not a YouTube video id")
    duration = _number(parse_seconds, cells.get("duration"), styles["duration"])
    length = duration if isinstance(duration, float) else None
    hours = _number(parse_decimal, cells.get(_HOURS), styles[_HOURS])
    published = days.get(cells.get("video publish time", ""))
    posted = published.date if published else None
    kind = _video_type(cells, length, posted, styles)
    return {
        "post_id": post_id,
        "handle": (cells.get("account") or cells.get("channel") or context.handle or "").strip() or None,
        "posted_at": posted,
        "observed_at": ends.get(cells.get("time range", "")) or _period_in_name(context.file.name),
        "duration_s": duration or None,
        "media_type": kind,
        "caption": cells.get("video title") or None,
        "hashtags": extract_hashtags(cells.get("video title")),
        "url": f"https://www.youtube.com/{'shorts/' if kind == 'video' else 'watch?v='}{post_id}",
        "views": _views(cells),
        "likes": known(cells.get("likes")),
        "comments": known(cells.get("comments added")),
        "shares": known(cells.get("shares")),
        "new_followers": known(cells.get("subscribers")),
        "avg_watch_s": _average_watch_s(cells, length, styles),
        "total_watch_s": round(hours * 3600, 3) if isinstance(hours, float) else hours,
    }


def _views(cells: Mapping[str, str]) -> str | None:
    """Engaged views, which count what is watched; 0 where only Shorts have them and the other column has views."""
    engaged, views = known(cells.get("engaged views")), known(cells.get("views"))
    return views if engaged in {None, "0"} and views is not None else engaged


def _video_type(
    cells: Mapping[str, str], duration: float | None, posted: date | None, styles: Mapping[str, NumberStyle]
) -> str | None:
    """`video` for a Short, else `long`; None where a table without the column leaves it open.

    A Short lasts up to a minute, since October 2024 up to three; before September 2020 there were none.
    """
    stated = cells.get("video type", "").strip().casefold()
    if stated:
        return "long" if stated == "long" else "video"
    watched, percent = _watched(cells, styles), _percent(cells, styles)
    length = duration
    if not length and isinstance(watched, float) and isinstance(percent, float) and percent:
        length = watched / percent * 100
    if (posted and posted < _FIRST_SHORTS) or (length and length > _LONGEST_SHORT_S):
        return "long"
    if length is None or posted is None:
        return None
    return "video" if length <= 60 else None if posted >= _THREE_MINUTES else "long"


def _period_in_name(name: str) -> datetime | None:
    """The end of the period in the name of a download, such as `Content 2025-01-01_2025-04-01 Channel.zip`."""
    match = re.search(r"\d{4}-\d{2}-\d{2}_(\d{4}-\d{2}-\d{2})", name)
    try:
        return datetime.combine(date.fromisoformat(match[1]) + timedelta(days=1), time(), UTC) if match else None
    except ValueError:
        return None


def _average_watch_s(
    cells: Mapping[str, str], duration: float | None, styles: Mapping[str, NumberStyle]
) -> float | str | None:
    percent, watched = _percent(cells, styles), _watched(cells, styles)
    if isinstance(percent, float) and duration:
        return round(percent / 100 * duration, 4)
    return watched if watched is not None or isinstance(percent, float) else percent


def _percent(cells: Mapping[str, str], styles: Mapping[str, NumberStyle]) -> float | str | None:
    return _number(parse_decimal, (cells.get(_PERCENT) or "").rstrip("%٪ "), styles[_PERCENT])


def _watched(cells: Mapping[str, str], styles: Mapping[str, NumberStyle]) -> float | str | None:
    return _number(parse_seconds, cells.get("average view duration"), styles["average view duration"])


def _number(
    parse: Callable[[str, NumberStyle], float | None], text: str | None, style: NumberStyle
) -> float | str | None:
    """The number of a cell; a text that is none is passed on, for the loader to count."""
    try:
        return parse(text or "", style)
    except ValueError:
        return text


def _styles(rows: Sequence[Mapping[str, str]], context: Context, *, semicolons: bool) -> dict[str, NumberStyle]:
    """How each column of numbers is written; a comma that the columns leave open groups, as YouTube writes it."""
    columns = {}
    for name, kind in _NUMBERS.items():
        texts = [text.rstrip("%٪ ") for cells in rows if (text := cells.get(name))]
        given = context.hints.decimal
        column = Column(name, kind, given_decimal=given, default="" if kind == "count" else ".", semicolons=semicolons)
        columns[name] = column, collect_evidence(texts, kind)
    return decide_styles(columns)


def _period_end(text: str, context: Context) -> datetime:
    """The end of a period such as `Jan 1 - March 30` or `April 1 - 30, 2025`: when its figures were complete.

    Raises:
        MissingTimeError: It has no year and there is no `--as-of`, or it isn't a period.
    """
    last = re.split(r"\s[-–]\s|\s?–\s?", text.strip())[-1]
    first_word = re.match(r"[^\W\d]+", text.strip())
    days = parse_days([last]) or (parse_days([f"{first_word[0]} {last}"]) if first_word else {})
    day = next(iter(days.values()), None)
    if day is None:
        raise MissingTimeError(f"The time range {text!r} can't be read: give --as-of and remove the column.")
    if day.year is None and context.as_of is None:
        raise MissingTimeError(f"The time range {text!r} has no year: say when the table was exported with --as-of.")
    last_day: date = latest_date(day, context.as_of.date() if context.as_of else date.max)
    return datetime.combine(last_day + timedelta(days=1), time(), UTC)


FORMAT = Format(
    NAME,
    "YouTube Studio's table of videos, for one or several channels",
    (
        frozenset(
            {
                "Content",
                "Video Type",
                "Duration",
                "Average percentage viewed (%)",
                "Engaged views",
                "Watch time (hours)",
            }
        ),
    ),
    _recognises,
    _read,
    layouts=CSV,
)
