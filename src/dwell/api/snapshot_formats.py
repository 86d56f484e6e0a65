"""Snapshots of a video as JSON, CSV, NDJSON or Arrow."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from dwell.api.queries import invalid
from dwell.text.spreadsheets import guard_cell
from dwell.tracking.objects import Snapshot

Format = Literal["json", "csv", "ndjson", "arrow"]
COUNTERS = ("views", "likes", "comments", "shares", "saves")
COLUMNS = tuple(field.encode_name for field in msgspec.structs.fields(Snapshot))
MEDIA_TYPES = {
    "json": "application/json",
    "csv": "text/csv",
    "ndjson": "application/x-ndjson",
    "arrow": "application/vnd.apache.arrow.stream",
}


class SnapshotList(msgspec.Struct, frozen=True, kw_only=True):
    """Snapshots of a video, oldest first.

    Attributes:
        id: The video.
        total: Snapshots in this answer.
    """

    id: str
    snapshots: list[Snapshot]
    total: int


def encode_snapshots(video_id: str, snapshots: Sequence[Snapshot], form: Format) -> bytes:
    """The body of an answer.

    Args:
        video_id: The video.
        snapshots: Its snapshots.
        form: In CSV an unknown counter is an empty cell; in Arrow counters are 64-bit integers. Both have `rounded_to`
            as JSON text.

    Raises:
        InvalidRequestError: The server has no library that writes Arrow.
    """
    if form == "json":
        return msgspec.json.encode(SnapshotList(id=video_id, snapshots=list(snapshots), total=len(snapshots)))
    if form == "ndjson":
        return msgspec.json.Encoder().encode_lines(snapshots)
    return _csv(snapshots) if form == "csv" else _arrow(snapshots)


def _csv(snapshots: Sequence[Snapshot]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([_guarded(_text(value)) for value in msgspec.to_builtins(one).values()] for one in snapshots)
    return text.getvalue().encode()


def _arrow(snapshots: Sequence[Snapshot]) -> bytes:
    try:
        import pyarrow as pa
    except ImportError as error:
        message = "This server cannot write Arrow (it lacks pip install 'dwell[arrow]'): ask for ndjson."
        raise invalid("format", message) from error
    types: dict[str, Any] = {name: pa.int64() for name in COUNTERS}
    types |= {"slot": pa.int32(), "snapshot_time": pa.timestamp("us", tz="UTC")}
    schema = pa.schema([(name, types.get(name, pa.string())) for name in COLUMNS])
    columns = [[_cell(name, getattr(snapshot, name)) for snapshot in snapshots] for name in COLUMNS]
    table = pa.table(columns, schema=schema)
    buffer = io.BytesIO()
    with pa.ipc.new_stream(buffer, schema) as writer:
        writer.write_table(table)
    return buffer.getvalue()


def _text(value: Any) -> Any:
    """Units as JSON text, everything else as it is."""
    return msgspec.json.encode(value).decode() if isinstance(value, dict) else value


def _guarded(value: Any) -> Any:
    return guard_cell(value) if isinstance(value, str) else value


def _cell(name: str, value: Any) -> Any:
    return int(value) if name in COUNTERS and value is not None else _text(value)
