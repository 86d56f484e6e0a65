"""Days as plain numbers in a workbook that counts them from 1904: four years and a day after those of all others."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping

from dwell.errors import BadFileError
from dwell.providers.files.header_names import read_header
from dwell.providers.files.studio.headers import field_positions
from dwell.providers.part import Part
from dwell.records import TABLES
from dwell.text.days import is_plain_date

_DATES = frozenset(
    column.name for table in TABLES.values() for column in table.columns if column.kind in {"instant", "day"}
)
_STUDIO_DATES = frozenset({"date", "time", "post_time"})
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")


def refuse_days_from_1904(part: Part, given: Mapping[str, str]) -> None:
    """Refuse a sheet with plain numbers in a column of dates: its cells say neither that they are days, nor from when.

    Args:
        part: A sheet.
        given: What the user said: canonical column -> header.

    Raises:
        BadFileError: It is of a workbook that counts days from 1904, and has such a number.
    """
    if not part.from_1904:
        return
    mapped = {name for column, name in given.items() if column in _DATES}
    studio = {part.header[place] for field, place in field_positions(part.header).items() if field in _STUDIO_DATES}
    places = [place for place, name in enumerate(part.header) if name in mapped | studio or _is_date(name)]
    with part.path.open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.reader(stream, delimiter=part.delimiter):
            for place in places:
                if place < len(row) and _SERIAL.fullmatch(row[place].strip()):
                    raise BadFileError(
                        f"{part.name} has the number {row[place].strip()} in {part.header[place]!r}, and its workbook "
                        "counts days from 1904: format that column as dates in the spreadsheet, save it, and load that."
                    )


def _is_date(name: str) -> bool:
    meaning = read_header(name)
    return is_plain_date(name) or (meaning is not None and meaning.column in _DATES)
