"""The list of file formats, in the order in which they are tried, and the one way to read a file: `read`."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from dwell.errors import BadFileError, StrangeFileError, UnknownFormatError
from dwell.providers import api_formats, archive
from dwell.providers.files import (
    apify,
    business_api,
    contentstats,
    data_request,
    meta_videos,
    own,
    user_table,
    watch_template,
    web_items,
    youtube,
)
from dwell.providers.files.days_from_1904 import refuse_days_from_1904
from dwell.providers.files.studio import export as studio
from dwell.providers.files.table_headers import list_names
from dwell.providers.format import Context, Format, ReadResult, normalize_header
from dwell.providers.json_rows import KindOf
from dwell.providers.opening import PlainFile, as_utf8, digest, inspect
from dwell.providers.part import PARQUET, Layout, Part, inspect_part, is_json
from dwell.providers.payloads import describe_other
from dwell.providers.strangers import describe_stranger, is_no_data, list_skipped, may_be_no_data
from dwell.providers.table_head import find_header_lines, list_rows_above, move_header, plain_table, read_head
from dwell.providers.workbook import read_sheets
from dwell.records import Extract, Hints, SourceFile
from dwell.settings.limits import COLUMNS

# Order matters: the narrow shapes first; a table by aliases takes what is left.
_FORMATS: tuple[Format, ...] = (
    own.FORMAT,
    studio.FORMAT,
    watch_template.FORMAT,
    youtube.FORMAT,
    meta_videos.FORMAT,
    contentstats.FORMAT,
    apify.FORMAT,
    web_items.FORMAT,
    data_request.FORMAT,
    business_api.FORMAT,
    *api_formats.formats(),
    user_table.FORMAT,
)
_LAYOUTS: Mapping[Layout, str] = {
    "csv": "a table", "parquet": "a Parquet file", **dict.fromkeys(("ndjson", "array", "document"), "JSON")
}  # fmt: skip
ABOVE_HEADER = "a row above the header: the header must be the first line"
"""Why a row of a table is not read."""
LEAST_LIKENESS = 0.5
"""Share of a format's columns that a file has before an error names that format as the nearest."""
FORMATS: dict[str, str] = {known.name: known.description for known in _FORMATS if known.columns}
"""Name of each format, as in `--format`, and what it is; without those that are only recognised to be refused."""


def read(path: Path, hints: Hints, scratch: Path) -> SourceFile:
    """Recognise a file by its content and open it for loading. Nothing is stored.

    Args:
        path: CSV, JSON, JSON lines, xlsx, Parquet of dwell's own, or any of them in gz or zip.
        hints: What the user stated on the command line.
        scratch: Folder for unpacked and rewritten copies; the caller deletes it after loading.

    Raises:
        UnknownFormatError: When no importer recognises it, or `hints.format` names none.
        BadFileError: When it is cut off, damaged, unsafe, empty, or holds nothing that dwell keeps.
        MissingTimeError: When something in it cannot be dated without `--as-of`.
        WrongAccountError: When it is of another account than `hints.handle`.
    """
    forced = _chosen_format(hints)
    context = Context(path, hints, scratch)
    kind_of = user_table.kind_with(hints.columns) if hints.columns else forced.kind_of if forced else _kind_of
    fingerprint, opened, skipped = _open(path, scratch)
    groups: dict[str, list[Part]] = {}
    unknown: list[tuple[str, UnknownFormatError]] = []
    for plain_file in opened:
        try:
            part, matching = _inspect(plain_file, kind_of, context, forced)
            refuse_days_from_1904(part, hints.columns)
            groups.setdefault(matching.name, []).append(part)
        except UnknownFormatError as error:
            unknown.append((plain_file.name, error))
    if unknown and not groups:
        raise unknown[0][1]
    result = ReadResult(warnings=[warning for plain_file in opened for warning in plain_file.warnings])
    result.warnings += [warning for known in groups.values() for part in known for warning in _left_out(part)]
    notes = [name for name, error in unknown if may_be_no_data(name) and not isinstance(error, StrangeFileError)]
    result.warnings += [list_skipped([*skipped, *notes])] if skipped or notes else []
    result.warnings += [f"Not read: {error}" for name, error in unknown if name not in notes]
    for known in _FORMATS:
        if known.name in groups:
            made = known.read(groups[known.name], context)
            result.extracts += _with_rejects(made.extracts, groups[known.name])
            result.warnings += made.warnings
    named = tuple(extract if extract.part else replace(extract, part=path.name) for extract in result.extracts)
    return SourceFile(path, fingerprint, "+".join(groups), named, tuple(result.warnings))


def _inspect(plain_file: PlainFile, kind_of: KindOf, context: Context, forced: Format | None) -> tuple[Part, Format]:
    """A part and its format. A table that nothing recognises may have lines of title above its header."""
    start = read_head(plain_file)
    if not is_json(start) and not start.startswith(PARQUET):
        plain_file = plain_table(plain_file, context.scratch)
    part = inspect_part(plain_file, kind_of)
    if part.layout == "parquet" and own.table_of(part) is None:
        raise UnknownFormatError(
            f"{part.name} is a Parquet file that dwell did not export, and of Parquet it reads nothing else: convert "
            "it to CSV or JSON, and import that."
        )
    if forced and part.layout not in forced.layouts:
        raise UnknownFormatError(
            f"{part.name} is {_LAYOUTS[part.layout]}, which {forced.name} is not: leave out "
            f"{'--format' if context.hints.format else '--map'}."
        )
    formats = (forced,) if forced else _FORMATS
    if matching := _recognise(part, context, formats):
        return part, matching
    for before in find_header_lines(plain_file) if part.layout == "csv" else ():
        below = inspect_part(move_header(plain_file, before, context.scratch), kind_of)
        if matching := _recognise(below, context, formats):
            above = ((line, ABOVE_HEADER, text[:500]) for line, text in list_rows_above(plain_file, before))
            return replace(below, rejects=tuple(above)), matching
    if forced is None:
        raise _unknown_format_error(part)
    return part, forced


def _with_rejects(extracts: Sequence[Extract], parts: Iterable[Part]) -> list[Extract]:
    """The extracts of these parts; the first has the rows that no format was shown."""
    rejects = [reject for part in parts for reject in part.rejects]
    return [
        replace(extract, rejects=(*rejects, *extract.rejects)) if rejects and not place else extract
        for place, extract in enumerate(extracts)
    ]


def _left_out(part: Part) -> Iterator[str]:
    """A warning where headers are repeated, or the first posts have their comments in them: those are not read."""
    times = Counter(name for name in part.header if name.strip()) if part.layout == "csv" else Counter[str]()
    repeated = [f"{name} ({count:,} times)" for name, count in times.items() if count > 1]
    if repeated:
        yield f"{part.name}: headers that stand there more than once: {list_names(repeated)}. The first is read."
    if part.known and any(map(_has_comments, part.objects)):
        yield f"{part.name}: comments within posts are not imported: load them as a file of their own."


def _has_comments(item: Mapping[str, Any]) -> bool:
    comments = item.get("comments")
    return isinstance(comments, list) and any(isinstance(one, dict) for one in comments)


def _recognise(part: Part, context: Context, formats: Sequence[Format]) -> Format | None:
    for known in formats:
        try:
            if known.recognises(part, context):
                return known
        except UnknownFormatError:  # of a header that `--map` names and this line lacks
            continue
    return None


def _kind_of(item: Mapping[str, Any]) -> str | None:
    """What an object is to the first format that knows it.

    An account that lists posts which only a table knows, such as posts without their author, wraps these: the account's
    format would not read them.
    """
    if len(item) > COLUMNS.value():
        return None  # no row, whatever it is: to compare so many keys would take long
    kind = next(filter(None, (known.kind_of(item) for known in _FORMATS)), None)
    listed = user_table.listed_posts(item) if kind == "user" else ()
    return None if listed and not any(known.kind_of(one) == "post" for one in listed for known in _FORMATS) else kind


def _chosen_format(hints: Hints) -> Format | None:
    if hints.format is None:
        # A mapping is about headers of one's own, so it means a table.
        return user_table.FORMAT if hints.columns else None
    chosen = next((known for known in _FORMATS if known.name == hints.format), None)
    if chosen is None:
        near = difflib.get_close_matches(hints.format, FORMATS, 1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        raise UnknownFormatError(f"Unknown format {hints.format!r}{hint}: choose from {', '.join(FORMATS)}.")
    return chosen


def _open(path: Path, scratch: Path) -> tuple[str, list[PlainFile], list[str]]:
    """SHA-256 of what the user named, the plain files in it, and the names of those in it that hold no data.

    A plain file is read once for both.
    """
    packing = archive.detect_packing(path)
    if packing == "plain":
        inspection = inspect(path.name, path)
        return inspection.digest, [as_utf8(path.name, path, scratch, inspection)], []
    if packing == "zip":
        return digest(path), *_open_zip(path, scratch)
    return digest(path), _open_file(path.name, path, packing, scratch), []


def _open_file(name: str, path: Path, packing: str, scratch: Path) -> list[PlainFile]:
    if packing == "gz":
        inner = archive.gunzip(path, scratch)
        return _open_file(name.removesuffix(".gz"), inner, _inner_packing(name, inner), scratch)
    if packing == "xlsx":
        sheets = read_sheets(name, path, scratch)
        if not sheets:
            raise BadFileError(f"{name} has no sheet with anything in it.")
        return sheets
    if packing == "parquet":
        return [PlainFile(name, path)]
    if packing != "plain":
        raise BadFileError(f"{name} is a {packing} file: unpack it, or save it as CSV, and load that.")
    return [as_utf8(name, path, scratch)]


def _open_zip(path: Path, scratch: Path) -> tuple[list[PlainFile], list[str]]:
    entries = archive.list_members(path)
    if not entries:
        raise BadFileError(f"{path.name} is an empty zip: download it again.")
    skipped = [entry.filename for entry in entries if is_no_data(entry.filename)]
    if len(skipped) == len(entries):
        raise StrangeFileError(f"{path.name} is a zip without exports. {list_skipped(skipped)}")
    opened = []
    for entry in (entry for entry in entries if not is_no_data(entry.filename)):
        inner = archive.unzip(path, entry, scratch)
        opened += _open_file(entry.filename, inner, _inner_packing(entry.filename, inner), scratch)
    return opened, skipped


def _inner_packing(name: str, path: Path) -> str:
    packing = archive.detect_packing(path)
    if packing in {"zip", "gz"}:
        raise BadFileError(f"{name} is packed within a packed file: unpack the outer one and load what is in it.")
    return packing


def _unknown_format_error(part: Part) -> UnknownFormatError | BadFileError:
    """The error for a file that nothing recognises: what it is, or its columns and the nearest format."""
    stranger = describe_stranger(part, read_head(PlainFile(part.name, part.path)))
    if stranger:
        return StrangeFileError(f"{part.name} is {stranger}.")
    if part.layout not in {"csv", "parquet"}:
        if error := user_table.too_wide_error(part):
            return error
        other = describe_other(part.objects[0]) if part.objects else None
        if other:
            return BadFileError(
                f"{part.name} is {other}, which dwell does not store: load posts, accounts or comments."
            )
    names: Sequence[str] = part.header
    known = {normalize_header(name) for name in names}
    nearest, required = max(
        ((candidate, columns) for candidate in _FORMATS for columns in candidate.columns),
        key=lambda pair: len({normalize_header(name) for name in pair[1]} & known) / len(pair[1]),
    )
    missing = sorted(name for name in required if normalize_header(name) not in known)
    likeness = 1 - len(missing) / len(required)
    if likeness >= LEAST_LIKENESS:
        near = f"the nearest is {nearest.name}, which also has {', '.join(missing) or 'other values'}"
    else:
        near = "dwell reads posts with an id or link and their counters or watch time"
    return UnknownFormatError(
        f"{part.name} has an unknown format: its columns are {list_names(names) or '(none)'}; {near}: name your "
        "columns with --map field=column, or the format with --format."
    )
