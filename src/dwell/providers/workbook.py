"""Excel workbooks: each sheet becomes a CSV of the values as a person sees them. Formulas and DTDs are refused."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import chain, islice
from pathlib import Path
from typing import Any
from xml.parsers import expat

from dwell.errors import BadFileError
from dwell.providers import archive
from dwell.providers.number_format import show_number, show_time
from dwell.providers.opening import PlainFile, new_file, readable, write_chunks
from dwell.settings.limits import CELL, WORKBOOK
from dwell.text.csv_rows import csv_row

_MOST_ROWS = 1 << 20
"""Rows of a sheet, by its format."""
_FIRST_ROWS = 100
"""The header is among them, and as wide as the widest."""
_UNREAD = ("xl/media/", "xl/embeddings/", "xl/printerSettings/")
"""Pictures and the like, which nothing reads."""


def read_sheets(name: str, path: Path, scratch: Path) -> list[PlainFile]:
    """The sheets of a workbook that are not empty, as CSV files in scratch; hidden ones only where no other is.

    Raises:
        BadFileError: When it is damaged, goes beyond the limits, declares a DTD, or holds formulas.
    """
    for entry in archive.list_members(path):
        _inspect(name, path, entry, scratch)
    from openpyxl import load_workbook
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    try:
        # openpyxl would leave the file open where it fails.
        with readable(path) as stream, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns about styles and extensions that it drops
            book = load_workbook(stream, read_only=True, data_only=True)
            from_1904 = book.epoch == CALENDAR_MAC_1904
            # Of `-o x.xlsx`: the sheet about the rows is no table, and texts are guarded, which a quoted header says.
            ours = book.properties.creator == "dwell" and book.sheetnames == ["rows", "about"]
            sheets = [
                (sheet, _sheet(name, sheet, scratch, from_1904=from_1904, guarded=ours))
                for sheet in book.worksheets[: 1 if ours else None]
            ]
            book.close()
    except (zipfile.BadZipFile, OSError, LookupError, AttributeError, ValueError, TypeError, SyntaxError) as error:
        raise _unreadable(name) from error
    filled = [(sheet.sheet_state != "visible", plain) for sheet, plain in sheets if plain.path.stat().st_size]
    shown = [plain for is_hidden, plain in filled if not is_hidden]
    hidden = [plain for is_hidden, plain in filled if is_hidden]
    if not shown:
        return hidden
    notes = tuple(f"Not read: {plain.name} is a hidden sheet: to import it, unhide it." for plain in hidden)
    return [replace(shown[0], warnings=notes), *shown[1:]]


def _inspect(name: str, path: Path, entry: zipfile.ZipInfo, scratch: Path) -> None:
    """Refuses a part that is not plain XML, in any encoding: the workbook's reader has the same parser.

    Raises:
        BadFileError: It declares a DTD, holds a formula or a cell beyond the limit, or is not XML.
    """
    part = archive.unzip(path, entry, scratch)
    checks = _PartChecks(name)
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = checks.refuse_doctype
    parser.StartElementHandler = checks.begin
    parser.CharacterDataHandler = checks.add
    try:
        with part.open("rb") as stream:
            parser.ParseFile(stream)
    except (expat.ExpatError, ValueError, LookupError) as error:  # the last two: an encoding that it does not know
        if entry.filename.endswith((".xml", ".rels")):
            raise _unreadable(name) from error
    finally:
        part.unlink()
    if checks.root != "worksheet" and entry.file_size > WORKBOOK.value() and not entry.filename.startswith(_UNREAD):
        raise BadFileError(
            f"{name} holds a part of more than {WORKBOOK} ({entry.filename}), which would be read at once: save it as "
            f"CSV and load that, or set {WORKBOOK.variable} higher."
        )


class _PartChecks:
    """What is refused in one part of a workbook."""

    def __init__(self, name: str) -> None:
        self.root = ""
        self._name, self._most, self._length = name, CELL.value(), 0

    def refuse_doctype(self, *_declaration: object) -> None:
        """A DTD, whose entities could hold anything."""
        raise BadFileError(f"{self._name} declares a DTD, which no spreadsheet program writes: do not trust it.")

    def begin(self, tag: str, _attributes: object) -> None:
        """An element; the first one says what the part is."""
        tag = tag.rpartition(":")[2]
        self.root = self.root or tag
        if tag == "f" and self.root == "worksheet":
            raise BadFileError(f"{self._name} holds formulas: save it as CSV, which keeps their values, and load that.")
        if tag in {"c", "si"}:
            self._length = 0

    def add(self, text: str) -> None:
        """Text in a cell, or in one of the texts that cells share."""
        if self.root in {"worksheet", "sst"}:
            self._length += len(text)
            if self._length > self._most:
                raise BadFileError(
                    f"{self._name} holds a cell of more than {CELL} characters: shorten it, or set {CELL.variable} "
                    "higher."
                )


def _unreadable(name: str) -> BadFileError:
    return BadFileError(f"{name} can't be read as a workbook: save it as CSV and load that.")


def _sheet(name: str, sheet: Any, scratch: Path, *, from_1904: bool, guarded: bool) -> PlainFile:
    target = new_file(scratch, ".csv")
    write_chunks(target, _csv_lines(name, sheet, quoted=guarded))
    return PlainFile(f"{name}[{sheet.title}]", target, from_1904=from_1904)


def _csv_lines(name: str, sheet: Any, *, quoted: bool) -> Iterator[bytes]:
    rows = _rows(name, sheet)
    first = list(islice(rows, _FIRST_ROWS))
    width, empty = max(map(len, first), default=0), 0
    for cells in chain(first, rows):
        if not cells:
            empty += 1  # a line for each, so that lines are the sheet's rows
        else:
            yield b"\n" * empty
            empty = 0
            yield csv_row([*cells, *[""] * (width - len(cells))], quoted=quoted).encode()
            quoted = False


def _rows(name: str, sheet: Any) -> Iterator[list[str]]:
    """The texts of each row up to the last that is not empty: sheets leave out empty cells, or keep their formats."""
    sheet.reset_dimensions()  # the size that a sheet claims is often wrong
    for number, row in enumerate(sheet.iter_rows()):
        if number >= _MOST_ROWS:  # an empty row for each number that a hostile sheet leaves out would never end
            raise BadFileError(f"{name} numbers a row above {_MOST_ROWS:,}, which no sheet has: save it as CSV.")
        cells = [_cell_text(cell.value, getattr(cell, "number_format", "")) for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        yield cells


def _cell_text(value: Any, number_format: str) -> str:
    """A cell as text: dates as ISO, times and numbers as their format shows them."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (time, timedelta, datetime)) and (shown := show_time(value, number_format)) is not None:
        return shown
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    return show_number(value, number_format) if isinstance(value, (int, float)) else str(value)
