"""Extracts of formats that may be large: the file stays where it is, and the loader reads it in bulk."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace

from dwell.providers.format import Context
from dwell.providers.json_rows import NOT_AN_OBJECT, KindOf
from dwell.providers.opening import new_file, write_chunks
from dwell.providers.part import Part, iterate_rows
from dwell.records import Extract, Shape, Source
from dwell.settings.limits import JSON_ROW

_LINE = "dwell line"
"""Key of the line in the user's file, in lines that were unwrapped."""
_DUMPS = json.JSONEncoder(ensure_ascii=False).encode
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")


def json_extract(part: Part, context: Context, shape: Shape, kind_of: KindOf) -> Extract:
    """JSON rows of one shape: lines and long lists stay where they are, wrapped rows are unwrapped into scratch.

    Args:
        part: The file.
        context: Where scratch is.
        shape: Of the rows.
        kind_of: Which objects are rows.
    """
    if part.direct and part.layout == "ndjson":
        return Extract(part.path, "ndjson", shape)
    if part.direct and part.layout == "array" and part.document is None:
        return Extract(part.path, "array", shape)
    target = new_file(context.scratch, ".ndjson")
    rejects: list[tuple[int, str, str]] = []
    numbered = part.layout == "ndjson"
    write_chunks(target, _encode_lines(part, kind_of, rejects, numbered=numbered))
    return Extract(target, "ndjson", shape, line_key=_LINE if numbered else None, rejects=tuple(rejects))


def csv_extract(part: Part, shape: Shape) -> Extract:
    """A CSV with only those of the shape's columns whose headers it has."""
    columns = {
        column: present for column, source in shape.columns.items() if (present := _keep_present(source, part.header))
    }
    return Extract(
        part.path,
        "csv",
        replace(shape, columns=columns),
        delimiter=part.delimiter,
        lines=part.lines,
        header=part.header,
    )


def _keep_present(source: Source, header: tuple[str, ...]) -> Source | None:
    names = tuple(name for name in source.names if name in header)
    return replace(source, names=names) if names else None


def _encode_lines(
    part: Part, kind_of: KindOf, rejects: list[tuple[int, str, str]], *, numbered: bool
) -> Iterator[bytes]:
    """A line for each entry, so that lines are positions; the rows of JSON lines carry their line instead.

    An entry that is no object is a line that the loader rejects, with its position; a skipped one an empty line.
    """
    most = JSON_ROW.value()
    for number, row in iterate_rows(part, kind_of):
        if row.item is None:
            if row.reason and (numbered or row.reason != NOT_AN_OBJECT):
                rejects.append((number, row.reason, row.text[:500]))
            text = "" if numbered or row.reason != NOT_AN_OBJECT else row.text or "null"
        elif numbered:
            text = _DUMPS({**row.item, _LINE: number})
        else:
            text = row.text or _DUMPS(row.item)
        if len(text) > most:
            rejects.append((number, f"longer than {JSON_ROW}", text[:500]))
            text = ""
        yield _encode(text + "\n")


def _encode(text: str) -> bytes:
    """Half of a character, which a cut-off caption may end with, becomes the sign for an unknown one."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return _HALF_CHARACTER.sub("\ufffd", text).encode()
