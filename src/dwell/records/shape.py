"""What a provider passes to the warehouse: a plain file, and where its rows hold each canonical column.

Providers know vendors, the warehouse knows engines, and this is the whole contract between them: a `Shape` is data, so
the warehouse can load a 5 GB file in bulk without running vendor code for each row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from dwell.errors import DwellError, MissingTimeError
from dwell.text.iso_times import parse_iso_day, parse_iso_time
from dwell.text.names import normalize_handle
from dwell.text.time_zones import find_zone

Unit = Literal["", "ms", "min", "h", "percent", "undecided"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a source row holds the text of one canonical column.

    Attributes:
        names: CSV headers, or JSON pointers such as `/stats/playCount` (`/challenges/*/title` for a list); the first
            that holds a value wins. For `hashtags` all of them together make the list, and one text may itself be
            a list (`a|b`, `#a #b`, `a, b`); for a flag, true where any of them is true. Where `post_id` or `handle`
            point to a TikTok link, its id or account is used; where `posted_at` points to a TikTok post id, the time
            in that id (its upper 32 bits are Unix seconds).
        unit: Of plain numbers: `ms`, `min` and `h` become seconds, `percent` is divided by 100, and where shares are
            `undecided`, the column's own values say whether it is percent. A unit in a cell counts before it.
        time: Header of a time of day that is separate from the date in `names`.
        equals: For flags: the value is true when the text equals one of these (case-insensitive). For `media_type`:
            `photo` when the text equals one of these, else `video`; unknown without text; where `*` is among
            them, any text means `photo` and no text means `video`.
        negate: For flags: true and false are swapped.
    """

    names: tuple[str, ...]
    unit: Unit = ""
    time: str | None = None
    equals: tuple[str, ...] = ()
    negate: bool = False


def source_at(*names: str, **options: Any) -> Source:
    """Short for `Source(names, ...)`."""
    return Source(names, **options)


@dataclass(frozen=True)
class Shape:
    """How rows of one format become rows of dwell's tables.

    Attributes:
        name: Format name, as in `--format` and in the `source` column.
        tables: Names of the tables (`dwell.records.TABLES`) that a row can give a row to.
        columns: Canonical column -> where it is.
        constants: Canonical column -> value that every row has, used where `columns` has no source.
        cumulative: Counters are totals since publishing, so a negative one is a reject; false where they are
            net figures of a period (YouTube Studio), which may be negative.
        decimal: The decimal mark that the format writes; where empty, each column decides from all its values.
        accounts: What names the account of a row: a vendor's `column`, or the link where it has none; in tables that
            people made the `link`, else the column, which may hold names of people; or rows are `stored` ones, taken as
            they are.
    """

    name: str
    tables: tuple[str, ...]
    columns: Mapping[str, Source]
    constants: Mapping[str, Any] = field(default_factory=dict)
    cumulative: bool = True
    accounts: Literal["column", "link", "stored"] = "column"
    decimal: Literal["", ".", ","] = ""


@dataclass(frozen=True)
class Extract:
    """Rows ready to be loaded: a plain UTF-8 file on disk and its shape.

    Attributes:
        path: The file: the user's own where it is plain, otherwise an unpacked or rewritten copy in a scratch folder.
        layout: `csv` has a header line; `ndjson` one object a line; `array` one JSON array of objects;
            `parquet` only for dwell's own export.
        shape: What the rows mean.
        delimiter: Of a CSV.
        line_key: In rewritten `ndjson`: the key that holds the line number in the user's file.
        rejects: Rows that could not be parsed: (line, reason, text).
        part: Name of the part of the user's file that the rows come from, for messages; the path's name where empty.
        lines: Lines of the file at `path`, where they were counted.
        header: Of a CSV, as recognition read it; it is read from the file where empty.
        guarded: Of a CSV: dwell wrote it to be opened with a spreadsheet, so texts have the guards of
            `text.spreadsheets`.
    """

    path: Path
    layout: Literal["csv", "ndjson", "array", "parquet"]
    shape: Shape
    delimiter: str = ","
    line_key: str | None = None
    rejects: tuple[tuple[int, str, str], ...] = ()
    part: str = ""
    lines: int | None = None
    header: tuple[str, ...] = ()
    guarded: bool = False

    @property
    def name(self) -> str:
        """Its name in messages."""
        return self.part or self.path.name


@dataclass(frozen=True)
class SourceFile:
    """One file of the user, recognised and opened: it is loaded whole or not at all.

    Attributes:
        path: As the user gave it.
        digest: SHA-256 of its bytes, hex.
        format: Name of the format that was recognised.
        extracts: Its parts (several for a zip).
        warnings: Sentences that tell the user about problems in this file.
    """

    path: Path
    digest: str
    format: str
    extracts: tuple[Extract, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hints:
    """What the user stated about the files on the command line.

    Attributes:
        format: `--format`: skip recognition.
        columns: `--map field=column`: canonical column -> header in the file.
        as_of: `--as-of`, ISO text: when rows without a time of their own were observed.
        handle: `--creator`: the account of rows that name none; a file of another account is refused.
        niche: `--niche`: given to every creator in the file.
        dates: `--dates dmy|mdy`: how to read 3/4/2024 where the column itself cannot tell.
        tz: `--tz`: IANA zone of times without one.
        decimal: `--decimal`: the decimal mark, where a column itself leaves `1.234` or `1,234` open.
        percent: `--percent`: whether shares without a unit are percentages, where the user said so.
        suffixes: `--suffix B=1000`: what a suffix multiplies by.
    """

    format: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    as_of: str | None = None
    handle: str | None = None
    niche: str | None = None
    dates: Literal["dmy", "mdy"] | None = None
    tz: str | None = None
    decimal: Literal[".", ","] | None = None
    percent: bool | None = None
    suffixes: Mapping[str, int] = field(default_factory=dict)

    @property
    def account(self) -> str | None:
        """`--creator`, lower case, without @."""
        return normalize_handle(self.handle) if self.handle else None

    @property
    def as_of_is_day(self) -> bool:
        """`--as-of` names a day and no time of day."""
        try:
            return self.as_of is not None and bool(parse_iso_day(self.as_of.strip()))
        except ValueError:
            return False

    def as_of_instant(self) -> datetime | None:
        """`--as-of` as an instant, UTC; a bare date is its first moment, and without a zone `--tz` or UTC is meant.

        Raises:
            MissingTimeError: It isn't an ISO date or time, or the zone doesn't exist.
        """
        try:
            zone = find_zone(self.tz) if self.tz else UTC
        except DwellError as error:
            raise MissingTimeError(f"--tz {error}") from error
        if self.as_of is None:
            return None
        try:
            read = parse_iso_time(self.as_of.strip())
            return (read if read.tzinfo else read.replace(tzinfo=zone)).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise MissingTimeError(
                f"--as-of {self.as_of!r} isn't a day or a time; write 2026-03-22 or 2026-03-22T18:30+01:00."
            ) from error
