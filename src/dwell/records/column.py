"""Declares a record's field: its type is the column's type, its text is the column's documentation."""

from __future__ import annotations

from dataclasses import MISSING, field
from typing import Any


def column(meaning: str, *, default: Any = MISSING) -> Any:
    """One column of a record.

    Args:
        meaning: What a value means, with its unit; shown in the reference docs.
        default: `None` for a value that may be unknown. Unknown is always null, never 0.
    """
    return field(default=default, metadata={"meaning": meaning})
