"""Which of the names that there are somebody may have meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """` Did you mean views?` for `vews`; empty where nothing is near."""
    lower = {one.lower(): one for one in reversed(list(known))}
    near = get_close_matches(name.lower(), lower, 1)
    return f" Did you mean {lower[near[0]]}?" if near else ""
