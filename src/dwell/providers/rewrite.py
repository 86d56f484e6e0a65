"""Small or unusual formats are rewritten to JSON lines under canonical names, so that one loader serves them all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import msgspec

from dwell.providers.opening import new_file, write_chunks
from dwell.records import TABLES, Extract, Shape, Source, source_at
from dwell.text.numbers import format_number
from dwell.text.reasons import plain_reason

LINE = "line"
_BATCH = 2_000

_PLAIN = frozenset({str, int, bool})
"""What JSON writes as the loader reads it: most values, and asking for one of these is quick."""

_ENCODER = msgspec.json.Encoder()


class Rewriter:
    """Collects rows of one shape and writes them to scratch, a batch at a time."""

    def __init__(self, scratch: Path, name: str, *tables: str, cumulative: bool = True, **constants: Any) -> None:
        """Start an empty file.

        Args:
            scratch: Folder to write in.
            name: Format name.
            tables: Tables that a row can give a row to.
            cumulative: As in `Shape`.
            constants: As in `Shape`.
        """
        self.name, self.tables, self.cumulative, self.constants = name, tables, cumulative, constants
        self.path = new_file(scratch, ".ndjson")
        self.rows = 0
        self.rejects: list[tuple[int, str, str]] = []
        self._waiting: list[bytes] = []
        self._seen: dict[str, None] = {}

    def add(self, line: int, values: Mapping[str, Any]) -> None:
        """One row: canonical column -> value; what is unknown is None or absent."""
        observed = values.get("observed_at")
        if isinstance(observed, datetime) and observed == datetime.combine(observed, time(), UTC):
            # Only whole days give such an instant: a format that states the time of day passes its text on.
            values = {**values, "observed_precision": "day", "observed_zone": "UTC"}
        known: dict[str, Any] = {
            column: value if type(value) in _PLAIN else _text(value)
            for column, value in values.items()
            if value is not None
        }
        if not known.keys() <= self._seen.keys():
            self._seen.update(dict.fromkeys(known))
        known[LINE] = line
        self._waiting.append(_encoded(known))
        self.rows += 1
        if len(self._waiting) >= _BATCH:
            self._flush()

    def reject(self, line: int, reason: str, text: str) -> None:
        """One row of the user's file that cannot be read, with the reason in words."""
        self.rejects.append((line, plain_reason(reason), text[:500]))

    def extract(self) -> Extract:
        """The finished file and its shape, which names only columns that some row has."""
        self._flush()
        known = {column.name for table in self.tables for column in TABLES[table].columns}
        columns = {name: _pointer(name) for name in self._seen if name in known}
        shape = Shape(self.name, self.tables, columns, self.constants, cumulative=self.cumulative)
        return Extract(self.path, "ndjson", shape, line_key=LINE, rejects=tuple(self.rejects))

    def _flush(self) -> None:
        if self._waiting:
            write_chunks(self.path, iter([b"\n".join(self._waiting) + b"\n"]), append=True)
            self._waiting.clear()


def _encoded(row: dict[str, Any]) -> bytes:
    try:
        return _ENCODER.encode(row)
    except UnicodeEncodeError:  # half of a character, which a cut-off caption may end with
        return _ENCODER.encode({name: _whole(value) for name, value in row.items()})


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", errors="replace").decode()
    return [_whole(one) for one in value] if isinstance(value, list) else value


def _pointer(column: str) -> Source:
    return source_at(f"/{column}/*" if column == "hashtags" else f"/{column}")


def _text(value: Any) -> str | list[str]:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [str(item) for item in value]
    if isinstance(value, float):
        return format_number(value)
    return str(value)
