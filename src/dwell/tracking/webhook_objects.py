"""Webhooks as their owners see them: the same for the server, the command line and the client."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, get_args

import msgspec

EventType = Literal[
    "snapshot.created", "tracking.completed", "tracking.failed", "balance.low", "sync.failed", "connection.ending"
]
EVENT_TYPES: tuple[EventType, ...] = get_args(EventType)
"""What can be subscribed to; a test event (`webhook.test`) is sent only when somebody asks for one."""


class Webhook(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A URL that is told of events.

    Attributes:
        status: `active`, or `disabled`: nothing is sent.
        disabled_reason: Why it is disabled; None while it is active.
        failures: Failed attempts in a row.
        failing_since: When the first of them was; None if the last attempt succeeded.
        rotating_until: Until then messages are signed with the previous secret as well; None if there is none.
    """

    id: str
    account_id: str
    url: str
    events: list[str]
    status: Literal["active", "disabled"]
    disabled_reason: str | None
    disabled_at: datetime | None
    failures: int
    failing_since: datetime | None
    rotating_until: datetime | None
    created_at: datetime


class WebhookWithSecret(Webhook, frozen=True, kw_only=True, gc=False):
    """A webhook whose secret was just made: the only time that it is shown.

    Attributes:
        secret: The secret; None if the caller gave it.
    """

    secret: str | None


class WebhookList(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The webhooks of an account, oldest first.

    Attributes:
        total: Webhooks in this answer.
    """

    webhooks: list[Webhook]
    total: int


class DeliveryAttempt(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One attempt to tell a webhook of an event.

    Attributes:
        id: Give the last one's as `before` for older attempts.
        event_id: The header `webhook-id`.
        attempt: From 1.
        duration_ms: How long it took.
        status: HTTP status; None where there was no response.
        error: What went wrong; None if nothing did.
        next_attempt_at: When the next attempt is; None if there is none.
    """

    id: int
    event_id: str
    type: str
    attempt: int
    attempted_at: datetime
    duration_ms: float
    delivered: bool
    status: int | None
    error: str | None
    next_attempt_at: datetime | None


class DeliveryLog(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A page of a webhook's delivery log, newest first.

    Attributes:
        total: Attempts in this page.
        next_before: Give it as `before` for older attempts; None on the last page.
    """

    deliveries: list[DeliveryAttempt]
    total: int
    limit: int
    next_before: int | None


class Replay(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a replay will send.

    Attributes:
        deliveries: Events that are sent again, with the ids that they had.
    """

    deliveries: int


class TestEvent(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A test event that will be sent.

    Attributes:
        event_id: Its id: the delivery log says what came of it.
    """

    __test__ = False  # pytest takes it for a test otherwise
    event_id: str
