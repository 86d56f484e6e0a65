r"""JSON that ends a text with half of a character, written anew: the engine refuses what other readers accept.

JavaScript cuts a caption between the two halves of an emoji, and JSON then holds `\ud83d` without its second half.
Lines and entries stay where they are, so positions stay true.
"""

from __future__ import annotations

import re
from pathlib import Path

_BLOCK = 1 << 20
_ESCAPE = re.compile(
    rb"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<half>\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)
_UNKNOWN = rb"\ufffd"
_LONGEST = 12
"""Bytes of an escaped character."""


def replace_half_characters(path: Path, target: Path) -> int:
    """Writes a copy of a JSON file in which each lone half of a character is an unknown one; returns how many."""
    replaced, rest = 0, b""
    with path.open("rb") as file, target.open("wb") as out:
        while True:
            block = file.read(_BLOCK)
            text = rest + block
            # An escape that begins before this has its end in the text too.
            done = limit = len(text) - _LONGEST if block else len(text)
            written = 0
            for escape in _ESCAPE.finditer(text):
                if escape.start() >= limit:
                    break
                done = max(limit, escape.end())
                if escape["half"] is not None:
                    out.write(text[written : escape.start()] + _UNKNOWN)
                    written, replaced = escape.end(), replaced + 1
            done = max(done, 0)
            out.write(text[written:done])
            rest = text[done:]
            if not block:
                return replaced
