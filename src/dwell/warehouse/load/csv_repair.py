"""A CSV that breaks the standard, written anew: good records as they are, each broken line as one reject.

Only a file that strict reading refuses comes here, so the pass may be slower; it streams, and it never guesses what a
broken line meant. A quote that is never closed must not swallow the rows after it: a record that does not end within
a thousand lines, or ends with the wrong number of fields, costs its first line only.
"""

from __future__ import annotations

import csv
import itertools
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from dwell.disk.lines import read_lines
from dwell.settings.limits import CSV_ROW
from dwell.text.csv_rows import csv_row

_MOST_LINES = 1000
_MOST_BYTES = 1 << 20
_SHOWN = 4_000
"""Bytes of a broken line that are kept."""


def count_records(path: Path) -> int:
    """Records of a CSV after its header, counted apart from the engine: line ends outside quotes."""
    records, open_quote = 0, False
    with path.open("rb") as file:
        for line, _ in read_lines(file, CSV_ROW.value()):
            if not open_quote and not line.strip(b"\r\n"):
                continue
            open_quote ^= line.count(b'"') % 2 == 1
            records += not open_quote
    return records + open_quote - 1


def count_lines(path: Path) -> int:
    """Lines of a file, its last one included where it has no line end."""
    lines, last = 0, b"\n"
    with path.open("rb") as file:
        while block := file.read(1 << 23):
            lines += block.count(b"\n")
            last = block[-1:]
    return lines + (last != b"\n")


def repair(path: Path, delimiter: str, width: int, target: Path) -> int:
    """Writes a CSV with line number and reason before the columns; returns how many lines were broken.

    Args:
        path: The file, UTF-8 or nearly.
        delimiter: Between its fields.
        width: Fields that a record has.
        target: Where to write. A broken line has its reason, and its text in the first field.
    """
    broken = 0
    with path.open("rb") as file, target.open("w", encoding="utf-8", newline="") as out:
        out.write(csv_row(["line", "broken", *(f"c{index}" for index in range(width))], delimiter))
        for number, fields, reason in _records(file, delimiter, width):
            broken += reason != ""
            out.write(csv_row([number, reason, *fields], delimiter))
    return broken


def _records(file: BinaryIO, delimiter: str, width: int) -> Iterator[tuple[int, list[str], str]]:
    lines = _Lines(file)
    for number, line in _after_header(lines, delimiter):
        if not line.strip(b"\r\n"):
            continue
        fields, used, reason = _record(lines, line, delimiter, width)
        lines.skip(used)
        yield number, fields, reason


def _after_header(lines: _Lines, delimiter: str) -> Iterator[tuple[int, bytes]]:
    for _, line in lines:
        if line.strip(b"\r\n\xef\xbb\xbf"):
            _, used, _ = _record(lines, line, delimiter, 0)
            lines.skip(used)
            break
    yield from lines


def _record(lines: _Lines, first: bytes, delimiter: str, width: int) -> tuple[list[str], int, str]:
    """The record that starts with a line: its fields, how many further lines it takes, why it is broken."""
    if lines.is_cut:
        return _broken(first, width), 0, f"longer than {CSV_ROW}"
    text, used, quotes = first, 0, first.count(b'"')
    for line in itertools.islice(lines.ahead(), _MOST_LINES):
        if quotes % 2 == 0 or len(text) > _MOST_BYTES:
            break
        text, used, quotes = text + line, used + 1, quotes + line.count(b'"')
    fields, reason = _fields(text, delimiter) if quotes % 2 == 0 else ([], "broken quoting")
    if not reason and (len(fields) == width or not width):
        return fields, used, ""
    fields, reason = _fields(first, delimiter) if used else (fields, reason)
    if not reason and len(fields) == width:
        return fields, 0, ""
    return _broken(first, width), 0, reason or f"{len(fields)} fields, not {width}"


def _broken(line: bytes, width: int) -> list[str]:
    """The fields of a broken line: its text in the first, as far as it is shown."""
    shown = line[:_SHOWN].decode("utf-8", errors="replace").rstrip("\r\n").replace("\0", "")
    return [shown, *[""] * (width - 1)]


def _fields(record: bytes, delimiter: str) -> tuple[list[str], str]:
    try:
        text = record.decode("utf-8-sig")
        return next(csv.reader(iter(text.splitlines(keepends=True)), delimiter=delimiter, strict=True), []), ""
    except UnicodeDecodeError:
        return [], "not UTF-8"
    except csv.Error:
        return [], "broken quoting"


class _Lines:
    """Numbered lines of a file, with a look ahead."""

    def __init__(self, file: BinaryIO) -> None:
        self._lines = read_lines(file, CSV_ROW.value())
        self._ahead: deque[tuple[bytes, bool]] = deque()
        self._number = 0
        self.is_cut = False
        """The last line was longer than the limit; what is left of it is its start."""

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        while True:
            line, is_whole = self._ahead.popleft() if self._ahead else next(self._lines, (b"", True))
            if not line:
                return
            self._number += 1
            self.is_cut = not is_whole
            yield self._number, line

    def ahead(self) -> Iterator[bytes]:
        """The coming lines, which stay to come."""
        for index in itertools.count():
            if index == len(self._ahead):
                line, is_whole = next(self._lines, (b"", True))
                if not line:
                    return
                self._ahead.append((line, is_whole))
            yield self._ahead[index][0]

    def skip(self, lines: int) -> None:
        """Takes lines that a record used."""
        for _ in range(lines):
            self._ahead.popleft()
            self._number += 1
