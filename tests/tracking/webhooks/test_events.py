"""What a poll did, as webhooks are told of it: the shape of each type, and what a large outbox costs to clean."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from dwell.state import webhook_events
from dwell.tracking.webhook_events import write_events
from dwell.tracking.webhook_objects import EVENT_TYPES

VIDEO_LINK = "https://www.tiktok.com/@user/video/7350810998023949599"


@dataclass
class Video:
    video_id: str = "vid_1"
    job_id: str = "job_1"
    video_link: str = VIDEO_LINK
    platform: str = "tiktok"
    client_metadata: dict[str, Any] | None = None


@dataclass
class Happened:
    type: str
    account_id: str = "acc"
    video: Video | None = field(default_factory=Video)
    sequence: int | None = 1
    snapshot: dict[str, Any] | None = None
    data: dict[str, Any] = field(default_factory=dict)


@pytest.fixture
def told(database, clock, hooks, receiver):
    """The bodies of events, as a receiver gets them."""
    hooks.create("acc", EVENT_TYPES, receiver.url)

    def write(*events: Happened) -> list[dict[str, Any]]:
        with database.transaction() as connection:
            write_events(connection, events, clock.at)
        with database.reading() as connection:
            rows = connection.exec_driver_sql("SELECT body FROM webhook_events ORDER BY event_id").all()
        return sorted((json.loads(row[0]) for row in rows), key=lambda body: EVENT_TYPES.index(body["type"]))

    return write


def test_every_type_of_event(told, clock):
    counters = {"views": 2**63 - 1, "likes": 5, "comments": 0, "shares": None, "saves": None}
    row = {"video_id": "vid_1", "slot": 3, "snapshot_id": "snp_1", "snapshot_time": clock.at, "provider": "scavio"}
    created, completed, failed, low = told(
        Happened(
            "snapshot.created", sequence=4, snapshot={**row, **counters, "units": {"likes": 5}, "price_micros": 15_000}
        ),
        Happened("tracking.completed", sequence=5, data={"reason": "expired"}),
        Happened("tracking.failed", sequence=6, video=Video(client_metadata={"a": "b"}), data={"reason": "deleted"}),
        Happened("balance.low", video=None, sequence=None, data={"balance_micros": 1_250_000}),
        Happened("balance.low", account_id="other", video=None, sequence=None, data={"balance_micros": 0}),
    )
    about = {"video_id": "vid_1", "job_id": "job_1", "video_link": VIDEO_LINK, "platform": "tiktok", "metadata": None}
    snapshot = {"id": "snp_1", "snapshot_id": "snp_1", "slot": 3, "snapshot_time": "2026-06-10T12:00:00Z"}
    snapshot |= {"views": "9223372036854775807", "likes": "5", "comments": "0", "shares": None, "saves": None}
    assert created == {
        "type": "snapshot.created",
        "timestamp": "2026-06-10T12:00:00Z",
        "data": {**about, "sequence": 4, "snapshot": {**snapshot, "provider": "scavio", "rounded_to": {"likes": 5}}},
    }
    ended = {"sequence": 5, "reason": "expired", "status": "completed", "is_deleted": False}
    assert completed["data"] == {**about, **ended}
    ended = {"sequence": 6, "reason": "deleted", "status": "error", "is_deleted": True, "metadata": {"a": "b"}}
    assert failed["data"] == {**about, **ended}
    assert low["data"] == {"balance_usd": 1.25}


def test_nothing_happened(told):
    assert told() == []


def test_a_large_outbox_is_cleaned_by_pages(told, hooks, sender, clock, database, monkeypatch):
    monkeypatch.setattr(webhook_events, "_CHUNK", 7)
    monkeypatch.setattr(webhook_events, "KEPT_ATTEMPTS", 10)
    told(*(Happened("snapshot.created", sequence=number) for number in range(40)))
    while sender.run_once():
        """All of them."""
    (webhook,) = hooks.list("acc")
    assert webhook_events.purge(database, clock.at) == 0
    assert len(hooks.list_attempts("acc", webhook.id)) == 10
    assert webhook_events.purge(database, clock.at + timedelta(seconds=1)) == 40
    assert hooks.list_attempts("acc", webhook.id) == []


def test_a_long_replay_goes_by_pages(told, hooks, sender, receiver, clock, monkeypatch):
    monkeypatch.setattr(webhook_events, "_CHUNK", 7)
    told(*(Happened("snapshot.created", sequence=number) for number in range(40)))
    while sender.run_once():
        """All of them."""
    (webhook,) = hooks.list("acc")
    begin = clock.at
    clock.advance(seconds=1)
    assert hooks.replay("acc", webhook.id, begin).deliveries == 40
    while sender.run_once():
        """All of them, again."""
    assert sorted(receiver.ids) == sorted([*set(receiver.ids)] * 2)
