"""Where a record stands in the user's file, and its text: asked only for rejects, by walking the file once more.

In a CSV and in JSON lines that is the line; in a JSON array the position among all its entries.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from dwell.disk.lines import read_lines
from dwell.records import Extract
from dwell.settings.limits import CSV_ROW

_LONGEST = 2000
_MOST_PARTS = 1000
"""Lines of a record that are kept; of further ones only their ends, which count."""
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*(?P<end>"|\\?\Z)|[\[\]{},]', re.DOTALL)

RecordReject = tuple[int, int | None, str]
Reject = tuple[int, str, str]


def find_records(extract: Extract, wanted: Iterable[RecordReject], *, repaired: bool = False) -> Iterator[Reject]:
    """Line, reason and text of records.

    Args:
        extract: The file.
        wanted: Number of the record (0 is the first), its line where that is known, and the reason; in file order.
        repaired: The records' lines are known, and are lines of this file.
    """
    if extract.layout == "parquet":
        yield from ((index + 1, reason, "") for index, _, reason in wanted)
        return
    records = (
        enumerate(_lines(extract.path), start=1) if repaired else enumerate(_RECORDS[extract.layout](extract.path))
    )
    position, record = -1, (0, b"")
    for index, known, reason in wanted:
        target = known if repaired and known is not None else index
        while position < target:
            position, record = next(records, (target, (0, b"")))
        yield known or record[0], reason, _decode(record[1])


def find_lines(extract: Extract, lines: Iterable[int]) -> dict[int, int]:
    """Line -> number of the record (0 is the first) that it belongs to; lines without a record are missing."""
    wanted = sorted(set(lines), reverse=True)
    if extract.layout == "parquet":
        return {line: line - 1 for line in wanted}
    records: dict[int, int] = {}
    for number, (start, text) in enumerate(_RECORDS[extract.layout](extract.path)):
        end = start + (0 if extract.layout == "array" else text.rstrip(b"\r\n").count(b"\n"))
        while wanted and wanted[-1] <= end:
            line = wanted.pop()
            if line >= start:
                records[line] = number
        if not wanted:
            break
    return records


def _decode(text: bytes) -> str:
    return text.decode("utf-8", errors="replace").lstrip("\ufeff").rstrip("\r\n")[:_LONGEST]


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    with path.open("rb") as file:
        yield from enumerate((line for line, _ in read_lines(file, CSV_ROW.value())), start=1)


def _csv_records(path: Path) -> Iterator[tuple[int, bytes]]:
    records = _quoted_records(path)
    next(records, None)
    return records


def _quoted_records(path: Path) -> Iterator[tuple[int, bytes]]:
    start, parts, open_quote = 0, list[bytes](), False
    for number, line in _lines(path):
        if not open_quote:
            if not line.strip(b"\r\n"):
                continue
            start, parts = number, []
        parts.append(line if len(parts) < _MOST_PARTS else line[-1:])
        open_quote ^= line.count(b'"') % 2 == 1
        if not open_quote:
            yield start, b"".join(parts)
    if open_quote:
        yield start, b"".join(parts)


def _json_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    return ((number, line) for number, line in _lines(path) if line.strip())


def _json_elements(path: Path) -> Iterator[tuple[int, bytes]]:
    """Position and text of each entry of one JSON array, whatever it is: commas and brackets outside strings."""
    depth, position, parts = 0, 0, list[bytes]()
    for token, gap in _tokens(path):
        parts.append(gap)
        if token == b",":
            if depth == 1:
                position += 1
                yield position, b"".join(parts).strip()
                parts = []
                continue
        elif token in b"[{":
            depth += 1
            if depth == 1:
                parts = []
                continue
        elif token in b"]}":
            depth -= 1
            if depth == 0 and (last := b"".join(parts).strip()):
                yield position + 1, last
        parts.append(token)


def _tokens(path: Path) -> Iterator[tuple[bytes, bytes]]:
    """Strings, brackets and commas, each with what stands before it; a token cut by a block waits for the next."""
    rest = b""
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            rest, place = rest + block, 0
            for token in _TOKEN.finditer(rest):
                if token["end"] is not None and token["end"] != b'"':
                    break
                yield token[0], rest[place : token.start()]
                place = token.end()
            rest = rest[place:]


_RECORDS = {"csv": _csv_records, "ndjson": _json_lines, "array": _json_elements}
