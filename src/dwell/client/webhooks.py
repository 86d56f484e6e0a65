"""What clients do with webhooks: `client.webhooks`."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from dwell.client import webhook_calls
from dwell.client.calls import Answer, Call
from dwell.tracking.webhook_objects import DeliveryAttempt, Replay, TestEvent, Webhook, WebhookWithSecret


class Ask(Protocol):
    """What sends the calls of a client."""

    def __call__(self, call: Call[Answer]) -> Answer:
        """The answer to a call."""


class AsyncAsk(Protocol):
    """What sends the calls of a client for asyncio."""

    async def __call__(self, call: Call[Answer]) -> Answer:
        """The answer to a call."""


class Webhooks:
    """The webhooks of the account of a `Client`: its attribute `webhooks`."""

    def __init__(self, ask: Ask, timeout_s: float) -> None:
        self._ask = ask
        self._timeout_s = timeout_s

    def create(self, url: str, events: Sequence[str], *, secret: str | None = None) -> WebhookWithSecret:
        """Tell a URL of events from now on.

        Args:
            url: Where to send them: https or http, on the public internet.
            events: `snapshot.created`, `tracking.completed`, `tracking.failed`, `balance.low`.
            secret: What signs them: `whsec_` and the base64 of 24 to 64 random bytes; made by the server, and in this
                answer alone, if it is None.

        Raises:
            InvalidRequestError: The types, the URL or the secret cannot be used, or there are too many webhooks.
        """
        return self._ask(webhook_calls.create(url, events, secret, self._timeout_s))

    def list(self) -> list[Webhook]:
        """All webhooks, oldest first."""
        return self._ask(webhook_calls.list_all(self._timeout_s)).webhooks

    def get(self, webhook_id: str) -> Webhook:
        """One webhook.

        Raises:
            WebhookNotFoundError: The account has no such webhook.
        """
        return self._ask(webhook_calls.get(webhook_id, self._timeout_s))

    def disable(self, webhook_id: str) -> Webhook:
        """Send nothing from now on; what becomes due meanwhile can be replayed.

        Raises:
            WebhookNotFoundError: The account has no such webhook.
        """
        return self._ask(webhook_calls.disable(webhook_id, self._timeout_s))

    def enable(self, webhook_id: str) -> Webhook:
        """Send again.

        Raises:
            WebhookNotFoundError: The account has no such webhook.
        """
        return self._ask(webhook_calls.enable(webhook_id, self._timeout_s))

    def rotate(self, webhook_id: str, *, secret: str | None = None) -> WebhookWithSecret:
        """Sign with a new secret, and for 24 hours with the present one as well.

        Raises:
            WebhookNotFoundError: The account has no such webhook.
            InvalidRequestError: The secret cannot be used.
        """
        return self._ask(webhook_calls.rotate(webhook_id, secret, self._timeout_s))

    def delete(self, webhook_id: str) -> None:
        """Remove a webhook with its delivery log.

        Raises:
            WebhookNotFoundError: The account has no such webhook.
        """
        self._ask(webhook_calls.delete(webhook_id, self._timeout_s))

    def send_test(self, webhook_id: str) -> TestEvent:
        """Send a test event to this webhook alone; the delivery log says what came of it.

        Raises:
            WebhookNotFoundError: The account has no such webhook.
            ConflictError: It is disabled.
        """
        return self._ask(webhook_calls.send_test(webhook_id, self._timeout_s))

    def replay(self, webhook_id: str, since: datetime, until: datetime | None = None) -> Replay:
        """Send the events of a time again, with the ids that they had; they are kept for seven days.

        Args:
            webhook_id: The webhook.
            since: Events from this instant on.
            until: Events before this instant; now if it is None.

        Raises:
            WebhookNotFoundError: The account has no such webhook.
            ConflictError: It is disabled.
            InvalidRequestError: The time is empty.
        """
        return self._ask(webhook_calls.replay(webhook_id, since, until, self._timeout_s))

    def list_attempts(
        self, webhook_id: str, *, limit: int = 50, before: int | None = None
    ) -> builtins.list[DeliveryAttempt]:
        """The delivery log, newest first.

        Args:
            webhook_id: The webhook.
            limit: The most attempts, 1 to 1,000.
            before: Only attempts before the one with this id.

        Raises:
            WebhookNotFoundError: The account has no such webhook.
        """
        return self._ask(webhook_calls.list_attempts(webhook_id, limit, before, self._timeout_s)).deliveries


class AsyncWebhooks:
    """The webhooks of the account of an `AsyncClient`: its attribute `webhooks`."""

    def __init__(self, ask: AsyncAsk, timeout_s: float) -> None:
        self._ask = ask
        self._timeout_s = timeout_s

    async def create(self, url: str, events: Sequence[str], *, secret: str | None = None) -> WebhookWithSecret:
        """Tell a URL of events from now on.

        Args:
            url: Where to send them: https or http, on the public internet.
            events: `snapshot.created`, `tracking.completed`, `tracking.failed`, `balance.low`.
            secret: What signs them: `whsec_` and the base64 of 24 to 64 random bytes; made by the server, and in this
                answer alone, if it is None.

        Raises:
            InvalidRequestError: The types, the URL or the secret cannot be used, or there are too many webhooks.
        """
        return await self._ask(webhook_calls.create(url, events, secret, self._timeout_s))

    async def list(self) -> list[Webhook]:
        """All webhooks, oldest first."""
        return (await self._ask(webhook_calls.list_all(self._timeout_s))).webhooks

    async def get(self, webhook_id: str) -> Webhook:
        """One webhook.

        Raises:
            WebhookNotFoundError: The account has no such webhook.
        """
        return await self._ask(webhook_calls.get(webhook_id, self._timeout_s))

    async def disable(self, webhook_id: str) -> Webhook:
        """Send nothing from now on; what becomes due meanwhile can be replayed.

        Raises:
            WebhookNotFoundError: The account has no such webhook.
        """
        return await self._ask(webhook_calls.disable(webhook_id, self._timeout_s))

    async def enable(self, webhook_id: str) -> Webhook:
        """Send again.

        Raises:
            WebhookNotFoundError: The account has no such webhook.
        """
        return await self._ask(webhook_calls.enable(webhook_id, self._timeout_s))

    async def rotate(self, webhook_id: str, *, secret: str | None = None) -> WebhookWithSecret:
        """Sign with a new secret, and for 24 hours with the present one as well.

        Raises:
            WebhookNotFoundError: The account has no such webhook.
            InvalidRequestError: The secret cannot be used.
        """
        return await self._ask(webhook_calls.rotate(webhook_id, secret, self._timeout_s))

    async def delete(self, webhook_id: str) -> None:
        """Remove a webhook with its delivery log.

        Raises:
            WebhookNotFoundError: The account has no such webhook.
        """
        await self._ask(webhook_calls.delete(webhook_id, self._timeout_s))

    async def send_test(self, webhook_id: str) -> TestEvent:
        """Send a test event to this webhook alone; the delivery log says what came of it.

        Raises:
            WebhookNotFoundError: The account has no such webhook.
            ConflictError: It is disabled.
        """
        return await self._ask(webhook_calls.send_test(webhook_id, self._timeout_s))

    async def replay(self, webhook_id: str, since: datetime, until: datetime | None = None) -> Replay:
        """Send the events of a time again, with the ids that they had; they are kept for seven days.

        Args:
            webhook_id: The webhook.
            since: Events from this instant on.
            until: Events before this instant; now if it is None.

        Raises:
            WebhookNotFoundError: The account has no such webhook.
            ConflictError: It is disabled.
            InvalidRequestError: The time is empty.
        """
        return await self._ask(webhook_calls.replay(webhook_id, since, until, self._timeout_s))

    async def list_attempts(
        self, webhook_id: str, *, limit: int = 50, before: int | None = None
    ) -> builtins.list[DeliveryAttempt]:
        """The delivery log, newest first.

        Args:
            webhook_id: The webhook.
            limit: The most attempts, 1 to 1,000.
            before: Only attempts before the one with this id.

        Raises:
            WebhookNotFoundError: The account has no such webhook.
        """
        return (await self._ask(webhook_calls.list_attempts(webhook_id, limit, before, self._timeout_s))).deliveries
