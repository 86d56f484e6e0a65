"""A table that the user or another tool made: its headers are matched by aliases, or named with `--map`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dwell.errors import UnknownFormatError
from dwell.providers.files.account_table import AccountHeaders, account_shape, match_accounts, without_objects
from dwell.providers.files.aliases import ALIASES, CLOCK, COUNTERS, IGNORED, UNITS, WATCHED
from dwell.providers.files.bulk import json_extract
from dwell.providers.files.date_headers import settle_dates
from dwell.providers.files.platform_column import with_platform
from dwell.providers.format import Context, Format, ReadResult, normalize_header
from dwell.providers.part import Part
from dwell.records import TABLES, Extract, Shape, Source
from dwell.text.numbers import is_percent_column

NAME = "table"
_FOLLOWING = ("followers", "following", "total_likes", "post_count")
_MAPPABLE = {column.name for table in ("posts", "post_snapshots", "creators", "creator_snapshots", "watch_times")
             for column in TABLES[table].columns} - {"source"}  # fmt: skip


@dataclass(frozen=True)
class Headers:
    """Which header holds which column, and which are not imported."""

    columns: dict[str, str]
    clock: str | None
    units: dict[str, str]
    dropped: tuple[str, ...]

    @property
    def fits(self) -> bool:
        """Whether the table identifies posts and has figures on each."""
        named = {"post_id", "url"} & self.columns.keys()
        described = "posted_at" in self.columns and {"caption", "duration_s"} & self.columns.keys()
        return bool(named or described) and bool({*COUNTERS, *WATCHED} & self.columns.keys())


def match_headers(header: Sequence[str], given: Mapping[str, str]) -> Headers:
    """Match headers with columns: what the user gave first, then dwell's own names, then aliases.

    Raises:
        UnknownFormatError: When `given` names a column that dwell lacks or a header that the file lacks.
    """
    columns = {column: _mapped_header(column, name, header) for column, name in given.items()}
    left = {normalize_header(name): name for name in reversed(header) if name not in columns.values()}
    units: dict[str, str] = {}
    clock = next((left[name] for name in CLOCK if name in left and _has_date(left, name)), None)
    if clock:
        del left[normalize_header(clock)]
    for column, names in ALIASES.items():
        own = () if column in _FOLLOWING else (normalize_header(column),)
        spellings = (*own, *names, *(name for name in UNITS if column == "duration_s"))
        matching = next((name for name in spellings if name in left), None) if column not in columns else None
        if matching is not None:
            columns[column] = left.pop(matching)
            units[column] = UNITS.get(matching, "")
    dropped = tuple(name for name in header if name in left.values() and normalize_header(name) not in IGNORED)
    return Headers(columns, clock, units, dropped)


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
    headers = settle_dates(headers, part.column(headers.clock) if headers.clock else ())
    nested = part.layout != "csv"
    sources = {column: _source(part, column, name, headers, nested=nested) for column, name in headers.columns.items()}
    link = sources.get("url")
    for column in ("post_id", "handle"):
        if link and column not in sources:
            sources[column] = Source(link.names)
        elif link and column == "post_id":
            sources[column] = Source((*sources[column].names, *link.names))
    constants = {"platform": "tiktok"}
    shape = Shape(NAME, _tables(sources, context), sources, constants, accounts="link")
    if nested:
        return json_extract(part, context, shape)
    return Extract(part.path, "csv", shape, delimiter=part.delimiter, lines=part.lines)


def _source(part: Part, column: str, name: str, headers: Headers, *, nested: bool) -> Source:
    place = _pointer(name) if nested else name
    time = headers.clock if column == "posted_at" else None
    percent = column == "full_watch_rate" and is_percent_column(part.column(name))
    ms = headers.units.get(column) == "ms"
    return Source(
        (place,), unit="percent" if percent else "ms" if ms else "", time=f"/{time}" if nested and time else time
    )


def _pointer(name: str) -> str:
    return "/" + name.replace("~", "~0").replace("/", "~1")


def _tables(sources: Mapping[str, Source], context: Context) -> tuple[str, ...]:
    tables = ["posts"]
    tables += ["post_snapshots"] if set(COUNTERS) & sources.keys() else []
    tables += ["watch_times"] if set(WATCHED) & sources.keys() else []
    tables += ["creators"] if "handle" in sources or context.handle else []
    tables += ["creator_snapshots"] if set(_FOLLOWING) & sources.keys() else []
    return tuple(tables)


def _headers(part: Part, context: Context) -> Headers:
    headers = without_objects(part, match_headers(part.header, context.hints.columns))
    return with_platform(part, headers)


def _accounts(part: Part, context: Context) -> AccountHeaders | None:
    return match_accounts(part, _headers(part, context), context.hints.columns)


def _recognises(part: Part, context: Context) -> bool:
    if part.layout not in {"csv", "ndjson", "array"}:
        return False
    return _headers(part, context).fits or _accounts(part, context) is not None


def _extract_accounts(part: Part, context: Context, accounts: AccountHeaders) -> Extract:
    nested = part.layout != "csv"
    shape = account_shape(NAME, accounts.columns, lambda name: _pointer(name) if nested else name)
    if nested:
        return json_extract(part, context, shape)
    return Extract(part.path, "csv", shape, delimiter=part.delimiter, lines=part.lines)


def _read(parts: Sequence[Part], context: Context) -> ReadResult:
    reading = ReadResult()
    for part in parts:
        headers = _headers(part, context)
        if accounts := _accounts(part, context):
            reading.extracts.append(_extract_accounts(part, context, accounts))
            if accounts.dropped:
                reading.warnings.append(f"{part.name}: columns not imported: {', '.join(accounts.dropped)}.")
            continue
        if not headers.fits:
            raise UnknownFormatError(
                f"{part.name} lacks what a table of posts needs: an id or link (or posting time with title or length), "
                f"and a counter or watch time; its columns are {', '.join(part.header[:60])}: name them with "
                "--map field=column."
            )
        made = extract(part, context, headers)
        reading.extracts.append(made)
        used = {name for source in made.shape.columns.values() for name in source.names}
        if dropped := [name for name in headers.dropped if not {name, f"/{name}"} & used]:
            reading.warnings.append(f"{part.name}: columns not imported: {', '.join(dropped)}.")
    return reading


FORMAT = Format(
    NAME,
    "a table of posts that you made, by its headers in several languages or --map field=column",
    (frozenset({"url", "views", "likes", "comments", "shares"}),),
    _recognises,
    _read,
)
