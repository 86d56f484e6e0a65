"""Whatever stands before a header or ends its lines, recognition and loading read the same table."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from dwell.errors import UnknownFormatError
from dwell.providers import table_head
from dwell.providers.opening import PlainFile
from dwell.records import Extract, SourceFile

Opened = Callable[..., SourceFile]
LINK = "https://www.tiktok.com/@ana/video/7350810998023949599"
HEADER, ROW = "Video link,Views,Likes,Caption", f"{LINK},120,3,a b"


def rows_of(extract: Extract) -> list[tuple[int, dict[str, str]]]:
    """Line and cells of each row, read by the header that recognition found."""
    reader = csv.reader(io.StringIO(extract.path.read_text("utf-8-sig"), newline=""), delimiter=extract.delimiter)
    assert tuple(next(reader)) == extract.header
    return [(reader.line_num, dict(zip(extract.header, row, strict=True))) for row in reader if row]


BEFORE = {
    "nothing": "",
    "an empty line": "\n",
    "empty lines and blanks": "\n  \n\t\n",
    "lines of separators": ",,,\n;;;\n",
    "sep=": "sep=,\n",
    "sep= in quotes": '"sep=,"\n',
    "SEP= after an empty line": "\nSEP=,\n",
    "sep= padded by a spreadsheet": "sep=,,,,\n",
    "a title": "My videos\n",
    "titles with separators": "Account:,@ana\nPeriod:,2026-01-01,2026-02-01\n\n",
    "a title in brackets": "[Report] all videos\n",
    "a title in quotes": '"Report, all videos"\n\n',
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("before", BEFORE.values(), ids=list(BEFORE))
def test_what_stands_before_a_header(opened: Opened, before: str, end: str, encoding: str) -> None:
    text = f"{before}{HEADER}\n{ROW}\n\n{ROW}\n".replace("\n", end)
    file = opened(text.encode(encoding))
    (extract,) = file.extracts
    line = before.count("\n") + 2
    assert (file.format, extract.shape.columns["views"].names) == ("table", ("Views",))
    assert [(number, row["Views"]) for number, row in rows_of(extract)] == [(line, "120"), (line + 2, "120")]


@pytest.mark.parametrize(
    ("first", "delimiter"),
    [("sep=;", ";"), ("sep=\t", "\t"), (r"sep=\t", "\t"), ("sep=|", "|"), ("sep=;", ",")],
)
def test_the_line_that_names_the_delimiter_is_believed_where_the_header_has_it(
    opened: Opened, first: str, delimiter: str
) -> None:
    (extract,) = opened(f"{first}\n{HEADER}\n{ROW}\n".replace(",", delimiter)).extracts
    assert (extract.delimiter, rows_of(extract)[0][0]) == (delimiter, 3)


def test_line_ends_in_cells_stay_what_they_are(opened: Opened) -> None:
    (extract,) = opened(f'{HEADER}\r{LINK},1,2,"a\nb"\r{ROW}\r').extracts
    assert [(number, row["Caption"]) for number, row in rows_of(extract)] == [(3, "a\nb"), (4, "a b")]


def test_a_header_of_several_lines_below_a_title(opened: Opened) -> None:
    (extract,) = opened(f'Report\n\nVideo link,Views,"Likes\nof it",Likes\n{LINK},1,2,3\n').extracts
    assert rows_of(extract) == [(5, {"Video link": LINK, "Views": "1", "Likes\nof it": "2", "Likes": "3"})]


def test_mapped_headers_below_a_title(opened: Opened) -> None:
    (extract,) = opened(f"Report,2026\nclip,seen\n{LINK},5\n", columns={"url": "clip", "views": "seen"}).extracts
    assert rows_of(extract) == [(3, {"clip": LINK, "seen": "5"})]


def test_titles_above_the_header_of_a_sheet(opened: Opened) -> None:
    from openpyxl import Workbook

    book = Workbook()
    for row in (["My report"], [], ["Account", "@ana"], [], HEADER.split(","), ROW.split(","), [], ROW.split(",")):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    (extract,) = opened(out.getvalue(), "report.xlsx").extracts
    assert [(number, row["Views"]) for number, row in rows_of(extract)] == [(6, "120"), (8, "120")]


def test_a_table_of_something_else_names_its_first_line(opened: Opened) -> None:
    with pytest.raises(UnknownFormatError, match="its columns are Day, Steps"):
        opened("Day,Steps\nmon,5\ntue,6\n")


@pytest.mark.parametrize("chunk", [1, 3, 1 << 20])
def test_line_ends_across_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    monkeypatch.setattr(table_head, "CHUNK", chunk)
    path = tmp_path / "x.csv"
    path.write_bytes(b"a,b\r1,2\r\n3,4\r\r5,6")
    assert table_head.plain_table(PlainFile("x.csv", path), tmp_path).path.read_bytes() == b"a,b\n1,2\r\n3,4\n\n5,6"
