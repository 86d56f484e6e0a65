"""The calls of the API about webhooks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from types import NoneType
from typing import Any

from dwell.client.calls import Call, write_instant
from dwell.errors import WebhookNotFoundError
from dwell.http import HttpRequest
from dwell.text.resource_ids import check_resource_id
from dwell.tracking.webhook_objects import (
    DeliveryLog,
    Replay,
    TestEvent,
    Webhook,
    WebhookList,
    WebhookWithSecret,
)

_PATH = "/webhooks"
_SHOWN = 60


def create(url: str, events: Iterable[str], secret: str | None, timeout_s: float) -> Call[WebhookWithSecret]:
    """Add a webhook."""
    body = _without_none(url=url, events=list(events), secret=secret)
    return Call(
        HttpRequest("webhooks", "POST", _PATH, body=body, timeout_s=timeout_s), WebhookWithSecret, repeat="once"
    )


def list_all(timeout_s: float) -> Call[WebhookList]:
    """List the webhooks."""
    return Call(HttpRequest("webhooks", "GET", _PATH, timeout_s=timeout_s), WebhookList)


def get(webhook_id: str, timeout_s: float) -> Call[Webhook]:
    """Get a webhook."""
    return Call(HttpRequest("webhook", "GET", _path(webhook_id), timeout_s=timeout_s), Webhook)


def disable(webhook_id: str, timeout_s: float) -> Call[Webhook]:
    """Disable a webhook."""
    return Call(_post(webhook_id, "disable", timeout_s), Webhook)


def enable(webhook_id: str, timeout_s: float) -> Call[Webhook]:
    """Enable a webhook."""
    return Call(_post(webhook_id, "enable", timeout_s), Webhook)


def rotate(webhook_id: str, secret: str | None, timeout_s: float) -> Call[WebhookWithSecret]:
    """Replace the secret."""
    request = _post(webhook_id, "rotate", timeout_s, _without_none(secret=secret))
    return Call(request, WebhookWithSecret, repeat="once")


def delete(webhook_id: str, timeout_s: float) -> Call[None]:
    """Delete a webhook."""
    return Call(HttpRequest("webhook", "DELETE", _path(webhook_id), timeout_s=timeout_s), NoneType)


def send_test(webhook_id: str, timeout_s: float) -> Call[TestEvent]:
    """Send a test event."""
    return Call(_post(webhook_id, "test", timeout_s), TestEvent, repeat="once")


def replay(webhook_id: str, since: datetime, until: datetime | None, timeout_s: float) -> Call[Replay]:
    """Send events again; a second request sends them with the same ids, so that receivers drop them."""
    body = _without_none(
        since=write_instant("since", since), until=None if until is None else write_instant("until", until)
    )
    return Call(_post(webhook_id, "replay", timeout_s, body), Replay)


def list_attempts(webhook_id: str, limit: int, before: int | None, timeout_s: float) -> Call[DeliveryLog]:
    """A page of the delivery log."""
    query: dict[str, str | list[str]] = {
        name: str(value) for name, value in _without_none(limit=limit, before=before).items()
    }
    path = f"{_path(webhook_id)}/deliveries"
    return Call(HttpRequest("deliveries", "GET", path, query=query, timeout_s=timeout_s), DeliveryLog)


def _post(webhook_id: str, action: str, timeout_s: float, body: dict[str, Any] | None = None) -> HttpRequest:
    return HttpRequest(action, "POST", f"{_path(webhook_id)}/{action}", body=body, timeout_s=timeout_s)


def _path(webhook_id: str) -> str:
    error = WebhookNotFoundError(f"Webhook {webhook_id[:_SHOWN]!r} not found: see dwell webhooks list.")
    return f"{_PATH}/{check_resource_id(webhook_id, error)}"


def _without_none(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
