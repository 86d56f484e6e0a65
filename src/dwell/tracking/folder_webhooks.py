"""Webhooks of a data folder itself, without a server: the same calls as `dwell.Client.webhooks`, for all accounts."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from datetime import datetime

from dwell.tracking.webhook_objects import DeliveryAttempt, Replay, TestEvent, Webhook, WebhookWithSecret
from dwell.tracking.webhooks import WebhookService


class FolderWebhooks:
    """The webhooks of all accounts of a data folder.

    Args:
        service: The webhooks of the folder.
    """

    def __init__(self, service: WebhookService) -> None:
        self._service = service

    def create(
        self, url: str, events: Sequence[str], *, secret: str | None = None, account_id: str | None = None
    ) -> WebhookWithSecret:
        """Tell a URL of the events of an account, which has to be named where there are several."""
        self._service.check_events(events)
        return self._service.create(self._service.choose_account(account_id), events, url, secret)

    def list(self) -> list[Webhook]:
        """The webhooks of all accounts."""
        return [*self._service.list_all()]

    def disable(self, webhook_id: str) -> Webhook:
        """Send nothing from now on; WebhookNotFoundError."""
        return self._service.disable(self._service.account_of(webhook_id), webhook_id)

    def enable(self, webhook_id: str) -> Webhook:
        """Send again; WebhookNotFoundError."""
        return self._service.enable(self._service.account_of(webhook_id), webhook_id)

    def rotate(self, webhook_id: str, *, secret: str | None = None) -> WebhookWithSecret:
        """Replace the secret; see `WebhookService.rotate`."""
        return self._service.rotate(self._service.account_of(webhook_id), webhook_id, secret)

    def delete(self, webhook_id: str) -> None:
        """Remove a webhook with its log; WebhookNotFoundError."""
        self._service.delete(self._service.account_of(webhook_id), webhook_id)

    def send_test(self, webhook_id: str) -> TestEvent:
        """Send a test event; see `WebhookService.send_test`."""
        return self._service.send_test(self._service.account_of(webhook_id), webhook_id)

    def replay(self, webhook_id: str, since: datetime, until: datetime | None = None) -> Replay:
        """Send the events of a time again; see `WebhookService.replay`."""
        return self._service.replay(self._service.account_of(webhook_id), webhook_id, since, until)

    def list_attempts(self, webhook_id: str, *, limit: int = 50) -> builtins.list[DeliveryAttempt]:
        """The delivery log, newest first; WebhookNotFoundError."""
        account_id = self._service.account_of(webhook_id)
        return [*self._service.list_attempts(account_id, webhook_id, limit=limit)]
