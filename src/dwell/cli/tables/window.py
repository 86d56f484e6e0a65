"""How many cells a line of the output may have."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_to_file = ContextVar("_to_file", default=False)
_DEFAULT = 80
_MOST = 10_000


def width() -> int | None:
    """The width of the output in cells; None where nothing limits it: in a file, and in a pipe without `COLUMNS`."""
    if _to_file.get():
        return None
    given = os.environ.get("COLUMNS", "")
    if given.isdecimal() and 0 < len(given) < 6 and int(given) > 0:
        return min(int(given), _MOST)
    return _size()[0] if sys.stdout.isatty() else None


def height() -> int | None:
    """The number of lines of the terminal; None where there is none."""
    if not sys.stdout.isatty():
        return None
    given = os.environ.get("LINES", "")
    return int(given) if given.isdecimal() and int(given[:6]) > 0 else _size()[1]


@contextmanager
def no_window() -> Iterator[None]:
    """Inside the block, the output is a file, which depends on no window."""
    token = _to_file.set(True)
    try:
        yield
    finally:
        _to_file.reset(token)


def _size() -> tuple[int, int]:
    try:
        columns, lines = os.get_terminal_size(sys.stdout.fileno())
    except (OSError, ValueError):  # a stream without a descriptor
        columns, lines = 0, 0
    return columns or _DEFAULT, lines or 24
