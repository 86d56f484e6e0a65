"""Which listed posts are not compared with others, said above their table."""

from __future__ import annotations

from collections import Counter

from dwell.results import Result
from dwell.text.plurals import name_counts

_MOST_PLACES = 10


def list_excluded(result: Result) -> str:
    """A sentence with the reasons and the rows; empty where every post is eligible.

    Such a post is not one of those that the first line counts, however high it ranks.
    """
    rows = [(number, reason) for number, reason in enumerate(result.column("excluded"), 1) if reason is not None]
    if not rows:
        return ""
    reasons = name_counts(Counter(reason for _, reason in rows))
    places = ", ".join(str(number) for number, _ in rows[:_MOST_PLACES])
    more = f" and {len(rows) - _MOST_PLACES:,} more" if len(rows) > _MOST_PLACES else ""
    return f"Listed but not compared: {reasons} (row{'s' if len(rows) > 1 else ''} {places}{more})."
