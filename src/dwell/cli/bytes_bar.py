"""A progress bar for work that is measured in bytes, pages or rows."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from dwell.cli.terminal import progress_console, text_column
from dwell.visible import mark_line


@contextmanager
def bytes_bar() -> Iterator[Callable[[str, int, int], None] | None]:
    """A bar for each step of the work; nothing if stderr is not a terminal, or shows the log."""
    from dwell import logs

    if not sys.stderr.isatty() or logs.is_verbose():
        yield None
        return
    from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TimeRemainingColumn

    columns = (text_column("what"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    bars, tasks = Progress(*columns, console=progress_console(), transient=True), dict[str, TaskID]()

    def advance(what: str, done: int, total: int) -> None:
        if what not in tasks:
            tasks[what] = bars.add_task("", total=None, what=mark_line(what))
        bars.update(tasks[what], completed=done, total=total or None)

    with bars:
        yield advance


def format_bytes(number: int) -> str:
    """Format a size: 1234567 is `1.2 MB`."""
    size = float(number)
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1_000:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1_000
    return f"{size:,.1f} TB"
