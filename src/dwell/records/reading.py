"""Columns that every reading has: how exactly its time is known, and after merging where each value comes from."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from dwell.records.column import Meaning

Precision = Literal["instant", "day"]
PRECISIONS = get_args(Precision)

ObservedPrecision = Annotated[
    str | None,
    Meaning(
        "How exactly `observed_at` is known: `instant`, or `day` (then it is the day's first moment); null: unknown"
    ),
]
ObservedZone = Annotated[str | None, Meaning("IANA zone of the day, where only the day is known")]
ValueSources = Annotated[
    str | None,
    Meaning(
        "Of a merged reading: JSON of the source and import of each value, `{column: source@import}`; "
        "null: all are of `source`"
    ),
]

SIMULATED_SUFFIX = "-sandbox"
"""Ends the source of simulated readings: they are stamped and judged by the simulation's clock."""

PROVENANCE = frozenset({"source", "observed_at", "observed_precision", "observed_zone", "value_sources"})
"""Columns that say where, when and how exactly the others were read."""


def source_name(provider: str, *, simulated: bool) -> str:
    """What rows have as `source` that a provider's response gave."""
    return provider + SIMULATED_SUFFIX if simulated else provider
