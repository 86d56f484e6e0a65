"""A row of a CSV as text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

_STANDARD_END = "\r\n"
"""Of RFC 4180. With another end, Python's writer leaves a lone CR without quotes, and readers end the row there."""


def csv_row(cells: Iterable[Any], delimiter: str = ",") -> str:
    r"""The cells with quotes where they need them, and `\n` at the end."""
    line = io.StringIO(newline="")
    csv.writer(line, delimiter=delimiter, lineterminator=_STANDARD_END).writerow(cells)
    return line.getvalue().removesuffix(_STANDARD_END) + "\n"
