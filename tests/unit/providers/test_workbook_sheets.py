"""What a workbook's sheets and days are to a reader: hidden sheets, and days that are counted from 1904."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from dwell.errors import BadFileError
from dwell.records import SourceFile

Opened = Callable[..., SourceFile]
HEAD = ["title", "post time", "views", "duration"]


def workbook(*sheets: list[list[Any]], hidden: tuple[int, ...] = (), from_1904: bool = False) -> bytes:
    from openpyxl import Workbook
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    book, out = Workbook(), io.BytesIO()
    if from_1904:
        book.epoch = CALENDAR_MAC_1904
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"s{number}")
        for row in rows:
            sheet.append(row)
        sheet.sheet_state = "hidden" if number in hidden else "visible"
    book.save(out)
    return out.getvalue()


def test_days_as_numbers_from_1904_are_refused(opened: Opened) -> None:
    rows = [HEAD, ["a", date(2026, 2, 1), 44592, 10]]
    (extract,) = opened(workbook(rows, from_1904=True), "a.xlsx").extracts
    assert extract.path.read_text().splitlines()[1] == "a,2026-02-01,44592,10"
    with pytest.raises(BadFileError, match=r"44592 in 'post time'.*1904.*format that column as dates"):
        opened(workbook([HEAD, ["b", 44592, 1, 2]], from_1904=True), "a.xlsx")
    with pytest.raises(BadFileError, match="1904"):
        opened(workbook([["x", *HEAD], [44592, "b", "2026-02-01", 1, 2]], from_1904=True), "a.xlsx",
               columns={"observed_at": "x"})  # fmt: skip
    series = [["Date", "Video Views", "Likes"], [44592, 5, 1], [44593, 5, 1]]
    with pytest.raises(BadFileError, match="1904"):
        opened(workbook(series, from_1904=True), "Overview.xlsx", handle="ana")
    opened(workbook([HEAD, ["b", 46054, 1, 2]]), "a.xlsx")  # days since 1899, as everywhere else


def test_a_hidden_sheet_is_read_only_where_no_other_is(opened: Opened) -> None:
    old, new = [HEAD, ["a", "2026-02-01", 5, 10]], [HEAD, ["a", "2026-02-01", 9, 10]]
    file = opened(workbook(old, new, hidden=(0,)), "a.xlsx")
    (extract,) = file.extracts
    assert extract.path.read_text().splitlines()[1] == "a,2026-02-01,9,10"
    assert any("a.xlsx[s0] is a hidden sheet" in warning for warning in file.warnings)
    alone = opened(workbook(old, [], hidden=(0,)), "a.xlsx")
    assert len(alone.extracts) == 1
