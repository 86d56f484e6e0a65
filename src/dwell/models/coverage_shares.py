"""The shares of posts inside their prediction interval, each with the interval that chance gives it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dwell.models.confidence_intervals import share_interval


def coverage_shares(fit: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """The coverage that a fit reports: of all posts (`bucket` None), then per duration bucket.

    Args:
        fit: The report of a fit; None without one.

    Returns:
        `bucket`, `n` (None where the report lacks it), `share`, and `low` and `high` of its 95 % Wilson interval. Empty
        where no intervals were made.
    """
    interval = (fit or {}).get("interval") or {}
    if fit is None or interval.get("coverage") is None:
        return []
    counts = interval.get("rows_by_bucket") or {}
    shares = [_share(None, interval["coverage"], fit.get("n"))]
    by_bucket = (interval.get("coverage_by_bucket") or {}).items()
    return shares + [_share(bucket, share, counts.get(bucket)) for bucket, share in by_bucket if share is not None]


def _share(bucket: str | None, share: float, n: int | None) -> dict[str, Any]:
    low, high = share_interval(round(share * n), n) if n else (None, None)
    return {"bucket": bucket, "n": n, "share": share, "low": low, "high": high}
