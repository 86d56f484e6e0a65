"""A table that the user or another tool made: its headers are matched by aliases, or named with `--map`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from dwell.errors import BadFileError, UnknownFormatError
from dwell.providers.files.account_table import (
    AccountHeaders,
    account_shape,
    is_account,
    match_accounts,
    without_objects,
)
from dwell.providers.files.aliases import COUNTERS, FOLLOWING, WATCHED
from dwell.providers.files.bulk import json_extract
from dwell.providers.files.date_headers import settle_dates
from dwell.providers.files.platform_column import with_platform
from dwell.providers.files.table_headers import Fits, Headers, list_names, match_headers
from dwell.providers.files.wide_table import narrow_table
from dwell.providers.format import CSV, JSON, Context, Format, ReadResult
from dwell.providers.json_rows import KindOf
from dwell.providers.part import Part, first_rows, too_wide
from dwell.records import TABLES, Extract, Shape, Source
from dwell.records.shape import Unit
from dwell.settings.limits import COLUMNS
from dwell.text.number_style import number_style
from dwell.text.numbers import parse_count, parse_seconds
from dwell.text.words import is_unknown, parse_flag

NAME = "table"
_NOT_POSTS = frozenset({"cid", "comment_id", "parent_comment_id", "reply_to_comment_id", "cha_name"})
"""Keys of comments and hashtags, whose ids and likes look like those of posts."""
_COUNTS_POSTS = frozenset(
    f"{place}{name}" for place in ("", "stats.", "statsV2.") for name in ("videoCount", "video_count", "user_count")
)
"""Keys of accounts, hashtags and sounds, which count posts."""
_OF_RESULTS = frozenset(
    (
        *("caption_length", "above_p90", "views_multiple", "engagement_multiple", "baseline_n"),  # dwell posts
        *("percentile_low", "percentile_high"),  # dwell score
        *("hook_loss_1s", "hook_loss_3s", "plateau_from_s", "plateau_to_s"),  # dwell retention
        *("share_momentum", "share_momentum_low", "share_momentum_high"),  # dwell trends
    )
)
"""Columns of dwell's own results that hold captions: a CSV with two of them is one, and its texts are guarded."""
_DEEPEST = 3
"""Objects within a row whose values are columns: `{"video": {"stats": {"views": 5}}}`."""
_LIST_OF_TEXTS = ("name", "title", "hashtagName", "hashtag_name")
KINDS = {column.name: column.kind for table in TABLES.values() for column in table.columns
         if column.kind in {"count", "number", "flag"}}  # fmt: skip


def extract(part: Part, context: Context, headers: Headers, pointers: Mapping[str, str]) -> Extract:
    """The table in place, with the source of each column.

    Args:
        part: The file.
        context: What the user stated.
        headers: Which header holds which column.
        pointers: Of JSON: header -> where it stands in a row; empty for a CSV.
    """
    headers = settle_dates(headers, _first_values(part, headers.clock) if headers.clock else ())
    sources = {column: _source(column, name, headers, pointers) for column, name in headers.columns.items()}
    link = sources.get("url")
    for column in ("post_id", "handle"):
        if link and column not in sources:
            sources[column] = Source(link.names)
        elif link and column == "post_id":
            sources[column] = Source((*sources[column].names, *link.names))
    shape = Shape(NAME, _tables(sources, context), sources, {"platform": "tiktok"}, accounts="link")
    return _extract_shape(part, context, shape)


def _extract_accounts(part: Part, context: Context, accounts: AccountHeaders, pointers: Mapping[str, str]) -> Extract:
    return _extract_shape(part, context, account_shape(NAME, accounts.columns, lambda name: pointers.get(name, name)))


def _extract_shape(part: Part, context: Context, shape: Shape) -> Extract:
    if part.layout != "csv":
        return json_extract(part, context, shape, kind_with(context.hints.columns))
    names = (name for source in shape.columns.values() for name in (*source.names, source.time) if name)
    guarded = len(_OF_RESULTS.intersection(part.header)) > 1
    part = narrow_table(part, names, context.scratch)
    return Extract(
        part.path, "csv", shape, delimiter=part.delimiter, lines=part.lines, header=part.header, guarded=guarded
    )


def _source(column: str, name: str, headers: Headers, pointers: Mapping[str, str]) -> Source:
    time = headers.clock if column == "posted_at" else None
    unit: Unit = headers.units.get(column, "")
    if column == "full_watch_rate" and unit != "percent":
        unit = "undecided"  # the column itself says
    return Source((pointers.get(name, name),), unit=unit, time=pointers.get(time, time) if time else None)


def _fits(part: Part) -> Fits:
    """Whether most of the first values of a header can be read as a column's kind."""

    def fits(column: str, header: str) -> bool:
        kind = KINDS.get(column)
        if kind is None:
            return True
        texts = [text for text in _first_values(part, header) if not is_unknown(text)]
        return bool(texts) and 2 * sum(_is_read(kind, text) for text in texts) >= len(texts)

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


def _first_values(part: Part, name: str) -> list[str]:
    if part.layout == "csv":
        return part.column(name)
    values = (_flat_values(item).get(name) for item in part.objects)
    return [str(value) for value in values if value is not None]


def _tables(sources: Mapping[str, Source], context: Context) -> tuple[str, ...]:
    tables = ["posts"]
    tables += ["post_snapshots"] if set(COUNTERS) & sources.keys() else []
    tables += ["watch_times"] if set(WATCHED) & sources.keys() else []
    tables += ["creators"] if "handle" in sources or context.handle else []
    tables += ["creator_snapshots"] if set(FOLLOWING) & sources.keys() else []
    return tuple(tables)


def _cells(item: Mapping[str, Any], place: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Place and value of each cell of an object and of the objects in it, its own first; lists are no cells."""
    yield from (
        ((*place, key), value) for key, value in item.items() if not isinstance(value, dict) and _is_cell(value)
    )
    for key, value in item.items():
        if isinstance(value, dict) and len(place) < _DEEPEST:
            yield from _cells(value, (*place, key))


def _flat_values(item: Mapping[str, Any]) -> dict[str, Any]:
    """Header -> value of each cell of an object; those of the objects in it are called `stats.views`."""
    values: dict[str, Any] = {}
    for place, value in _cells(item):
        values.setdefault(".".join(place), value)
    return values


def too_wide_error(part: Part) -> BadFileError | None:
    """The error for JSON whose first objects have more values than the limit, so that none was taken for a row."""
    widest = max((len(_flat_values(item)) for item in part.objects[:20]), default=0)
    return too_wide(part.name, widest, "values in one object") if widest > COLUMNS.value() else None


def _lists_of_objects(part: Part) -> list[str]:
    """Keys of lists that are no cells, such as a post's comments."""
    lists = ((key, value) for item in part.objects for key, value in item.items() if isinstance(value, list))
    return list(dict.fromkeys(key for key, value in lists if value and not _is_cell(value)))


def _is_cell(value: Any) -> bool:
    return not isinstance(value, list) or _text_key(value) is not None


def _text_key(values: list[Any]) -> str | None:
    """The key of the texts in a list; empty where they are texts themselves, None where the list holds none."""
    first = next((value for value in values if value is not None), None)
    if isinstance(first, dict):
        return next((key for key in _LIST_OF_TEXTS if key in first and len(first) <= 10), None)
    return "" if isinstance(first, str) else None


def _pointers(part_name: str, objects: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Header -> JSON pointer, for the cells of objects.

    Raises:
        BadFileError: There are more than the limit.
    """
    pointers: dict[str, str] = {}
    for item in objects:
        for place, value in _cells(item):
            name = ".".join(place)
            if name not in pointers:
                text_key = _text_key(value) if isinstance(value, list) else None
                end = "" if text_key is None else f"/*/{text_key}".rstrip("/")
                pointers[name] = "".join(f"/{_escape(key)}" for key in place) + end
    if len(pointers) > COLUMNS.value():
        raise too_wide(part_name, len(pointers), "different values in its first rows")
    return pointers


def _escape(key: str) -> str:
    """A key within a pointer; `~2` is a star that is part of a key, and no list's."""
    return key.replace("~", "~0").replace("/", "~1").replace("*", "~2")


def _kind_of(item: Mapping[str, Any]) -> str | None:
    return kind_with({})(item)


def kind_with(given: Mapping[str, str]) -> KindOf:
    """What an object is to a table of posts, with the headers that the user named."""
    names = frozenset(given.values())

    def kind_of(item: Mapping[str, Any]) -> str | None:
        if len(item) > COLUMNS.value():
            return None  # no row, whatever it is: to compare so many keys would take long
        if names and names <= item.keys():
            return "row"
        return _row_kind(item, 0) or ("row" if _is_account_row(item, given) else None)

    return kind_of


def _row_kind(item: Mapping[str, Any], depth: int) -> str | None:
    """`row` for an object that is one by its own cells, or by those of the objects in it if none of these is a row."""
    if len(item) < 2 or not _NOT_POSTS.isdisjoint(item):
        return None
    header = tuple(_flat_values(item))
    if len(header) > COLUMNS.value():
        return None
    if not _COUNTS_POSTS.isdisjoint(header):
        return None
    fits, is_seen = _fit(tuple(key for key, value in item.items() if not isinstance(value, dict) and _is_cell(value)))
    if not fits:
        if depth >= _DEEPEST or _wraps_rows(item, header, depth):
            return None
        fits, is_seen = _fit(header)
    return "row" if fits and (is_seen or not _lists_rows(item)) else None


def _is_account_row(item: Mapping[str, Any], given: Mapping[str, str]) -> bool:
    """Whether an object is a row of a table of accounts; one that lists its posts is a wrapper."""
    if len(item) < 2 or not _NOT_POSTS.isdisjoint(item):
        return False
    header = tuple(_flat_values(item))
    if len(header) > COLUMNS.value():
        return False
    return is_account(item, match_headers(header, given), given) and not _lists_rows(item)


def _wraps_rows(item: Mapping[str, Any], header: tuple[str, ...], depth: int) -> bool:
    """Whether the rows are objects within this one: several, or one beside which nothing of a post is said."""
    nested = [key for key, value in item.items() if isinstance(value, dict) and _row_kind(value, depth + 1)]
    if len(nested) != 1:
        return len(nested) > 1
    beside = _columns(tuple(name for name in header if not name.startswith(f"{nested[0]}.")))
    return not beside or "post_id" in beside


@lru_cache(maxsize=1024)
def _columns(header: tuple[str, ...]) -> frozenset[str]:
    return frozenset(match_headers(header, {}).columns)


@lru_cache(maxsize=1024)
def _fit(header: tuple[str, ...]) -> tuple[bool, bool]:
    """Whether an object with these headers is a row, and whether it says how often it was seen, as accounts do not."""
    headers = match_headers(header, {})
    return headers.fits, bool({"views", *WATCHED} & headers.columns.keys())


def _lists_rows(item: Mapping[str, Any]) -> bool:
    """Whether an object has a list of rows: it is an account then."""
    lists = (value for value in item.values() if isinstance(value, list))
    return any(isinstance(one, dict) and _kind_of(one) for values in lists for one in values[:3])


def listed_posts(item: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The first objects of each list of an object that are rows of a table of posts."""
    lists = (value for value in item.values() if isinstance(value, list))
    return [one for values in lists for one in values[:3] if isinstance(one, dict) and _row_kind(one, 0)]


def _headers(part: Part, context: Context) -> tuple[Headers, dict[str, str]]:
    pointers = {} if part.layout == "csv" else _pointers(part.name, part.objects)
    header = part.header if part.layout == "csv" else tuple(pointers)
    headers = without_objects(part, match_headers(header, context.hints.columns, _fits(part)))
    return with_platform(part, headers), pointers


def _recognises(part: Part, context: Context) -> bool:
    if part.layout == "csv":
        headers, _ = _headers(part, context)
        return headers.fits or match_accounts(part, headers, context.hints.columns) is not None
    return any(map(kind_with(context.hints.columns), first_rows(part)))


def _read(parts: Sequence[Part], context: Context) -> ReadResult:
    reading = ReadResult()
    for part in parts:
        headers, pointers = _headers(part, context)
        if accounts := match_accounts(part, headers, context.hints.columns):
            reading.extracts.append(_extract_accounts(part, context, accounts, pointers))
            if accounts.dropped:
                reading.warnings.append(f"{part.name}: columns not imported: {list_names(accounts.dropped)}.")
            continue
        if not headers.fits:
            raise UnknownFormatError(
                f"{part.name} lacks what a table of posts needs: an id or link (or posting time with title or length), "
                f"and a counter or watch time; its columns are {list_names(part.header, 60)}: name them with "
                "--map field=column."
            )
        made = extract(part, context, headers, pointers)
        reading.extracts.append(made)
        used = {name for source in made.shape.columns.values() for name in source.names}
        dropped = [name for name in headers.dropped if pointers.get(name, name) not in used]
        dropped += _lists_of_objects(part)
        if dropped:
            reading.warnings.append(f"{part.name}: columns not imported: {list_names(dropped)}.")
    return reading


FORMAT = Format(
    NAME,
    "a table of posts that you made, by its headers in several languages or --map field=column",
    (frozenset({"url", "views", "likes", "comments", "shares"}),),
    _recognises,
    _read,
    _kind_of,
    layouts=CSV | JSON,
)
