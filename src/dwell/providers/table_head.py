"""The head of a table: where its lines end, what stands before its header, and what separates its cells.

Recognition and loading must see one header, so there is one routine: a file whose first line is not its header, or
whose lines end with a carriage return alone, is copied. In the copy the header comes first and empty lines take its
place, so every row keeps its line number. A plain file stays where it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from dwell.providers.opening import CHUNK, PlainFile, head_bytes, new_file, write_chunks

DELIMITERS = ",;\t|"
MOST_TITLE_LINES = 40
"""A header is looked for among so many lines: exports have some lines of title, account and period above it."""
MOST_TITLE_CELLS = 20_000
"""Lines of title have few cells; beyond so many in all of them no header is looked for."""
_SEPARATOR_LINE = re.compile(r'^\ufeff?"?sep=(?P<delimiter>\\t|.)"?[,;\t| ]*$', re.IGNORECASE)
_NOTHING = " \t,;|\"'\ufeff\u00a0"


def read_head(plain: PlainFile) -> str:
    """The start of a text file."""
    if plain.head is not None:
        return plain.head.decode("utf-8-sig", errors="ignore")
    with plain.path.open("rb") as stream:
        return stream.read(head_bytes()).decode("utf-8-sig", errors="ignore")


def find_delimiter(line: str) -> str:
    """Which delimiter splits a header most often, outside quotes."""
    return max(DELIMITERS, key=re.sub(r'"[^"]*"', "", line).count)


def plain_table(plain: PlainFile, scratch: Path) -> PlainFile:
    """A table whose lines end with a line feed and whose first line is not empty, nor names the delimiter."""
    text = read_head(plain)
    if _ends_with_returns(text):
        target = new_file(scratch, ".csv")
        write_chunks(target, _with_line_feeds(plain.path))
        plain = replace(plain, path=target, lines=None, head=None)
        text = read_head(plain)
    before, delimiter = 0, None
    for line in text.split("\n", MOST_TITLE_LINES):
        named = _SEPARATOR_LINE.match(line.rstrip("\r"))
        if not named and line.strip(_NOTHING + "\r"):
            break
        before += 1
        delimiter = _read_delimiter(named["delimiter"]) if named else delimiter
    else:
        before = 0
    if not before:
        return plain
    header = text.split("\n", before + 1)[before]
    if delimiter and delimiter not in header and find_delimiter(header) in header:
        delimiter = None
    return replace(move_header(plain, before, scratch), delimiter=delimiter)


def find_header_lines(plain: PlainFile) -> Iterator[int]:
    """How many lines stand before each line that may be the header, the first line left out.

    A header has several cells, and the next line that is not empty about as many: a line of prose does not.
    """
    lines = [line.rstrip("\r") for line in read_head(plain).split("\n", 2 * MOST_TITLE_LINES)[: 2 * MOST_TITLE_LINES]]
    tried = 0
    for number, line in enumerate(lines[:MOST_TITLE_LINES]):
        delimiter = find_delimiter(line)
        tried += line.count(delimiter)
        if tried > MOST_TITLE_CELLS:
            return
        below = next((other for other in lines[number + 1 :] if other.strip(_NOTHING)), "")
        if number and _count_filled(line, delimiter) > 1 and 2 * below.count(delimiter) >= line.count(delimiter):
            yield number


def list_rows_above(plain: PlainFile, before: int) -> list[tuple[int, str]]:
    """The lines above a header that look like rows, with their numbers: a sorted sheet has its header among its rows.

    Half as many of its cells hold something as of the header's, or eight of a wide one's; a line of title has few.
    """
    *lines, header = [line.rstrip("\r") for line in read_head(plain).split("\n", before + 1)[: before + 1]]
    delimiter = find_delimiter(header)
    wanted = max(3, min(8, (_count_filled(header, delimiter) + 1) // 2))
    return [
        (number if number > 1 else plain.first_line, line)
        for number, line in enumerate(lines, 1)
        if _count_filled(line, delimiter) >= wanted
    ]


def _count_filled(line: str, delimiter: str) -> int:
    return sum(bool(cell.strip(_NOTHING)) for cell in line.split(delimiter))


def move_header(plain: PlainFile, before: int, scratch: Path) -> PlainFile:
    """A copy that begins with its header; empty lines stand where it was, and for what was before it."""
    target = new_file(scratch, ".csv")
    write_chunks(target, _header_first(plain.path, before))
    return replace(plain, path=target, lines=None, head=None, delimiter=None, first_line=before + 1)


def _read_delimiter(text: str) -> str:
    return "\t" if text == "\\t" else text


def _ends_with_returns(text: str) -> bool:
    """Whether the first line outside quotes ends with a carriage return alone."""
    ends = (match[0] for match in re.finditer(r'"[^"]*"|\r\n?|\n', text) if not match[0].startswith('"'))
    return next(ends, "") == "\r"


def _with_line_feeds(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            if chunk.endswith(b"\r"):
                chunk += stream.read(1)
            yield re.sub(rb"\r(?!\n)", b"\n", chunk)


def _header_first(path: Path, before: int) -> Iterator[bytes]:
    with path.open("rb") as stream:
        for _ in range(before):
            stream.readline()
        header = stream.readline()
        while header.count(b'"') % 2 and (more := stream.readline()):
            header += more
        yield header if header.endswith(b"\n") else header + b"\n"
        yield b"\n" * before
        while chunk := stream.read(CHUNK):
            yield chunk
