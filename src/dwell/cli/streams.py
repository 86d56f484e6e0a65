"""stdout and stderr of a process, made to hold whatever dwell prints, wherever they lead.

Characters that their encoding lacks are shown as escapes. A reader that is gone (`| head`) gets no more, and the work
goes on to its end. Any other failure of stdout is one sentence; where stderr fails, nobody is left to tell.
"""

from __future__ import annotations

import codecs
import errno
import io
import os
import select
import sys
from typing import IO, Any

from dwell.errors import OutputError

_STDIN, _STDOUT, _STDERR = 0, 1, 2
_GONE = frozenset({errno.EPIPE, errno.ECONNRESET})
_PLAIN = {
    "–": "-", "—": "-", "−": "-", "×": "x", "…": "...", "“": '"', "”": '"', "‘": "'", "’": "'", "≥": ">=", "≤": "<=",
    "±": "+/-", "→": "->", "·": ".", "\N{NO-BREAK SPACE}": " ", "\N{NARROW NO-BREAK SPACE}": " ",
}  # fmt: skip
"""What dwell's own texts use, in ASCII."""

_HANDLER = "dwell.escape"
_escaped = [False]


def prepare_streams() -> None:
    """Make stdin, stdout and stderr usable, whatever the process was started with.

    A closed one gets the null device in its place, so that no file of the data folder is opened under its number.
    """
    _escaped[0] = False
    for number, flags in ((_STDIN, os.O_RDONLY), (_STDOUT, os.O_RDONLY), (_STDERR, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, flags)  # at the lowest free number; what is written to stdout fails, as it should
    codecs.register_error(_HANDLER, _escape)
    sys.stdout = _text_stream(sys.stdout, _STDOUT, tells=True)
    sys.stderr = _text_stream(sys.stderr, _STDERR, tells=False)


def escape_note() -> str:
    """What to say if characters of the output were escaped; empty if none was."""
    if not _escaped[0]:
        return ""
    return (
        f"Warning: the encoding of the output ({sys.stdout.encoding}) lacks some of its characters, which are shown as "
        r"escapes such as \xe9: set PYTHONIOENCODING=utf-8, or write a file with -o."
    )


def can_encode_all(stream: IO[str]) -> bool:
    """Whether a stream takes every character; one without an encoding, such as a buffer, does."""
    return codecs.lookup(getattr(stream, "encoding", None) or "utf-8").name.startswith("utf")


class _TextStream(io.TextIOWrapper):
    @property
    def buffer(self) -> Any:
        """Hidden: click would write UTF-8 to it where the encoding is ASCII."""
        return None


class _RawOutput(io.FileIO):
    """A file descriptor that is not closed at the end, and whose first failure is told once."""

    def __init__(self, number: int, *, tells: bool) -> None:
        super().__init__(number, "wb", closefd=False)
        self._tells = tells
        self._failed = False

    def write(self, content: Any) -> int:
        """Write bytes, or drop them after a failure.

        Raises:
            OutputError: stdout cannot be written.
        """
        if self._failed:
            return len(content)
        try:
            while (written := super().write(content)) is None:  # not blocking, and full
                select.select((), (self.fileno(),), ())
        except OSError as error:
            self._failed = True
            if self._tells and error.errno not in _GONE:
                reason = "it is closed" if error.errno == errno.EBADF else error.strerror or str(error)
                raise OutputError(
                    f"The output cannot be written ({reason}); what the command did stands: send its output elsewhere, "
                    "or write a file with -o."
                ) from error
            return len(content)
        return written


def _text_stream(before: Any, number: int, *, tells: bool) -> io.TextIOWrapper:
    """A text stream like the one that Python made, or like none where the descriptor was closed."""
    if before is not None:
        before.flush()
    return _TextStream(
        io.BufferedWriter(_RawOutput(number, tells=tells)),
        encoding=getattr(before, "encoding", None) or "utf-8",
        errors=_HANDLER,
        line_buffering=getattr(before, "line_buffering", not tells),
        write_through=getattr(before, "write_through", False),
    )


def _escape(error: UnicodeError) -> tuple[str, int]:
    """What stands for characters that cannot be encoded: a plain spelling, or an escape as Python's."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    plain = [_PLAIN.get(letter) or letter.encode("ascii", "backslashreplace").decode("ascii") for letter in text]
    _escaped[0] = _escaped[0] or any(letter not in _PLAIN for letter in text)
    return "".join(plain), error.end
