"""Excel workbooks: cells of every type and number format, and parts whose XML is changed."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from mutations import mutate_bytes, zip_of
from openpyxl import Workbook
from openpyxl.utils.exceptions import IllegalCharacterError
from seeds import Grid

_FORMATS = (
    "General", "0", "0.00", "#,##0", "0%", "0.0%", "h:mm", "[h]:mm:ss", "mm:ss", '0 "min"', "0.0,", "@", "# ?/?",
    "yyyy-mm-dd", "0.00E+00", "[Red]-0", ";;;", '"x"', "[$-409]h:mm AM/PM", "0.0,,\"M\"", "\\0",
)  # fmt: skip
_NOT_MIDNIGHT = datetime.fromisoformat("2024-03-20 10:11:12")
_XML = (
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"<f>1+1</f>", b"<v>", b"</v>", b'r="A1"', b'r="ZZZZ99"', b't="s"', b't="e"',
    b't="d"', b"<v>1e999</v>", b"<v>-1</v>", b"<v>NaN</v>", b's="99"', b"&#0;", b"&lt;", b"<c/>", b"<row>", b"\xff",
    b"<v>99999999</v>",
)  # fmt: skip


def write_workbook(grid: Grid, random: Random) -> tuple[Grid, bytes]:
    """A workbook of the cells, of which some are typed, and the texts as which a person sees them."""
    book = Workbook(write_only=False)
    sheet = book.active
    shown: Grid = []
    for number, row in enumerate(grid, 1):
        shown.append([])
        for place, text in enumerate(row, 1):
            value, seen, number_format = (
                _typed(text, random) if number > 1 and random.randrange(3) == 0 else (text, [text], "")
            )
            cell = sheet.cell(number, place)
            try:
                cell.value = value
            except (IllegalCharacterError, ValueError):
                continue
            if isinstance(value, str) and cell.data_type == "f":
                cell.data_type = "s"
            if number_format:
                cell.number_format = number_format
            shown[-1] += seen
    out = io.BytesIO()
    book.save(out)
    return shown, _without_time(out.getvalue())


def _without_time(data: bytes) -> bytes:
    """The workbook without the time of the run, so that the same draws give the same bytes."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        time_of_run = rb"20[0-9]{2}-[0-9T:-]+Z"
        parts = {name: re.sub(time_of_run, b"2026-03-22T10:11:12Z", archive.read(name)) for name in archive.namelist()}
    return zip_of(parts, zipfile.ZIP_DEFLATED)


def _typed(text: str, random: Random) -> tuple[Any, list[str], str]:
    """A value of the sheet, the texts that it may be shown as, and its number format."""
    number: Any = random.choice((random.randrange(10**6), random.random() * 100, -1, 0, 10**15, 0.5, 1e-9, 45_999))
    of_format = random.choice(_FORMATS)
    seconds = number * 86_400 if abs(number) < 10**7 else 0
    clocks = [f"{seconds:.6f}", f"{seconds / 60:.6f}", f"{seconds / 3600:.6f}"]
    match random.randrange(6):
        case 0:
            return number, [f"{number:.15f}", str(number), f"{number * 100}%", *clocks, *_roundings(number)], of_format
        case 1:
            return True, [], ""
        case 2:
            at = time(random.randrange(24), random.randrange(60), random.randrange(60))
            of_day = (at.hour * 3600 + at.minute * 60 + at.second) / 86_400
            seen = [
                f"{at.hour}:{at.minute}",
                f"{at.minute}:{at.second}",
                f"{at.hour % 12}:{at.minute}",
                f"{of_day:.15f}",
            ]
            return at, [at.isoformat(), *seen, *_roundings(of_day)], of_format
        case 3:
            length = timedelta(seconds=random.randrange(10**6))
            whole = int(length.total_seconds())
            hours, minutes, seconds_ = whole // 3600, whole // 60 % 60, whole % 60
            clocks = [
                f"{hours}:{minutes:02}:{seconds_:02}",
                f"{hours % 24}:{minutes}:{seconds_}",
                f"{minutes}:{seconds_}",
            ]
            parts = [str(whole / unit) for unit in (1, 60, 3600, 86_400)]
            return length, [*clocks, *parts, f"{whole / 86_400:.15f}", *_roundings(whole / 86_400)], of_format
        case 4:
            day, serial = random.choice(((date(2024, 3, 20), 45_371.0), (_NOT_MIDNIGHT, 45_371 + 36_672 / 86_400)))
            return day, [day.isoformat(), f"{serial:.15f}", *_roundings(serial)], random.choice(("", of_format))
    return text, [text], ""


def _roundings(number: float) -> list[str]:
    """A number as formats with few digits show it."""
    scaled = [number, number * 100, number / 1000, number / 10**6]
    return [f"{one:.{digits}f}" for one in scaled for digits in range(5)] + [
        f"{number:.{digits}e}" for digits in range(4)
    ]


def damage_parts(data: bytes, random: Random) -> bytes:
    """The workbook with one of its parts changed or left out."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    target = random.choice(list(parts))
    content = parts[target]
    match random.randrange(4):
        case 0:
            del parts[target]
        case 1:
            at = random.randrange(len(content) + 1)
            parts[target] = content[:at] + random.choice(_XML) + content[at:]
        case 2:
            parts[target] = content.decode().encode("utf-16")
        case _:
            parts[target] = mutate_bytes(content, random)
    return zip_of(parts, zipfile.ZIP_STORED)
