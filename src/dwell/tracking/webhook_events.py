"""What webhooks are told: the events of polls, written in the transaction in which they happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from dwell.state.readings import COUNTERS
from dwell.state.slot_results import SlotEvent
from dwell.state.webhook_events import Event, record_events
from dwell.state.webhooks import subscriptions

if TYPE_CHECKING:
    from dwell.state.database import Connection

_MICROS = 1_000_000


def write_events(connection: Connection, events: Sequence[SlotEvent], now: datetime) -> None:
    """Writes what happened into the outbox; accounts without an active webhook cost one indexed query for all events.

    Args:
        connection: The transaction in which it happened.
        events: What happened.
        now: When.
    """
    if not events:
        return
    active = subscriptions(connection, [event.account_id for event in events])
    if active:
        wanted = (event for event in events if event.account_id in active)
        record_events(connection, (_event(event, now) for event in wanted), active)


def _event(event: SlotEvent, now: datetime) -> Event:
    video_id = None if event.video is None else event.video.video_id
    return Event(event.account_id, video_id, event.sequence, event.type, _data(event), now)


def _data(event: SlotEvent) -> dict[str, Any]:
    data = dict(event.data)
    if "balance_micros" in data:
        data["balance_usd"] = data.pop("balance_micros") / _MICROS
    if event.video is not None:
        video = event.video
        data |= {"job_id": video.job_id, "video_link": video.video_link, "platform": video.platform}
        data["metadata"] = video.client_metadata
    if event.snapshot is not None:
        data["snapshot"] = _snapshot(event.snapshot)
    if event.type in _STATUSES:
        data["status"] = _STATUSES[event.type]
        data["is_deleted"] = data.get("reason") == "deleted"
    return data


_STATUSES = {"tracking.completed": "completed", "tracking.failed": "error"}


def _snapshot(row: Mapping[str, Any]) -> dict[str, Any]:
    """A snapshot as the API shows it: counters are decimal text, null where they are unknown."""
    return {
        "id": row["snapshot_id"],
        "snapshot_id": row["snapshot_id"],
        "slot": row["slot"],
        "snapshot_time": row["snapshot_time"],
        **{name: None if row[name] is None else str(row[name]) for name in COUNTERS},
        "provider": row["provider"],
        "rounded_to": row["units"],
    }
