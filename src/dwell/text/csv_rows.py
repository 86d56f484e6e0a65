"""A row of a CSV as text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

_STANDARD_END = "\r\n"
"""Of RFC 4180. With another end, Python's writer leaves a lone CR without quotes, and readers end the row there."""


def csv_row(cells: Iterable[Any], delimiter: str = ",", *, quoted: bool = False) -> str:
    r"""The cells with quotes where they need them, or all of them with quotes, and `\n` at the end."""
    line = io.StringIO(newline="")
    writer = csv.writer(
        line,
        delimiter=delimiter,
        lineterminator=_STANDARD_END,
        quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL,
    )
    writer.writerow(cells)
    return line.getvalue().removesuffix(_STANDARD_END) + "\n"
