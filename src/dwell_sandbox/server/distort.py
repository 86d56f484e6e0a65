"""Faults inside an answer that looks well. None of them invents a number, except that counters may have gone down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from dwell_sandbox.server.protocol import Spoken
from dwell_sandbox.server.reply import Listing, Reply

DOWN = 0.97
"""What is left of each counter by the fault `counters_down`, rounded down."""

_COUNTERS = ("play_count", "digg_count", "comment_count", "share_count", "download_count", "collect_count")


def distort(fault: str, spoken: Spoken, reply: Reply) -> bool:
    """Put a fault into an answer.

    Args:
        fault: One of `faults.DISTORTS`.
        spoken: Knows where the counters of a post stand.
        reply: The answer, which is changed in place.

    Returns:
        Whether the answer has what this fault distorts; if not, it is as it was.
    """
    return _PAGING[fault](reply) if fault in _PAGING else _rows(fault, spoken, reply)


def _rows(fault: str, spoken: Spoken, reply: Reply) -> bool:
    """A fault in every third post, or in all of them where the counters go down."""
    every = 1 if fault == "counters_down" else 3
    hit = [_row(fault, spoken, row) for row in reply.posts[::every]]
    return any(hit)


def _row(fault: str, spoken: Spoken, row: dict[str, Any]) -> bool:
    counters = spoken.counters(row)
    match fault:
        case "missing_statistics":
            return counters is not row and row.pop("statistics", None) is not None
        case "missing_collect_count":
            return counters is not None and counters.pop("collect_count", None) is not None
        case "new_field":
            row["interaction_quality_v2"] = {"score": 0.5}
        case "retyped_field" if counters:
            counters["play_count"] = str(counters["play_count"])
        case "title_null":
            row["title" if "title" in row else "desc"] = None
        case "empty_play":
            return _without_play(row)
        case "counters_down" if counters:
            counters.update({key: int(counters[key] * DOWN) for key in _COUNTERS if key in counters})
        case _:
            return False
    return True


def _without_play(row: dict[str, Any]) -> bool:
    if "play" in row:
        row["play"] = row["wmplay"] = ""
        return True
    if not isinstance(row.get("video"), dict):
        return False
    row["video"] = {**row["video"], "play_addr": {"url_list": []}}
    return True


def _repeated_cursor(reply: Reply) -> bool:
    """The cursor of the answer is the one that was asked with."""
    return _edit(reply, lambda listing: {listing.cursor: listing.asked})


def _empty_page(reply: Reply) -> bool:
    """No rows, although there are more."""
    return _edit(reply, lambda listing: {listing.items: [], listing.cursor: listing.asked})


def _stops_early(reply: Reply) -> bool:
    """No more, it says, although there are."""
    return _edit(reply, lambda listing: {listing.more: _as(listing.box[listing.more], value=False)})


def _short_page(reply: Reply) -> bool:
    """Half of the rows, and a cursor that goes on behind them."""
    return _edit(reply, _half)


def _half(listing: Listing) -> dict[str, Any] | None:
    keep = (len(listing.after) + 1) // 2
    if keep == len(listing.after) or listing.after[keep - 1] is None:
        return None
    return {listing.items: listing.box[listing.items][:keep], listing.cursor: listing.after[keep - 1]}


def _duplicate_row(reply: Reply) -> bool:
    """The next page begins with the last row of this one."""
    return _edit(reply, _back)


def _back(listing: Listing) -> dict[str, Any] | None:
    return None if len(listing.after) < 2 or listing.after[-2] is None else {listing.cursor: listing.after[-2]}


def _has_more_type(reply: Reply) -> bool:
    """A number where a truth value is usual, or the other way round."""
    listing = reply.listing
    if listing is None:
        return False
    value = listing.box[listing.more]
    listing.box[listing.more] = int(value) if isinstance(value, bool) else bool(value)
    return True


def _edit(reply: Reply, change: Callable[[Listing], dict[str, Any] | None]) -> bool:
    """Change the paging of a page that is not the last one."""
    listing = reply.listing
    changed = change(listing) if listing is not None and listing.box[listing.more] else None
    if listing is None or changed is None:
        return False
    listing.box.update(changed)
    return True


def _as(like: Any, *, value: bool) -> bool | int:
    return value if isinstance(like, bool) else int(value)


_PAGING: Mapping[str, Callable[[Reply], bool]] = MappingProxyType(
    {
        "repeated_cursor": _repeated_cursor,
        "empty_page": _empty_page,
        "stops_early": _stops_early,
        "short_page": _short_page,
        "duplicate_row": _duplicate_row,
        "has_more_type": _has_more_type,
    }
)
