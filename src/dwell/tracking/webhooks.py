"""Webhooks: who is told of what. Rules without HTTP; `webhook_sender` sends."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from dwell import logs
from dwell.errors import AddressRefusedError, ConflictError, InvalidRequestError, NoDataError, WebhookNotFoundError
from dwell.http.addresses import (
    PUBLIC_ONLY,
    Allowed,
    Resolve,
    check,
    check_port,
    host_name,
    parse_url,
    port_of,
    resolve,
)
from dwell.settings import webhooks as settings
from dwell.state import accounts, webhook_deliveries, webhook_events
from dwell.state import webhooks as rows
from dwell.state.accounts import LOCAL_ACCOUNT, LOCAL_NAME
from dwell.state.webhook_events import Event
from dwell.text.resource_ids import check_resource_id
from dwell.tracking.plans import LOCAL
from dwell.tracking.webhook_objects import (
    EVENT_TYPES,
    DeliveryAttempt,
    Replay,
    TestEvent,
    Webhook,
    WebhookWithSecret,
)
from dwell.tracking.webhook_signature import check_secret, new_secret

if TYPE_CHECKING:
    from dwell.state import StateDatabase

MAX_WEBHOOKS = 20
"""Webhooks of one account."""

MAX_LOG = 1_000
ROTATION = timedelta(hours=24)
"""How long the previous secret signs as well."""

TEST = "webhook.test"
DISABLED_BY_OWNER = "disabled by its owner"

_LOOKUP_S = 3.0
_SHOWN = 60

log = logs.get_logger(__name__)


def read_allowed() -> Allowed:
    """What the settings allow to be reached although it is not public; SettingsError."""
    return Allowed(*settings.read_allowed())


class WebhookService:
    """The webhooks of all accounts; every method raises only errors of `dwell.errors`.

    Args:
        database: Where they are.
        allowed: What may be reached although it is not public.
        now: The present instant.
        resolve: Gives the addresses of a host.
    """

    def __init__(
        self,
        database: StateDatabase,
        allowed: Allowed = PUBLIC_ONLY,
        *,
        now: Callable[[], datetime] | None = None,
        resolve: Resolve = resolve,
    ) -> None:
        self._database = database
        self._allowed = allowed
        self._now = now or database.now
        self._resolve = resolve

    def create(self, account_id: str, events: Sequence[str], url: str, secret: str | None = None) -> WebhookWithSecret:
        """A new webhook.

        Args:
            account_id: Whose it is.
            events: Types of events that it is told of.
            url: Where to send them.
            secret: What signs them; made here if it is None, and shown this once.

        Raises:
            InvalidRequestError: The types, the URL or the secret cannot be used, or there are too many webhooks.
        """
        self.check_events(events)
        self._check_url(url)
        webhook = rows.Webhook(
            webhook_id=f"wh_{secrets.token_hex(12)}",
            account_id=account_id,
            url=url,
            events=[name for name in EVENT_TYPES if name in events],
            secret=new_secret() if secret is None else check_secret(secret),
            previous_secret=None,
            previous_until=None,
            created_at=self._now(),
            disabled_at=None,
            disabled_reason=None,
            failures=0,
            failing_since=None,
            held_until=None,
        )
        if not rows.create(self._database, webhook, MAX_WEBHOOKS):
            raise InvalidRequestError(f"The account has {MAX_WEBHOOKS} webhooks, which is the most: delete one first.")
        return self._with_secret(webhook, webhook.secret if secret is None else None)

    def account_of(self, webhook_id: str) -> str:
        """Whose a webhook is, for who may see all of them; WebhookNotFoundError."""
        error = WebhookNotFoundError(f"Webhook {webhook_id[:_SHOWN]!a} not found: see dwell webhooks list.")
        found = rows.find_account(self._database, check_resource_id(webhook_id, error))
        if found is None:
            raise error
        return found

    def choose_account(self, account_id: str | None = None) -> str:
        """The account with this id; without an id the only account of the database.

        The account of this machine is made when it is first needed.

        Raises:
            InvalidRequestError: No account is named, and there are several.
            NoDataError: There is no account with this id.
        """
        if account_id == LOCAL_ACCOUNT or (account_id is None and not rows.list_accounts(self._database, 1)):
            accounts.ensure(self._database, LOCAL_ACCOUNT, LOCAL_NAME, LOCAL)
            return LOCAL_ACCOUNT
        if account_id is not None:
            if accounts.find(self._database, account_id) is None:
                raise NoDataError(f"Account {account_id} not found: see dwell keys list.")
            return account_id
        found = rows.list_accounts(self._database, 2)
        if len(found) > 1:
            raise _invalid("account", "There are several accounts: choose one with --account; see dwell keys list.")
        return found[0]

    def list_all(self) -> Sequence[Webhook]:
        """Every account's webhooks, for who may see all of them."""
        return [self._shown(one) for one in rows.list_all(self._database)]

    def list(self, account_id: str) -> list[Webhook]:
        """The webhooks of an account, oldest first."""
        return [self._shown(webhook) for webhook in rows.list_all(self._database, account_id)]

    def get(self, account_id: str, webhook_id: str) -> Webhook:
        """One webhook; WebhookNotFoundError."""
        return self._shown(self._find(account_id, webhook_id))

    def disable(self, account_id: str, webhook_id: str) -> Webhook:
        """Sends nothing from now on: what becomes due meanwhile is dropped; WebhookNotFoundError."""
        if not rows.disable(self._database, account_id, webhook_id, DISABLED_BY_OWNER, self._now()):
            raise _not_found()
        return self.get(account_id, webhook_id)

    def enable(self, account_id: str, webhook_id: str) -> Webhook:
        """Sends again; what was dropped comes with a replay. WebhookNotFoundError."""
        if not rows.enable(self._database, account_id, webhook_id):
            raise _not_found()
        return self.get(account_id, webhook_id)

    def rotate(self, account_id: str, webhook_id: str, secret: str | None = None) -> WebhookWithSecret:
        """Signs with a new secret, and for 24 hours with the present one as well.

        Raises:
            WebhookNotFoundError: The account has no such webhook.
            InvalidRequestError: The secret cannot be used.
        """
        fresh = new_secret() if secret is None else check_secret(secret)
        if not rows.rotate(self._database, account_id, webhook_id, fresh, self._now() + ROTATION):
            raise _not_found()
        return self._with_secret(self._find(account_id, webhook_id), fresh if secret is None else None)

    def delete(self, account_id: str, webhook_id: str) -> None:
        """Removes a webhook with its log; WebhookNotFoundError."""
        if not rows.remove(self._database, account_id, webhook_id):
            raise _not_found()

    def send_test(self, account_id: str, webhook_id: str) -> TestEvent:
        """Sends a test event to one webhook.

        Raises:
            WebhookNotFoundError: The account has no such webhook.
            ConflictError: It is disabled.
        """
        self._find_active(account_id, webhook_id)
        data = {"message": "A test event: this webhook works.", "webhook_id": webhook_id}
        event = Event(account_id, None, None, TEST, data, self._now())
        with self._database.transaction() as connection:
            return TestEvent(event_id=webhook_events.record_for(connection, webhook_id, event))

    def replay(self, account_id: str, webhook_id: str, since: datetime, until: datetime | None = None) -> Replay:
        """Sends the kept events of a time again, with the ids that they had: a receiver that knows them drops them.

        Args:
            account_id: Whose webhook it is.
            webhook_id: The webhook.
            since: Events from this instant on.
            until: Events before this instant; now if it is None.

        Raises:
            WebhookNotFoundError: The account has no such webhook.
            ConflictError: It is disabled.
            InvalidRequestError: The time is empty or has no zone.
        """
        webhook, now = self._find_active(account_id, webhook_id), self._now()
        if since.tzinfo is None or (until is not None and until.tzinfo is None):
            raise _invalid("since", "since and until need a time zone, such as 2026-06-10T12:00:00Z.")
        if since >= now:
            raise _invalid("since", "since is in the future: give a time of the last seven days.")
        if until is not None and until <= since:
            raise _invalid("until", "until must be after since.")
        types = [*webhook.events, TEST]
        count = webhook_events.replay(self._database, webhook_id, types, since, until or now, now)
        return Replay(deliveries=count)

    def list_attempts(
        self, account_id: str, webhook_id: str, *, limit: int = 50, before: int | None = None
    ) -> Sequence[DeliveryAttempt]:
        """The delivery log of a webhook, newest first.

        Args:
            account_id: Whose webhook it is.
            webhook_id: The webhook.
            limit: The most entries, 1 to 1,000.
            before: Only attempts before the one with this id.

        Raises:
            WebhookNotFoundError: The account has no such webhook.
            InvalidRequestError: The limit cannot be used.
        """
        self._find(account_id, webhook_id)
        if not 1 <= limit <= MAX_LOG:
            raise _invalid("limit", f"limit must be from 1 to {MAX_LOG:,}.")
        return [_logged(one) for one in webhook_deliveries.list_attempts(self._database, webhook_id, limit, before)]

    def _find(self, account_id: str, webhook_id: str) -> rows.Webhook:
        found = rows.find(self._database, account_id, webhook_id)
        if found is None:
            raise _not_found()
        return found

    def _find_active(self, account_id: str, webhook_id: str) -> rows.Webhook:
        found = self._find(account_id, webhook_id)
        if found.disabled_at is not None:
            raise ConflictError("The webhook is disabled: enable it first.")
        return found

    def check_events(self, events: Sequence[str]) -> None:
        """Refuses types of events that there are not.

        Raises:
            InvalidRequestError: One is unknown, or none is named.
        """
        unknown = sorted({name for name in events if name not in EVENT_TYPES})
        if unknown or not events:
            what = f"{', '.join(unknown)[:100]} isn't a type of event" if unknown else "events is empty"
            raise _invalid("events", f"{what}: the types are {', '.join(EVENT_TYPES)}.")

    def _check_url(self, url: str) -> None:
        """Says at once what the socket would say later; a name that cannot be looked up now is no reason to refuse."""
        refused: list[AddressRefusedError] = []

        def look_up() -> None:
            try:
                check(host, port_of(parts), self._allowed, self._resolve)
            except AddressRefusedError as error:
                refused.append(error)
            except OSError:  # a name that cannot be looked up now; its port can be judged all the same
                if host not in self._allowed.hosts:
                    try:
                        check_port(port_of(parts))
                    except AddressRefusedError as error:
                        refused.append(error)

        try:
            parts = parse_url(url)
        except AddressRefusedError as error:
            raise _invalid("url", str(error)) from error
        host = host_name(parts.hostname or "")
        # A lookup cannot be interrupted, and may take as long as its server lets it.
        thread = threading.Thread(target=look_up, name="dwell-lookup", daemon=True)
        thread.start()
        thread.join(_LOOKUP_S)
        if refused:
            raise _invalid("url", str(refused[0])) from refused[0]

    def _shown(self, webhook: rows.Webhook) -> Webhook:
        return Webhook(**self._fields(webhook))

    def _with_secret(self, webhook: rows.Webhook, secret: str | None) -> WebhookWithSecret:
        return WebhookWithSecret(**self._fields(webhook), secret=secret)

    def _fields(self, webhook: rows.Webhook) -> dict[str, Any]:
        until = webhook.previous_until
        return {
            "id": webhook.webhook_id,
            "account_id": webhook.account_id,
            "url": webhook.url,
            "events": [*webhook.events],
            "status": "active" if webhook.disabled_at is None else "disabled",
            "disabled_reason": webhook.disabled_reason,
            "disabled_at": webhook.disabled_at,
            "failures": webhook.failures,
            "failing_since": webhook.failing_since,
            "rotating_until": until if until is not None and until > self._now() else None,
            "created_at": webhook.created_at,
        }


def _logged(one: webhook_deliveries.LoggedAttempt) -> DeliveryAttempt:
    return DeliveryAttempt(
        id=one.attempt_id,
        event_id=one.event_id,
        type=one.type,
        attempt=one.attempt,
        attempted_at=one.at,
        duration_ms=one.duration_us / 1_000,
        delivered=one.error is None,
        status=one.status,
        error=one.error,
        next_attempt_at=one.next_at,
    )


def _not_found() -> WebhookNotFoundError:
    return WebhookNotFoundError("Webhook not found")


def _invalid(field: str, message: str) -> InvalidRequestError:
    return InvalidRequestError(message, ((field, message),))
