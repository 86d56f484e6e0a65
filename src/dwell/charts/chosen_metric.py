"""The metric by which the posts of a result are compared, as its `meta` says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def chosen_metric(rows: Iterable[Mapping[str, Any]]) -> str | None:
    """Its name; None for rows without `meta`, as a caller may pass them."""
    found: str | None = (getattr(rows, "meta", {}).get("metric") or {}).get("name")
    return found
