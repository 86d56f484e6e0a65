"""How much a file, a folder or a message may hold: each limit has a number, and a variable that raises it.

A file beyond a limit is refused, or its row rejected, with the limit and its variable in the message.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

from dwell.errors import SettingsError

_UNITS = {"": 1, "KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30}


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit.

    Attributes:
        variable: Environment variable that sets another number.
        default: The number; bytes where it is a size.
        what: What is limited, for the documentation.
        beyond: What happens beyond it, for the documentation.
        is_size: It is a number of bytes.
        most: The largest number that can be set.
    """

    variable: str
    default: int
    what: str
    beyond: str
    is_size: bool = False
    most: int = 1 << 40

    def value(self, environment: Mapping[str, str] | None = None) -> int:
        """The number in force.

        Args:
            environment: The environment; that of this process if None.

        Raises:
            SettingsError: The variable is malformed.
        """
        text = (os.environ if environment is None else environment).get(self.variable, "").strip()
        if not text:
            return self.default
        read = re.fullmatch(r"([0-9]{1,13}) ?(KB|MB|GB)?", text.upper())
        if not read or (read[2] and not self.is_size) or not 0 < int(read[1]) * _UNITS[read[2] or ""] <= self.most:
            example = f"a size, such as {self.show(2 * self.default)}" if self.is_size else "a whole number"
            raise SettingsError(f"{self.variable} is {text[:40]!r}: give {example}; at most {self.show(self.most)}.")
        return int(read[1]) * _UNITS[read[2] or ""]

    def show(self, number: int) -> str:
        """A number of this limit's, as messages write it: `20,000` or `16 MB`."""
        if self.is_size:
            unit = next(name for name in ("GB", "MB", "KB", "") if number % _UNITS[name] == 0)
            return f"{number // _UNITS[unit]:,} {unit or 'bytes'}"
        return f"{number:,}"

    def __str__(self) -> str:
        return self.show(self.value())


COLUMNS = Limit("DWELL_MAX_COLUMNS", 20_000, "columns of a table, or keys of a row in JSON", "the file is refused")
HEADER = Limit(
    "DWELL_MAX_HEADER", 4 << 20, "the header of a table, or one of its first lines", "the file is refused", is_size=True
)
CSV_ROW = Limit("DWELL_MAX_CSV_ROW", 2 << 20, "one row of a CSV", "the row is rejected", is_size=True)
JSON_ROW = Limit(
    "DWELL_MAX_JSON_ROW", 16 << 20, "one line of JSON lines, or one entry of a JSON list",
    "the line is rejected, or the file refused", is_size=True,
)  # fmt: skip
DEPTH = Limit(
    "DWELL_MAX_DEPTH", 40, "lists and objects around a row in JSON", "the rows in them are rejected", most=200
)
ROWS = Limit("DWELL_MAX_ROWS", 1_000_000_000, "rows of all files of one import", "the file is refused")
FILES = Limit("DWELL_MAX_FILES", 100_000, "files below a folder that is imported", "the folder is refused")
MEMBERS = Limit("DWELL_MAX_MEMBERS", 1_000, "files in a zip", "the zip is refused")
UNPACKED = Limit("DWELL_MAX_UNPACKED", 64 << 30, "what a packed file unpacks to", "the file is refused", is_size=True)
RATIO = Limit(
    "DWELL_MAX_RATIO",
    200,
    "what a packed file of over 64 MB unpacks to, in multiples of its size",
    "the file is refused",
)
WORKBOOK = Limit(
    "DWELL_MAX_WORKBOOK", 256 << 20, "one part of a workbook that is not a sheet, such as its texts",
    "the workbook is refused", is_size=True,
)  # fmt: skip
CELL = Limit("DWELL_MAX_CELL", 1_000_000, "characters of one cell of a workbook", "the workbook is refused")

LIMITS = (
    COLUMNS, HEADER, CSV_ROW, JSON_ROW, DEPTH, ROWS, FILES, MEMBERS, UNPACKED, RATIO, WORKBOOK, CELL,
)  # fmt: skip
"""All limits that a user can raise."""

NAMES_SHOWN = 40
"""Names in a message; of further ones the number."""
NAME_LENGTH = 80
"""Characters of a name in a message."""

FIXED = (
    ("names in a message", f"{NAMES_SHOWN}, of {NAME_LENGTH} characters each", "the number of the others"),
    ("a message", "4,000 characters, a word 500", "its start and its end"),
    ("text of a rejected row in the rejects file", "2,000 characters", "its start"),
    ("rows of a sheet", "1,048,576, by the format", "the workbook is refused"),
    ("lines of title above a header", "40, with 20,000 cells", "the file has no header"),
    ("an account's name, a number in an option", "what the platform allows, 2^53", "the command is refused"),
    ("JSON as a whole", "none: above 64 MB, or a million lists and objects, it is read value by value", ""),
    ("lists and objects within a row in JSON", "about 900 deep", "the file is refused"),
)
"""Limits that nobody needs to raise: what, how much, and what happens beyond."""
