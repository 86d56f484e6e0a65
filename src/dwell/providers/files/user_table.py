"""A table that the user or another tool made: its headers are matched by aliases, or named with `--map`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from dwell.errors import UnknownFormatError
from dwell.providers.files.aliases import ALIASES, CLOCK, COUNTERS, IGNORED, WATCHED
from dwell.providers.files.bulk import json_extract
from dwell.providers.format import Context, Format, ReadResult, normalize_header
from dwell.providers.part import Part
from dwell.records import TABLES, Extract, Shape, Source
from dwell.records.shape import Unit
from dwell.text.number_style import number_style
from dwell.text.numbers import parse_count, parse_seconds
from dwell.text.units import header_unit
from dwell.text.words import is_unknown, parse_flag

NAME = "table"
_FOLLOWING = ("followers", "following", "total_likes", "post_count")
KINDS = {column.name: column.kind for table in TABLES.values() for column in table.columns
         if column.kind in {"count", "number", "flag"}}  # fmt: skip
_LENGTH_UNITS = frozenset({"ms", "s", "min", "h"})
_UNITS = {**dict.fromkeys(("duration_s", "avg_watch_s", "total_watch_s"), _LENGTH_UNITS),
          "full_watch_rate": frozenset({"percent"})}  # fmt: skip
_MAPPABLE = {column.name for table in ("posts", "post_snapshots", "creators", "creator_snapshots", "watch_times")
             for column in TABLES[table].columns} - {"source"}  # fmt: skip


@dataclass(frozen=True)
class Headers:
    """Which header holds which column, and which are not imported."""

    columns: dict[str, str]
    clock: str | None
    dropped: tuple[str, ...]

    @property
    def fits(self) -> bool:
        """Whether the table identifies posts and has figures on each."""
        named = {"post_id", "url"} & self.columns.keys()
        described = "posted_at" in self.columns and {"caption", "duration_s"} & self.columns.keys()
        return bool(named or described) and bool({*COUNTERS, *WATCHED} & self.columns.keys())


Fits = Callable[[str, str], bool]


def match_headers(header: Sequence[str], given: Mapping[str, str], fits: Fits | None = None) -> Headers:
    """Match headers with columns: what the user gave first, then dwell's own names, then aliases.

    Args:
        header: As the file has it.
        given: What the user said: canonical column -> header.
        fits: Whether the values of a header are of a column's kind; of several headers for a column the first that
            fits is taken, and the first of all where none does.

    Raises:
        UnknownFormatError: When `given` names a column that dwell lacks or a header that the file lacks.
    """
    columns = {column: _mapped_header(column, name, header) for column, name in given.items()}
    left = {normalize_header(name): name for name in reversed(header) if name not in columns.values()}
    clock = next((left[name] for name in CLOCK if name in left and _has_date(left, name)), None)
    if clock:
        del left[normalize_header(clock)]
    for column, names in ALIASES.items():
        own = () if column in _FOLLOWING else (normalize_header(column),)
        if column in columns:
            continue
        spellings = (*own, *names)
        named = [name for name in spellings if name in left]
        fitting = (name for name in named if len(named) > 1 and fits and fits(column, left[name]))
        matching = next(fitting, None) or next(iter(named), None) or _with_unit(column, spellings, left)
        if matching is not None:
            columns[column] = left.pop(matching)
    dropped = tuple(name for name in header if name in left.values() and normalize_header(name) not in IGNORED)
    return Headers(columns, clock, dropped)


def _fits(part: Part) -> Fits:
    """Whether most of the first values of a header can be read as a column's kind."""

    def fits(column: str, header: str) -> bool:
        texts = [text for text in part.column(header) if not is_unknown(text)]
        kind = KINDS.get(column)
        if kind is None or not texts:
            return kind is None
        read = sum(_is_read(kind, text) for text in texts)
        return 2 * read >= len(texts)

    return fits


def _is_read(kind: str, text: str) -> bool:
    style = number_style([text, "12.5", "1,234.5"], "count" if kind == "count" else "length")
    try:
        if kind == "count":
            parse_count(text, style)
        elif kind == "flag":
            parse_flag(text)
        else:
            parse_seconds(text.rstrip("% "), style)
    except ValueError:
        return False
    return True


def _with_unit(column: str, spellings: Sequence[str], left: Mapping[str, str]) -> str | None:
    """A header that is one of the spellings with a unit behind it."""
    if column not in _UNITS:
        return None
    named = {name: header_unit(header) for name, header in left.items()}
    return next((name for name, (bare, unit) in named.items() if unit in _UNITS[column] and bare in spellings), None)


def _mapped_header(column: str, name: str, header: Sequence[str]) -> str:
    if column not in _MAPPABLE:
        raise UnknownFormatError(f"--map {column}=...: dwell has no such field; it has {', '.join(sorted(_MAPPABLE))}.")
    matching = next((h for h in header if h == name), None) or next(
        (h for h in header if normalize_header(h) == normalize_header(name)), None
    )
    if matching is None:
        raise UnknownFormatError(
            f"--map {column}={name}: the file has no such column; it has {', '.join(header[:60])}."
        )
    return matching


def _has_date(left: Mapping[str, str], clock: str) -> bool:
    """Whether another header holds the date, so that this one is the time of day."""
    return any(name in left and name != clock for name in ("posted at", *ALIASES["posted_at"]))


def extract(part: Part, context: Context, headers: Headers) -> Extract:
    """The table in place, with the source of each column."""
    nested = part.layout != "csv"
    sources = {column: _source(column, name, headers, nested=nested) for column, name in headers.columns.items()}
    link = sources.get("url")
    for column in ("post_id", "handle"):
        if link and column not in sources:
            sources[column] = Source(link.names)
        elif link and column == "post_id":
            sources[column] = Source((*sources[column].names, *link.names))
    constants = {} if "platform" in sources else {"platform": "tiktok"}
    shape = Shape(NAME, _tables(sources, context), sources, constants)
    if nested:
        return json_extract(part, context, shape)
    return Extract(part.path, "csv", shape, delimiter=part.delimiter, lines=part.lines)


def _source(column: str, name: str, headers: Headers, *, nested: bool) -> Source:
    place = "/" + name.replace("~", "~0").replace("/", "~1") if nested else name
    time = headers.clock if column == "posted_at" else None
    return Source((place,), unit=_unit(column, name), time=f"/{time}" if nested and time else time)


def _unit(column: str, header: str) -> Unit:
    """The unit of plain numbers: the header's, seconds for a length, and for a share what the column itself says."""
    _, unit = header_unit(header)
    if column == "full_watch_rate":
        return "percent" if unit == "percent" else "undecided"
    return unit if column in _UNITS and unit in {"ms", "min", "h"} else ""


def _tables(sources: Mapping[str, Source], context: Context) -> tuple[str, ...]:
    tables = ["posts"]
    tables += ["post_snapshots"] if set(COUNTERS) & sources.keys() else []
    tables += ["watch_times"] if set(WATCHED) & sources.keys() else []
    tables += ["creators"] if "handle" in sources or context.handle else []
    tables += ["creator_snapshots"] if set(_FOLLOWING) & sources.keys() else []
    return tuple(tables)


def _recognises(part: Part, context: Context) -> bool:
    return part.layout in {"csv", "ndjson", "array"} and match_headers(part.header, context.hints.columns).fits


def _read(parts: Sequence[Part], context: Context) -> ReadResult:
    reading = ReadResult()
    for part in parts:
        headers = match_headers(part.header, context.hints.columns, _fits(part))
        if not headers.fits:
            raise UnknownFormatError(
                f"{part.name} lacks what a table of posts needs: an id or link (or posting time with title or length), "
                f"and a counter or watch time; its columns are {', '.join(part.header[:60])}: name them with "
                "--map field=column."
            )
        reading.extracts.append(extract(part, context, headers))
        if headers.dropped:
            reading.warnings.append(f"{part.name}: columns not imported: {', '.join(headers.dropped)}.")
    return reading


FORMAT = Format(
    NAME,
    "a table of posts that you made, by its headers in several languages or --map field=column",
    (frozenset({"url", "views", "likes", "comments", "shares"}),),
    _recognises,
    _read,
)
