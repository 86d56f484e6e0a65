"""Excel workbooks: each sheet becomes a CSV of the values as a person sees them. Formulas and DTDs are refused."""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from dwell.errors import BadFileError
from dwell.providers import archive
from dwell.providers.number_format import show_number, show_time
from dwell.providers.opening import CHUNK, PlainFile, new_file, readable, write_chunks

_DECLARATION = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
_FORMULA = re.compile(rb"<(\w+:)?f[\s/>]")


def read_sheets(name: str, path: Path, scratch: Path) -> list[PlainFile]:
    """The sheets of a workbook that are not empty, as CSV files in scratch.

    Raises:
        BadFileError: When it is damaged, would unpack beyond the limits, declares a DTD, or holds formulas.
    """
    for entry in archive.list_members(path):
        if entry.filename.endswith((".xml", ".rels")):
            _inspect(name, path, entry, scratch)
    from openpyxl import load_workbook

    try:
        # openpyxl would leave the file open where it fails.
        with readable(path) as stream, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns about styles and extensions that it drops
            book = load_workbook(stream, read_only=True, data_only=True)
            sheets = [_sheet(name, sheet, scratch) for sheet in book.worksheets]
            book.close()
    except (zipfile.BadZipFile, OSError, LookupError, AttributeError, ValueError, TypeError, SyntaxError) as error:
        raise BadFileError(f"{name} can't be read as a workbook: save it as CSV and load that.") from error
    return [sheet for sheet in sheets if sheet.path.stat().st_size]


def _inspect(name: str, path: Path, entry: zipfile.ZipInfo, scratch: Path) -> None:
    part = archive.unzip(path, entry, scratch)
    tail = b""
    with part.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            seen = tail + chunk
            if _DECLARATION.search(seen):
                raise BadFileError(f"{name} declares a DTD, which no spreadsheet program writes: do not trust it.")
            if entry.filename.startswith("xl/worksheets/") and _FORMULA.search(seen):
                raise BadFileError(f"{name} holds formulas: save it as CSV, which keeps their values, and load that.")
            tail = seen[-16:]
    part.unlink()


def _sheet(name: str, sheet: Any, scratch: Path) -> PlainFile:
    target = new_file(scratch, ".csv")
    write_chunks(target, _csv_lines(sheet))
    return PlainFile(f"{name}[{sheet.title}]", target)


def _csv_lines(sheet: Any) -> Iterator[bytes]:
    sheet.reset_dimensions()  # the size that a sheet claims is often wrong
    empty = 0
    for row in sheet.iter_rows():
        cells = [_cell_text(cell.value, getattr(cell, "number_format", "")) for cell in row]
        if not any(cells):
            empty += 1  # a line for each, so that lines are the sheet's rows
        else:
            yield b"\n" * empty
            empty = 0
            line = io.StringIO()
            csv.writer(line, lineterminator="\n").writerow(cells)
            yield line.getvalue().encode()


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
