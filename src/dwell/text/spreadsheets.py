"""Texts in the tables that people open with a spreadsheet: none of them is taken for a formula.

A spreadsheet runs a cell that begins with `=`, `+`, `-` or `@`, whoever wrote it. A guard, `'`, before it makes it a
text. Source: OWASP, "CSV Injection", which also names tab, carriage return, line feed and the full-width forms.
"""

from __future__ import annotations

import re

GUARD = "'"
_BLANK = "\\x00-\\x20\\x7f-\xa0\xad\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff"
_SIGNS = "=+\\-@＝＋－＠﹢﹣﹦﹫"
GUARDED = f"^{GUARD}*(?:[\\t\\r\\n]|[{_BLANK}]*[{_SIGNS}])"
"""Pattern of the texts that get a guard, also if they begin with guards: so each text has one guarded form, and back.

Python's `re` and RE2 read it alike."""

_GUARDED = re.compile(GUARDED)


def guard_cell(text: str) -> str:
    """The text as a cell that no spreadsheet runs."""
    return GUARD + text if _GUARDED.match(text) else text


def unguard_cell(cell: str) -> str:
    """The text whose guarded form the cell is."""
    return cell[len(GUARD) :] if cell.startswith(GUARD) and _GUARDED.match(cell) else cell
