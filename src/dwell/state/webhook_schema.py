"""The tables of webhooks: who is told, what happened (the outbox), who is still to be told, and what was tried."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Text

from dwell.state.columns import big, instant, metadata, number, table, words
from dwell.state.types import Big, Instant, JsonText, Words

__all__ = ["metadata"]

webhooks = table(
    "webhooks",
    words("webhook_id"),
    words("account_id"),
    words("url"),
    Column("events", JsonText, nullable=False),
    words("secret"),
    Column("previous_secret", Words),
    Column("previous_until", Instant),
    instant("created_at"),
    Column("disabled_at", Instant),
    Column("disabled_reason", Words),
    number("failures", 0),
    Column("failing_since", Instant),
    Column("held_until", Instant),
    key=("webhook_id",),
)
"""Who is told of which events. `failures` were in a row, the first at `failing_since`; nothing is sent before
`held_until`. Secrets are stored as they are, since they sign."""
Index("webhooks_by_account", webhooks.c.account_id)

webhook_events = table(
    "webhook_events",
    words("event_id"),
    words("account_id"),
    Column("video_id", Words),
    words("type"),
    words("body"),
    key=("event_id",),
)
"""What happened, as the bytes that are sent and signed. Ids rise with time: a range of ids is a range of time."""
Index("webhook_events_by_account", webhook_events.c.account_id, webhook_events.c.event_id)
Index("webhook_events_by_video", webhook_events.c.video_id)

webhook_deliveries = table(
    "webhook_deliveries",
    words("webhook_id"),
    words("event_id"),
    Column("run_at", Instant),
    Column("token", Text),
    number("attempts", 0),
    words("state"),
    Column("status", Integer),
    Column("error", Words),
    key=("webhook_id", "event_id"),
)
"""An event for one webhook. `run_at` is when to send it; while a sender holds it, when its lease ends; then null."""
Index("webhook_deliveries_by_time", webhook_deliveries.c.run_at)

webhook_attempts = table(
    "webhook_attempts",
    Column("attempt_id", Big, nullable=False, autoincrement=True),
    words("webhook_id"),
    words("event_id"),
    words("type"),
    number("attempt"),
    instant("at"),
    big("duration_us"),
    Column("status", Integer),
    Column("error", Words),
    Column("next_at", Instant),
    key=("attempt_id",),
    rowid=True,
)
"""The delivery log: every attempt, and when the next one is due."""
Index("webhook_attempts_by_webhook", webhook_attempts.c.webhook_id, webhook_attempts.c.attempt_id)
