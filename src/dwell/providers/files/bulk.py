"""Extracts of formats that may be large: the file stays where it is, and the loader reads it in bulk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

from dwell.providers.format import Context
from dwell.providers.opening import new_file, write_chunks
from dwell.providers.part import MAX_DOCUMENT_BYTES, Part
from dwell.providers.payloads import LISTS, iterate_rows
from dwell.records import Extract, Shape, Source


def json_extract(part: Part, context: Context, shape: Shape) -> Extract:
    """JSON rows of one shape: lines and long lists stay where they are, wrapped rows are unwrapped into scratch."""
    wrapped = any(isinstance(item.get(key), (list, dict)) for item in part.objects[:20] for key in ("data", *LISTS))
    if part.layout == "ndjson" and not wrapped:
        return Extract(part.path, "ndjson", shape)
    if part.layout == "array" and part.document is None:
        return Extract(part.path, "array", shape)
    target = new_file(context.scratch, ".ndjson")
    rejects: list[tuple[int, str, str]] = []
    write_chunks(target, _encode_lines(part, rejects))
    return Extract(target, "ndjson", shape, rejects=tuple(rejects))


def csv_extract(part: Part, shape: Shape) -> Extract:
    """A CSV with only those of the shape's columns whose headers it has."""
    columns = {
        column: present for column, source in shape.columns.items() if (present := _keep_present(source, part.header))
    }
    return Extract(part.path, "csv", replace(shape, columns=columns), delimiter=part.delimiter, lines=part.lines)


def _keep_present(source: Source, header: tuple[str, ...]) -> Source | None:
    names = tuple(name for name in source.names if name in header)
    return replace(source, names=names) if names else None


def _encode_lines(part: Part, rejects: list[tuple[int, str, str]]) -> Iterator[bytes]:
    whole = part.document is not None or part.layout == "ndjson" or part.path.stat().st_size <= MAX_DOCUMENT_BYTES
    for number, item, text in iterate_rows(part):
        if item is None:
            rejects.append((number, "not a JSON object", text[:500]))
        else:
            line = json.dumps(item, ensure_ascii=False) if whole else text
            yield (line + "\n").encode("utf-8", errors="replace")
