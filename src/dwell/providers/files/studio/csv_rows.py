"""Rows of Studio's CSV files, also where titles with quotes and commas have broken the quoting."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from dwell.providers.part import Part

_LINK = re.compile(r"https?://[\w.]*tiktokv?\.com/[^\s\",;]+")
_MAX_LINES = 8


def plain_rows(part: Part) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of each row that is not empty."""
    with part.path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.reader(stream, delimiter=part.delimiter)
        next(reader, None)
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num, row


def content_rows(part: Part, link: int) -> Iterator[tuple[int, list[str] | None, str]]:
    """Line number, cells and text of each row; no cells where it cannot be repaired.

    A row with broken quoting is read from its link: the fields after the link contain no text, and everything between
    the first fields and the link is the title. Only a title in quotation marks has line breaks, and a line that is a
    whole row is no part of the row before.

    Args:
        part: The file.
        link: Position of the link.
    """
    lines = part.path.read_text(encoding="utf-8-sig").replace("\r\n", "\n").split("\n")
    at = 1
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        for used in range(1, _MAX_LINES + 1):
            text = "\n".join(lines[at : at + used])
            cells = _parse_strict(text, part) or _parse_around_link(text, part, link)
            following = lines[at + used : at + used + 1]
            if cells is not None or not following or '"' not in text or _is_whole_row(following[0], part, link):
                break
        if cells is None:
            used, text = 1, lines[at]
        yield at + 1, cells, text
        at += used


def _parse_strict(text: str, part: Part) -> list[str] | None:
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=part.delimiter, strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 and len(rows[0]) == len(part.header) else None


def _is_whole_row(line: str, part: Part, link: int) -> bool:
    """The line has every cell, the link in its place, and no quotation mark that ends a title of an earlier line."""
    cells = _parse_strict(line, part)
    return bool(cells and _LINK.fullmatch(cells[link].strip()) and not (link and cells[link - 1].endswith('"')))


def _parse_around_link(text: str, part: Part, link: int) -> list[str] | None:
    for match in reversed(list(_LINK.finditer(text))):
        right = _cells_after_link(text[match.end() :], part.delimiter)
        left = _cells_before_link(text[: match.start()], part.delimiter, link)
        if len(right) == len(part.header) - link - 1 and left is not None:
            return [*left, match[0], *right]
    return None


def _cells_after_link(tail: str, delimiter: str) -> list[str]:
    tail = tail.lstrip('"').removeprefix(delimiter)
    return [cell.strip().strip('"') for cell in tail.split(delimiter)] if "\n" not in tail else []


def _cells_before_link(head: str, delimiter: str, count: int) -> list[str] | None:
    cells = []
    for _ in range(count - 1):
        cell, comma, head = head.partition(delimiter)
        if not comma:
            return None
        cells.append(cell.strip().strip('"'))
    title = re.sub(rf'"?{re.escape(delimiter)}"?$', "", head)
    return [*cells, title.removeprefix('"').replace('""', '"')] if count else []
