"""The unit to which a source rounded a counter, stored beside the counter as `<counter>_unit`."""

from __future__ import annotations

from typing import Annotated

from dwell.records.column import Meaning

SUFFIX = "_unit"

Unit = Annotated[
    int | None,
    Meaning("What its last digit stands for: 1 exact, 100 for `1.2K`, 1,000 for `120K`; null where not known"),
]
"""A field `views_unit` of a record says how `views` was rounded."""


def unit_of(counter: str) -> str:
    """The column with the unit of a counter."""
    return counter + SUFFIX
