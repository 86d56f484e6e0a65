"""`-o x.xlsx`: numbers are numbers, times are times, and no text is a formula."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from typing import Any

import pytest
from openpyxl import load_workbook

from dwell.cli.workbook import make_workbook
from dwell.results import Result

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def read_back(*rows: tuple[Any, ...], columns: tuple[str, ...] = ("a",), **meta: Any) -> Any:
    return load_workbook(io.BytesIO(make_workbook(Result(columns, list(rows), meta))))


def test_values_keep_their_kind_and_unknown_is_empty() -> None:
    columns = ("post_id", "views", "rate", "at", "day", "ad", "tags", "unknown")
    sheet = read_back(("7350810998023949599", 1_234, 0.25, AT, AT.date(), True, ["a", "b"], None), columns=columns)[
        "rows"
    ]
    names, row = sheet.iter_rows(values_only=True)
    assert names == columns
    assert row == (
        *(
            "7350810998023949599",
            1_234,
            0.25,
            datetime.fromisoformat("2026-03-01T09:30"),
            datetime.fromisoformat("2026-03-01"),
        ),
        *(True, '["a", "b"]', None),
    )
    assert sheet["E2"].number_format == "yyyy-mm-dd"
    assert sheet.freeze_panes == "A2"


def test_no_text_is_run_and_every_sign_can_be_seen() -> None:
    texts = ("=1+1", "@SUM(A1)", "-2", "plain", "\x1b[31mred\x07", "\udcff", "+1")
    sheet = read_back(*((text,) for text in texts))["rows"]
    cells = [cell for (cell,) in list(sheet.iter_rows())[1:]]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.value for cell in cells][:4] == ["'=1+1", "'@SUM(A1)", "'-2", "plain"]
    assert "\x1b" not in cells[4].value
    assert "red" in cells[4].value


def test_a_number_that_excel_would_round_is_a_text() -> None:
    sheet = read_back((7_350_810_998_023_949_599,), (10**14,), columns=("id",))["rows"]
    assert [value for (value,) in sheet.iter_rows(min_row=2, values_only=True)] == ["7350810998023949599", 10**14]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (date(1900, 2, 28), "1900-02-28"),
        (datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00"),
        (datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), "9999-12-31T23:59:59.999999"),
        (date(1900, 3, 1), datetime.fromisoformat("1900-03-01")),
    ],
)
def test_a_day_that_excel_counts_otherwise_is_a_text(value: Any, shown: Any) -> None:
    assert read_back((value,))["rows"]["A2"].value == shown


def test_warnings_are_in_the_second_sheet() -> None:
    about = read_back((date(2026, 1, 1),), warnings=["=one", "two"])["about"]
    assert [value for (value,) in about.iter_rows(values_only=True)][1:] == ["'=one", "two"]
