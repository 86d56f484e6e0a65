"""Column names of a Parquet file, from its footer: enough to tell dwell's own export without a Parquet library.

The footer is a `FileMetaData` struct in Thrift's compact protocol; its field 2 lists the schema elements, whose field 4
is the name and field 5 the number of children (https://github.com/apache/parquet-format, src/main/thrift).
"""

from __future__ import annotations

import struct
from pathlib import Path

from dwell.errors import BadFileError

_BOOL_TRUE, _BOOL_FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _STRUCT = 1, 2, 3, 7, 8, 9, 10, 12


def column_names(name: str, path: Path) -> tuple[str, ...]:
    """Names of the top-level columns, in order.

    Raises:
        BadFileError: When the footer is missing or damaged.
    """
    size = path.stat().st_size
    with path.open("rb") as stream:
        stream.seek(max(0, size - 8))
        tail = stream.read(8)
        length = struct.unpack("<I", tail[:4])[0] if len(tail) == 8 and tail[4:] == b"PAR1" else size
        if length > size - 12:
            raise BadFileError(f"{name} is a Parquet file that is cut off or damaged: export it again.")
        stream.seek(size - 8 - length)
        footer = stream.read(length)
    try:
        return _top_level_names(_CompactReader(footer).schema())
    except (IndexError, ValueError) as error:
        raise BadFileError(f"{name} is a Parquet file with a damaged footer: export it again.") from error


def _top_level_names(elements: list[tuple[str, int]]) -> tuple[str, ...]:
    names, position = [], 1
    for _ in range(elements[0][1]):
        names.append(elements[position][0])
        waiting = 1
        while waiting:
            waiting += elements[position][1] - 1
            position += 1
    return tuple(names)


class _CompactReader:
    """A reader of Thrift's compact protocol, as far as this footer needs it."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def schema(self) -> list[tuple[str, int]]:
        """Name and number of children of each schema element."""
        field = 0
        while head := self._byte():
            field = field + (head >> 4) if head >> 4 else self._zigzag()
            if field == 2 and head & 15 == _LIST:
                return [self._element() for _ in range(self._list()[0])]
            self._skip(head & 15)
        raise ValueError("no schema")

    def _element(self) -> tuple[str, int]:
        field, name, children = 0, "", 0
        while head := self._byte():
            field = field + (head >> 4) if head >> 4 else self._zigzag()
            if field == 4 and head & 15 == _BINARY:
                name = self._bytes().decode()
            elif field == 5 and head & 15 in {4, 5, 6}:
                children = self._zigzag()
            else:
                self._skip(head & 15)
        return name, children

    def _skip(self, kind: int) -> None:
        if kind in {_BOOL_TRUE, _BOOL_FALSE}:
            return
        if kind == _BYTE:
            self.at += 1
        elif kind in {4, 5, 6}:
            self._varint()
        elif kind == _DOUBLE:
            self.at += 8
        elif kind == _BINARY:
            self._bytes()
        elif kind in {_LIST, _SET}:
            count, element = self._list()
            for _ in range(count):
                self._skip(_BYTE if element in {_BOOL_TRUE, _BOOL_FALSE} else element)
        elif kind == _STRUCT:
            while head := self._byte():
                if not head >> 4:
                    self._zigzag()
                self._skip(head & 15)
        else:
            raise ValueError(f"unexpected type {kind}")

    def _list(self) -> tuple[int, int]:
        head = self._byte()
        return (self._varint() if head >> 4 == 15 else head >> 4), head & 15

    def _byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def _bytes(self) -> bytes:
        length = self._varint()
        self.at += length
        if self.at > len(self.data):
            raise IndexError("cut off")
        return self.data[self.at - length : self.at]

    def _varint(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def _zigzag(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)
