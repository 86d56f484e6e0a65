"""A spinner for slow commands."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from dwell.cli.terminal import progress_console
from dwell.visible import mark_line


@contextmanager
def spinner(what: str) -> Iterator[None]:
    """Show a spinner with `what` on stderr; nothing if stderr is not a terminal."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.text import Text

    with progress_console().status(Text(mark_line(f"{what} …"))):
        yield
