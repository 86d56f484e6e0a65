"""Faults inside a response with status 200. None invents a number, except that counters may have decreased."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from dwell_sandbox.server.faults import PARTIAL_FAULT
from dwell_sandbox.server.protocol import Protocol
from dwell_sandbox.server.response import Paging, Response

DECREASE = 0.97
"""The factor by which the fault `counters_down` multiplies each counter; the result is rounded down."""

_COUNTERS = ("play_count", "digg_count", "comment_count", "share_count", "download_count", "collect_count")


def distort(fault: str, protocol: Protocol, response: Response) -> bool:
    """Inject a fault into a response.

    Args:
        fault: One of `faults.CONTENT_FAULTS`, or `faults.PARTIAL_FAULT`.
        protocol: Finds the counters of a post.
        response: The response, which is changed in place.

    Returns:
        Whether the fault applies to this response; if not, the response is unchanged.
    """
    if fault == PARTIAL_FAULT:
        return _leave_out(response)
    return _PAGING_FAULTS[fault](response) if fault in _PAGING_FAULTS else _distort_rows(fault, protocol, response)


def _distort_rows(fault: str, protocol: Protocol, response: Response) -> bool:
    """A fault in every third post, or in all of them if the counters decrease."""
    step = 1 if fault == "counters_down" else 3
    changed = [_distort_row(fault, protocol, row) for row in response.posts[::step]]
    return any(changed)


def _distort_row(fault: str, protocol: Protocol, row: dict[str, Any]) -> bool:
    counters = protocol.find_counters(row)
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
            return _remove_play(row)
        case "counters_down" if counters:
            counters.update({key: int(counters[key] * DECREASE) for key in _COUNTERS if key in counters})
        case _:
            return False
    return True


def _remove_play(row: dict[str, Any]) -> bool:
    if "play" in row:
        row["play"] = row["wmplay"] = ""
        return True
    if not isinstance(row.get("video"), dict):
        return False
    row["video"] = {**row["video"], "play_addr": {"url_list": []}}
    return True


def _leave_out(response: Response) -> bool:
    if response.make_partial is None:
        return False
    response.make_partial(response)
    return True


def _repeated_cursor(response: Response) -> bool:
    """The cursor of the response is the one of the request."""
    return _edit_paging(response, lambda paging: {paging.cursor_key: paging.requested_cursor})


def _empty_page(response: Response) -> bool:
    """No rows, although there are more."""
    return _edit_paging(response, lambda paging: {paging.rows_key: [], paging.cursor_key: paging.requested_cursor})


def _stops_early(response: Response) -> bool:
    """The response says that there are no more rows, although there are."""
    return _edit_paging(
        response, lambda paging: {paging.more_key: _as_type_of(paging.page[paging.more_key], value=False)}
    )


def _short_page(response: Response) -> bool:
    """Half of the rows, and a cursor that continues after them."""
    return _edit_paging(response, _half_page)


def _half_page(paging: Paging) -> dict[str, Any] | None:
    keep = (len(paging.row_cursors) + 1) // 2
    if keep == len(paging.row_cursors) or paging.row_cursors[keep - 1] is None:
        return None
    return {
        paging.rows_key: paging.page[paging.rows_key][:keep],
        paging.cursor_key: paging.row_cursors[keep - 1],
    }


def _duplicate_row(response: Response) -> bool:
    """The next page begins with the last row of this one."""
    return _edit_paging(response, _previous_cursor)


def _previous_cursor(paging: Paging) -> dict[str, Any] | None:
    if len(paging.row_cursors) < 2 or paging.row_cursors[-2] is None:
        return None
    return {paging.cursor_key: paging.row_cursors[-2]}


def _has_more_type(response: Response) -> bool:
    """A number in place of a boolean, or a boolean in place of a number."""
    paging = response.paging
    if paging is None:
        return False
    value = paging.page[paging.more_key]
    paging.page[paging.more_key] = int(value) if isinstance(value, bool) else bool(value)
    return True


def _edit_paging(response: Response, edit: Callable[[Paging], dict[str, Any] | None]) -> bool:
    """Change the paging of a page that is not the last one."""
    paging = response.paging
    changes = edit(paging) if paging is not None and paging.page[paging.more_key] else None
    if paging is None or changes is None:
        return False
    paging.page.update(changes)
    return True


def _as_type_of(sample: Any, *, value: bool) -> bool | int:
    return value if isinstance(sample, bool) else int(value)


_PAGING_FAULTS: Mapping[str, Callable[[Response], bool]] = MappingProxyType(
    {
        "repeated_cursor": _repeated_cursor,
        "empty_page": _empty_page,
        "stops_early": _stops_early,
        "short_page": _short_page,
        "duplicate_row": _duplicate_row,
        "has_more_type": _has_more_type,
    }
)
