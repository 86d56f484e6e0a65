"""Which header of a table holds which column; where several could, which one does, and which are left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from dwell.errors import UnknownFormatError
from dwell.providers.files.aliases import CLOCK, COUNTERS, IGNORED, WATCHED
from dwell.providers.files.header_names import Meaning, fold_header, read_header
from dwell.providers.format import normalize_header
from dwell.records import TABLES
from dwell.records.shape import Unit
from dwell.settings.limits import NAME_LENGTH, NAMES_SHOWN

_MAPPABLE = {column.name for table in ("posts", "post_snapshots", "creators", "creator_snapshots", "watch_times")
             for column in TABLES[table].columns} - {"source"}  # fmt: skip
_CLOCKS = frozenset(map(fold_header, CLOCK))
_IGNORED = frozenset(map(fold_header, IGNORED))
_WATCH_TIME = Meaning("total_watch_s", 9, 0, "")
"""A bare "watch time" is the total where another column is the average; alone it may be either, and is not read."""


@dataclass(frozen=True)
class Headers:
    """Which header holds which column, and which are not imported.

    Attributes:
        columns: Canonical column -> header.
        clock: Header of a time of day that stands apart from the date.
        units: Canonical column -> unit that the header states.
        dropped: Headers that are not imported, a repeated one with its place.
        alternatives: Canonical column -> other headers that could mean it, best first; they are among the dropped.
    """

    columns: dict[str, str]
    clock: str | None
    units: dict[str, Unit]
    dropped: tuple[str, ...]
    alternatives: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def fits(self) -> bool:
        """Whether the table identifies posts and has figures on each."""
        named = {"post_id", "url"} & self.columns.keys()
        described = "posted_at" in self.columns and {"caption", "duration_s"} & self.columns.keys()
        return bool(named or described) and bool({*COUNTERS, *WATCHED} & self.columns.keys())


Fits = Callable[[str, str], bool]
"""Whether the values of a header (the second) are of a column's kind."""


def match_headers(header: Sequence[str], given: Mapping[str, str], fits: Fits | None = None) -> Headers:
    """Match headers with columns: what the user gave first, then dwell's own names, then aliases.

    Args:
        header: As the file has it.
        given: What the user said: canonical column -> header.
        fits: Of several headers for a column the first that fits is taken, and the first of all where none does.

    Raises:
        UnknownFormatError: When `given` names a column that dwell lacks or a header that the file lacks.
    """
    columns = {column: _mapped_header(column, name, header) for column, name in given.items()}
    mapped = set(columns.values())
    meanings = {name: read_header(name) for name in dict.fromkeys(header) if name not in mapped}
    clock = _find_clock(meanings)
    candidates: dict[str, list[tuple[Meaning, str]]] = {}
    for name, meaning in meanings.items():
        if meaning and name != clock and meaning.column not in columns:
            candidates.setdefault(meaning.column, []).append((meaning, name))
    _add_watch_time(candidates, meanings)
    units: dict[str, Unit] = {}
    alternatives: dict[str, tuple[str, ...]] = {}
    for column, found in candidates.items():
        found.sort(key=lambda pair: (pair[0].rank >= 0, pair[0].distance, pair[0].rank))
        fitting = (pair for pair in found if len(found) > 1 and fits and fits(column, pair[1]))
        meaning, columns[column] = next(fitting, found[0])
        units[column] = meaning.unit
        alternatives[column] = tuple(name for _, name in found if name != columns[column])
    used = {*columns.values(), *([clock] if clock else [])}
    return Headers(columns, clock, units, tuple(_dropped(header, used)), alternatives)


def list_names(names: Iterable[str], most: int = NAMES_SHOWN) -> str:
    """Names in a message: the first of them, and how many more there are."""
    names = list(names)
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return (
        ", ".join(name if len(name) <= NAME_LENGTH else f"{name[: NAME_LENGTH - 1]}…" for name in names[:most]) + more
    )


def _add_watch_time(candidates: dict[str, list[tuple[Meaning, str]]], meanings: Mapping[str, Meaning | None]) -> None:
    if "avg_watch_s" not in candidates or "total_watch_s" in candidates:
        return
    for name, meaning in meanings.items():
        total = read_header(f"total {name}") if meaning is None and fold_header(name).startswith("watchtime") else None
        if total and total.column == "total_watch_s":
            candidates.setdefault("total_watch_s", []).append((_WATCH_TIME._replace(unit=total.unit), name))


def _find_clock(meanings: Mapping[str, Meaning | None]) -> str | None:
    """The header of a time of day, where another header holds the date."""
    dates = [name for name, meaning in meanings.items() if meaning and meaning.column == "posted_at"]
    clocks = (name for name in meanings if fold_header(name) in _CLOCKS)
    return next((name for name in clocks if any(other != name for other in dates)), None)


def _dropped(header: Sequence[str], used: set[str]) -> Iterable[str]:
    times = Counter[str]()
    for place, name in enumerate(header, 1):
        times[name] += 1
        if fold_header(name) in _IGNORED or not name.strip():
            continue
        if name not in used:
            yield name
        elif times[name] > 1:
            yield f"{name} (column {place})"


def _mapped_header(column: str, name: str, header: Sequence[str]) -> str:
    if column not in _MAPPABLE:
        raise UnknownFormatError(f"--map {column}=...: dwell has no such field; it has {', '.join(sorted(_MAPPABLE))}.")
    matching = next((h for h in header if h == name), None) or next(
        (h for h in header if normalize_header(h) == normalize_header(name)), None
    )
    if matching is None:
        raise UnknownFormatError(f"--map {column}={name}: the file has no such column; it has {list_names(header)}.")
    return matching
