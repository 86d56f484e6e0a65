"""Creator sizes: five groups by followers, so that a small account is compared with small accounts."""

from __future__ import annotations

import ibis
from ibis.expr.types import IntegerValue, StringValue

UNKNOWN = "unknown"
# Each size starts at its followers, inclusive, and ends below the next one's.
SIZES = (
    ("<1K", 0),
    ("nano 1K-10K", 1_000),
    ("micro 10K-100K", 10_000),
    ("macro 100K-1M", 100_000),
    ("mega >1M", 1_000_000),
)


def size(followers: IntegerValue) -> StringValue:
    """The size group of an account with this many followers; `unknown` where they are not known."""
    larger = [(followers >= least, label) for label, least in reversed(SIZES)]
    return ibis.cases(*larger, else_=UNKNOWN)


def position(label: StringValue) -> IntegerValue:
    """The position of a size, smallest first; `unknown` comes last."""
    return ibis.cases(*((label == name, place) for place, (name, _) in enumerate(SIZES)), else_=len(SIZES))
