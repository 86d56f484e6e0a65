from __future__ import annotations

import csv
import io

import pytest

from dwell.text.csv_rows import csv_row
from dwell.text.spreadsheets import guard_cell, unguard_cell

SIGNS = "=+-@＝＋－＠"


def test_formulas_get_a_guard_and_other_texts_none(hostile):
    for text in hostile.FORMULAS:
        assert guard_cell(text) == f"'{text}"
    for text in (*hostile.NOT_FORMULAS, *hostile.ORDINARY):
        assert guard_cell(text) == text


def test_a_guarded_cell_is_read_as_its_text(hostile):
    for text in (*hostile.CAPTIONS, ""):
        for guards in ("", "'", "''"):
            cell = guard_cell(guards + text)
            assert unguard_cell(cell) == guards + text
            assert not cell.lstrip("\u00a0\u200b\ufeff \t\r\n").startswith(tuple(SIGNS))


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_a_row_of_a_csv_is_one_row_for_every_reader(hostile, delimiter):
    row = csv_row(hostile.CAPTIONS, delimiter)
    assert row.endswith("\n")
    assert next(csv.reader(io.StringIO(row, newline=""), delimiter=delimiter)) == list(hostile.CAPTIONS)
    assert csv_row(["a\rb"]) == '"a\rb"\n'
