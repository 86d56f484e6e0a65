"""A pager for a text that is higher than the terminal: `$DWELL_PAGER`, `$PAGER`, else `less` where it is installed."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from dwell.cli.tables import window

_NONE = frozenset({"", "cat"})
_is_off = ContextVar("_is_off", default=False)


def show_by_pager(text: str, *, wide: bool) -> bool:
    """Show a text by the pager; returns False if it is to be printed instead.

    Only a terminal has a pager, and only for a text with more lines than it. Who leaves the pager early, by `q` or
    Ctrl-C, has read enough: that is no failure.

    Args:
        text: The text.
        wide: Lines longer than the terminal are not wrapped, but read by scrolling to the right.
    """
    lines = window.height()
    if _is_off.get() or lines is None or not sys.stdin.isatty() or text.count("\n") < lines:
        return False
    command = _command(wide=wide)
    if not command:
        return False
    try:
        # The user's own command, split as a shell would, without a shell; LESS as git sets it.
        environment = {"LESS": "FRXS" if wide else "FRX", "LESSCHARSET": "utf-8", **os.environ}
        with _uninterrupted():
            pager = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment)
            pager.communicate(text.encode("utf-8", "backslashreplace"))  # one that ended early gets no more
    except OSError:
        return False
    return True


@contextmanager
def no_pager() -> Iterator[None]:
    """Inside the block, texts are printed: for a command that runs others one after the other."""
    token = _is_off.set(True)
    try:
        yield
    finally:
        _is_off.reset(token)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Inside the block, Ctrl-C is for the pager, which does not inherit this handler."""
    previous = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)


def _command(*, wide: bool) -> list[str]:
    """The words of the pager's command; empty for none."""
    given = os.environ.get("DWELL_PAGER", os.environ.get("PAGER"))
    if given is None:
        return ["less", "-FRX", *(["-S"] if wide else [])] if shutil.which("less") else []
    if given.strip() in _NONE:
        return []
    try:
        return shlex.split(given)
    except ValueError:
        return []
