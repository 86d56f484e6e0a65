"""Rows of a table above its header, as in a sheet that was sorted: they are counted, and not lost silently."""

from __future__ import annotations

from pathlib import Path

import pytest

from dwell.providers.format_registry import ABOVE_HEADER, read
from dwell.records import Hints

HEADER = "url,posted_at,views,likes"
LINK = "https://www.tiktok.com/@a/video/735081099802394900"


def rows(*numbers: int) -> list[str]:
    return [f"{LINK}{number},2024-03-0{number},{number}00,{number}" for number in numbers]


def rejected(tmp_path: Path, lines: list[str]) -> list[int]:
    path = tmp_path / "sorted.csv"
    path.write_text("\n".join(lines) + "\n")
    extracts = read(path, Hints(), tmp_path / "scratch").extracts
    found = [reject for extract in extracts for reject in extract.rejects]
    assert {reason for _, reason, _ in found} <= {ABOVE_HEADER}
    assert [text for *_, text in found] == [lines[line - 1] for line, *_ in found]
    return [line for line, *_ in found]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([HEADER, *rows(1, 2)], []),
        ([*rows(1, 2), HEADER, *rows(3)], [1, 2]),
        (["sep=,", *rows(1, 2), HEADER, *rows(3)], [2, 3]),
        (["", *rows(1), "", *rows(2), HEADER, *rows(3)], [2, 4]),
        (["Report of @a", "2024-03-01,2024-03-31", "", HEADER, *rows(1)], []),
        (["Report of @a,,,", "from 2024-03-01,,,", HEADER, *rows(1)], []),
        (["Report of @a", *rows(1), HEADER, *rows(2)], [2]),
        (["Report of @a", f"{rows(1)[0]},1,2,3,4", HEADER + ",a" * 60, rows(2)[0] + "," * 60], [2]),
    ],
)
def test_rows_above_the_header_are_rejects(tmp_path: Path, lines: list[str], expected: list[int]) -> None:
    (tmp_path / "scratch").mkdir()
    assert rejected(tmp_path, lines) == expected
