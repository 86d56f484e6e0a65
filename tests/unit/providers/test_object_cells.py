"""A cell that holds an object, or an empty one, says nothing of its column's other cells, wherever it stands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dwell.errors import UnknownFormatError
from dwell.providers.format_registry import read
from dwell.records import Hints

OBJECT = '{"id": 1}'
LINKS = [f"https://www.tiktok.com/@a/video/735081099802394900{n}" for n in range(4)]


def has_links(tmp_path: Path, links: list[Any], form: str) -> bool:
    if form == "csv":
        lines = [
            "link,posted_at,views,likes",
            *(f'"{link.replace(chr(34), chr(34) * 2)}",2024-03-27,10,1' for link in links),
        ]
        content = "\n".join(lines)
    else:
        rows = [{"link": link, "posted_at": "2024-03-27", "views": 10, "likes": 1} for link in links]
        content = json.dumps(rows)
    path = tmp_path / f"table.{form}"
    path.write_text(content)
    (tmp_path / "scratch").mkdir()
    (extract,) = read(path, Hints(), tmp_path / "scratch").extracts
    return "url" in extract.shape.columns


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("cell", ["{}", OBJECT, "{not JSON"])
def test_one_odd_cell_of_a_csv(tmp_path: Path, place: int, cell: str) -> None:
    assert has_links(tmp_path, [*LINKS[:place], cell, *LINKS[place:]], "csv")


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("cell", [{}, {"id": 1}])
def test_one_odd_value_of_json(tmp_path: Path, place: int, cell: Any) -> None:
    assert has_links(tmp_path, [*LINKS[:place], cell, *LINKS[place:]], "json")


def test_a_column_of_objects_is_not_read(tmp_path: Path) -> None:
    with pytest.raises(UnknownFormatError):  # without it no column says which posts these are
        has_links(tmp_path, [OBJECT, LINKS[0], OBJECT, OBJECT], "csv")
