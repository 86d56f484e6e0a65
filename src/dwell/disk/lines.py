"""Lines of a file, of which no one takes more memory than the longest that is wanted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

_CHUNK = 1 << 20


def read_lines(file: BinaryIO, most: int) -> Iterator[tuple[bytes, bool]]:
    """Each line with its end, and whether it is whole; of one longer than `most` bytes only these, with a line end.

    Args:
        file: Opened for reading; it is read from where it stands.
        most: Bytes of a line.
    """
    while line := file.readline(most + 1):
        if len(line) <= most or line.endswith(b"\n"):
            yield line, True
            continue
        while (rest := file.readline(_CHUNK)) and not rest.endswith(b"\n"):
            pass
        yield line[:most] + b"\n", False
