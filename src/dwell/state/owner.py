"""Whom requests and responses belong to."""

from __future__ import annotations

from typing import NamedTuple


class Owner(NamedTuple):
    """A sweep, or later a tracking poll or a sync.

    Attributes:
        kind: `sweep`.
        id: Its id.
    """

    kind: str
    id: str


def sweep(sweep_id: str) -> Owner:
    """The owner that a sweep is."""
    return Owner("sweep", sweep_id)
