"""A result as an Excel workbook: one sheet with the rows, and one that says what they are."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from dwell.errors import StorageError
from dwell.results import Result
from dwell.text.spreadsheets import guard_cell
from dwell.visible import mark_signs

_MOST_ROWS = 1_048_575  # and the headings, in one sheet
_MOST_CHARACTERS = 32_767
_MOST_DIGITS = 15  # of a number that Excel keeps exactly
_FIRST_DAY = date(1900, 3, 1)  # Excel counts a 29 February 1900
_WIDEST = 60


def make_workbook(result: Result) -> bytes:
    """The bytes of an .xlsx file.

    Numbers are numbers, times are times in UTC and days are days. A text that Excel would run is guarded as in CSV; a
    sign that no workbook can hold is shown as a mark. A whole number of more than 15 digits is a text, because Excel
    would round it, and so are days before March 1900 and the last of the year 9999.

    Raises:
        StorageError: There are more rows than a sheet can have.
    """
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    if len(result) > _MOST_ROWS:
        raise StorageError(f"A sheet of Excel holds {_MOST_ROWS:,} rows, and these are {len(result):,}: write a .csv.")
    book = Workbook(write_only=True)
    book.properties.creator = "dwell"
    sheet = book.create_sheet("rows")
    sheet.freeze_panes = "A2"
    for index, name in enumerate(result.columns, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = _width(name, (row[index - 1] for row in result.rows))

    def cell(value: Any, *, bold: bool = False) -> Any:
        made = WriteOnlyCell(sheet, value)
        if isinstance(value, str):
            made.data_type = "s"  # never a formula
        elif isinstance(value, (datetime, date)):
            made.number_format = "yyyy-mm-dd hh:mm:ss" if isinstance(value, datetime) else "yyyy-mm-dd"
        if bold:
            made.font = Font(bold=True)
        return made

    sheet.append([cell(name, bold=True) for name in result.columns])
    for row in result.rows:
        sheet.append([cell(_plain(value)) for value in row])
    about = book.create_sheet("about")
    for line in ("Written by dwell. Times are in UTC; an empty cell is unknown.", *result.warnings):
        about.append([cell(_text(line))])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _plain(value: Any) -> Any:
    """A value that a cell can hold."""
    if value is None or isinstance(value, (bool, float)):
        return value
    if isinstance(value, int):
        return value if abs(value) < 10**_MOST_DIGITS else str(value)
    if isinstance(value, datetime):
        return _dated(value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value)
    if isinstance(value, date):
        return _dated(value)
    if isinstance(value, (list, tuple, dict)):
        return _text(json.dumps(value, ensure_ascii=False, default=str))
    return _text(str(value))


def _dated(value: date) -> date | str:
    """A day or a time; one that Excel has no number for, or another one, is a text."""
    day = value.date() if isinstance(value, datetime) else value
    return value if _FIRST_DAY <= day < date.max else value.isoformat()


def _text(text: str) -> str:
    shown = guard_cell(mark_signs(text.encode("utf-8", "backslashreplace").decode()))
    return shown if len(shown) <= _MOST_CHARACTERS else shown[: _MOST_CHARACTERS - 1] + "…"


def _width(name: str, values: Iterable[Any]) -> int:
    """Characters that show most cells whole."""
    longest = max((len(str(value)) for value in values if value is not None), default=0)
    return min(_WIDEST, max(len(name), longest) + 2)
