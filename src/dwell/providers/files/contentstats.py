"""Answers of ContentStats about tracked videos, and those of dwell's own API, which have the same shape.

`GET /videos/{id}` has the snapshots of a video: each of them is a reading at its own time. The list has none, so only
its posts are stored.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dwell.providers.format import Context, Format, ReadResult
from dwell.providers.json_rows import NOT_AN_OBJECT
from dwell.providers.links import Link, LinkError, parse_link
from dwell.providers.part import Part, first_rows, iterate_rows
from dwell.providers.rewrite import Rewriter
from dwell.providers.values import counter, mapping, text
from dwell.records.unit import unit_of

_NAME = "contentstats"
_COUNTERS = ("views", "likes", "comments", "shares", "saves")
_JOB = frozenset({"job_id", "current_metadata", "monitoring_started", "monitoring_duration_days", "days_remaining"})
_SOURCE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_OWN = "dwell"  # the source of rows that are taken as they are
_SHOWN = 60


class _RowError(Exception):
    """Why a video or a snapshot cannot be stored."""


class _Writers:
    """A file to write for each source and for each set of tables."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.found: dict[tuple[str, bool], Rewriter] = {}

    def get(self, source: str, *, readings: bool) -> Rewriter:
        """The file for readings of a source, or for its posts alone."""
        tables = ("posts", "post_snapshots", "creators") if readings else ("posts", "creators")
        key = source, readings
        if key not in self.found:
            self.found[key] = Rewriter(self.context.scratch, source, *tables, platform="tiktok")
        return self.found[key]


def _kind_of(item: Mapping[str, Any]) -> str | None:
    snapshots = item.get("snapshots")
    if isinstance(snapshots, list):
        first = snapshots[0] if snapshots else None
        if isinstance(first, dict) and "snapshot_time" in first:
            return "post"
    return "post" if "video_link" in item and _JOB & item.keys() else None


def _recognises(part: Part, _: Context) -> bool:
    return part.layout not in {"csv", "parquet"} and any(map(_kind_of, first_rows(part)))


def _read(parts: Sequence[Part], context: Context) -> ReadResult:
    result = ReadResult()
    for part in parts:
        _read_part(part, context, result)
    return result


def _read_part(part: Part, context: Context, result: ReadResult) -> None:
    writers, without = _Writers(context), 0
    for line, (item, reason, raw, _) in iterate_rows(part, _kind_of):
        if item is None:
            if reason:
                writers.get(_NAME, readings=True).reject(line, reason, raw)
            continue
        try:
            without += _add_video(writers, line, item)
        except _RowError as error:
            writers.get(_NAME, readings=True).reject(line, str(error), raw or _as_text(item))
    result.extracts += [writer.extract() for writer in writers.found.values() if writer.rows or writer.rejects]
    if without:
        result.warnings.append(
            f"{part.name}: {without:,} {'video has' if without == 1 else 'videos have'} no snapshots here, so only the "
            "post is stored: load the answer of GET /videos/{id} for each."
        )


def _add_video(writers: _Writers, line: int, item: Mapping[str, Any]) -> bool:
    """Add the readings of one video; true where it has none."""
    link, metadata = _find_post(item), mapping(item, "current_metadata")
    captions = [value for name in ("description", "title") if (value := text(metadata.get(name)))]
    post = {
        "post_id": link.post_id,
        "handle": link.handle,
        "media_type": link.media if link.media == "photo" else None,
        "caption": max(captions, key=len, default=None),
        "url": link.url,
    }
    snapshots = item.get("snapshots")
    if not isinstance(snapshots, list) or not snapshots:
        times = (text(item.get(name)) for name in ("last_updated", "created_at", "monitoring_started"))
        observed = next(filter(None, times), None)
        writers.get(_NAME, readings=False).add(line, {**post, "observed_at": observed})
        return True
    for source, reading in _readings(writers, line, snapshots):
        writers.get(source, readings=True).add(line, {**post, **reading})
    return False


def _readings(writers: _Writers, line: int, snapshots: Sequence[Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Source and values of each snapshot; one that cannot be read is rejected by itself."""
    for one in snapshots:
        at = text(one.get("snapshot_time")) if isinstance(one, dict) else None
        if at is None:
            reason = "no snapshot_time" if isinstance(one, dict) else NOT_AN_OBJECT
            writers.get(_NAME, readings=True).reject(line, reason, _as_text(one))
            continue
        counters = {name: counter(one.get(name)) for name in _COUNTERS}
        yield _find_source(one), {"observed_at": at, **counters, **_find_units(one, counters)}


def _find_units(snapshot: Mapping[str, Any], counters: Mapping[str, Any]) -> dict[str, Any]:
    """The units of the counters, which dwell's own answers state: those that are not named are exact."""
    if "rounded_to" not in snapshot:
        return {}
    rounded = snapshot["rounded_to"] or {}
    stated = {name: rounded.get(name, 1) if isinstance(rounded, dict) else None for name in counters}
    units = {name: unit if type(unit) is int and unit > 0 else None for name, unit in stated.items()}
    known = [unit for name, unit in units.items() if counters[name] is not None]
    columns = {unit_of(name): unit for name, unit in units.items() if counters[name] is not None}
    return {**columns, "rounded": any(unit > 1 for unit in known if unit) or (None if None in known else False)}


def _find_source(snapshot: Mapping[str, Any]) -> str:
    """The provider that dwell read it from, which is the source of the same reading in its tables; else the service."""
    provider = snapshot.get("provider")
    is_ours = "slot" in snapshot and isinstance(provider, str) and _SOURCE.fullmatch(provider) and provider != _OWN
    return str(provider) if is_ours else _NAME


def _find_post(item: Mapping[str, Any]) -> Link:
    """The post of a video.

    Raises:
        _RowError: Nothing says which one it is, or the link is none of a post.
    """
    platform, link = text(item.get("platform")), text(item.get("video_link"))
    if platform and platform.lower() != "tiktok":
        raise _RowError(f"a video of another platform: {platform[:_SHOWN]}")
    if not link:
        raise _RowError("no video_link, so nothing says which post it is")
    try:
        found = parse_link(link)
    except LinkError as error:
        raise _RowError(f"video_link is no link to a post ({error.reason}): {link[:_SHOWN]}") from error
    if found.post_id is None:
        raise _RowError(f"video_link is a short link, which does not say the post's id: {link[:_SHOWN]}")
    return found


def _as_text(item: Any) -> str:
    return json.dumps(item, ensure_ascii=False)


FORMAT = Format(
    _NAME,
    "ContentStats' and dwell's own answers about tracked videos, with their snapshots",
    (frozenset({"id", "video_link", "snapshots", "platform", "status"}),),
    _recognises,
    _read,
    _kind_of,
)
