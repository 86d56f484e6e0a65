"""Which of the names that there are somebody may have meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(name: str, known: Iterable[str], sign: str = "") -> str:
    """` Did you mean views?` for `vews`; empty where nothing is near.

    Args:
        name: What was written.
        known: What could have been meant.
        sign: What stands before a name, such as `@`.
    """
    lower = {one.lower(): one for one in reversed(list(known))}
    near = get_close_matches(name.lower(), lower, 1)
    return f" Did you mean {sign}{lower[near[0]]}?" if near else ""
