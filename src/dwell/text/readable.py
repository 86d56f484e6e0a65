"""Names and messages that can be shown whatever they hold: bytes that are not UTF-8, and words without an end."""

from __future__ import annotations

import os
import re
from pathlib import Path

_WORD = re.compile(r"\S{501,}")
_MOST = 4_000
_KEPT = 80


def show_text(text: str) -> str:
    r"""A text that any terminal and file can hold: half a character, and a byte that is not UTF-8, become `\xe9`."""
    return os.fsencode(text).decode("utf-8", "backslashreplace") if _is_of_bytes(text) else _escape(text)


def show_path(path: Path) -> Path:
    """The path as it can be shown and stored; the path itself where that is in UTF-8."""
    shown = show_text(str(path))
    return path if shown == str(path) else Path(shown)


def shorten(message: str) -> str:
    """A message whose words have at most 500 characters, and which has at most 4,000: its start and its end stay."""
    message = _WORD.sub(lambda word: _cut(word[0], _KEPT, _KEPT), message)
    return message if len(message) <= _MOST else _cut(message, _MOST - 600, 500)


def _cut(text: str, first: int, last: int) -> str:
    return f"{text[:first]}…({len(text) - first - last:,} characters)…{text[len(text) - last :]}"


def _is_of_bytes(text: str) -> bool:
    """The system made it of bytes: each of its halves of characters stands for one of these."""
    return all(not "\ud800" <= sign <= "\udfff" or "\udc80" <= sign <= "\udcff" for sign in text)


def _escape(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()
