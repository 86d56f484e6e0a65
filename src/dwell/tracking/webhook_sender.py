"""Sends what the outbox holds: at least once, under leases, so that a killed process loses nothing.

Any number of processes may run one. A receiver that hangs or fails takes few threads, so that the others are not late.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import random as system_random
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from dwell import logs
from dwell.errors import DwellError, StoppedError, StorageError
from dwell.http.addresses import PUBLIC_ONLY, Allowed
from dwell.http.outbound import OutboundClient
from dwell.state import webhook_deliveries, webhook_events
from dwell.state.webhook_deliveries import Attempt, Claim
from dwell.state.webhook_events import DELIVERED, FAILED, PENDING
from dwell.state.webhooks import Health, Webhook
from dwell.tracking.webhook_retries import FURTHEST, Answer, disabled_reason, hold_until, judge, next_attempt
from dwell.tracking.webhook_signature import sign

if TYPE_CHECKING:
    from dwell.state import StateDatabase

TIMEOUT_S = 15.0
THREADS = 8
LEASE = timedelta(seconds=60)
"""How long a claimed delivery is nobody else's: longer than two requests one after the other can take."""

KEEP = timedelta(days=7)
"""How long events and the delivery log are kept: longer than the schedule of attempts, which takes four days."""

_WAITING = 2
"""Deliveries claimed for each thread."""
_SLOW = timedelta(seconds=2)
_SLOW_AT_ONCE = 2
_IDLE_S = 1.0
_AFTER_ERROR_S = 5.0
_MAINTENANCE_S = 3_600.0

log = logs.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Sent:
    """What a thread did.

    Attributes:
        claim: The delivery.
        answer: What the receiver answered; None if the sender was stopped.
        at: When it began.
        duration: How long it took.
    """

    claim: Claim
    answer: Answer | None
    at: datetime
    duration: timedelta


class WebhookSender:
    """Sends deliveries that are due.

    Args:
        database: The outbox.
        allowed: What may be reached although it is not public.
        client: What sends; made from `allowed` if it is None.
        threads: Requests at once.
        now: The present instant.
        random: From 0 to 1, for the jitter.
        keep: How long events and the delivery log are kept.
    """

    def __init__(
        self,
        database: StateDatabase,
        allowed: Allowed = PUBLIC_ONLY,
        *,
        client: OutboundClient | None = None,
        threads: int = THREADS,
        now: Callable[[], datetime] | None = None,
        random: Callable[[], float] = system_random,
        keep: timedelta = KEEP,
    ) -> None:
        self._database = database
        self._client = client or OutboundClient(allowed, connections=2 * threads)
        self._now = now or database.now
        self._random = random
        self._keep = keep
        self._limit = threads * _WAITING
        self._stop = threading.Event()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="dwell-webhook")
        self._in_flight: dict[Future[_Sent], Claim] = {}
        self._slow: set[str] = set()
        self._maintained_at = float("-inf")

    def run_once(self, now: datetime | None = None) -> int:
        """Sends what is due at an instant, as much as is claimed at once; returns how many attempts were made."""
        self._start(now or self._now())
        count = 0
        while self._in_flight:
            count += self._collect(None)
        return count

    def run(self, stop: threading.Event) -> None:
        """Sends until it is stopped; requests that are on their way then have two seconds left."""
        while not stop.is_set():
            try:
                self._maintain()
                if len(self._in_flight) < self._limit and not self._start(self._now()) and not self._in_flight:
                    stop.wait(_IDLE_S)
                if self._in_flight:
                    self._collect(_IDLE_S)
            except StorageError as error:  # what was sent meanwhile is sent again after its lease
                log.warning("Webhooks cannot be sent: %(error)s", {"error": error})
                stop.wait(_AFTER_ERROR_S)
        self._stop.set()
        try:
            while self._in_flight:
                self._collect(None)
        except StorageError as error:
            log.warning("What webhooks answered last was not recorded: %(error)s", {"error": error})

    def close(self) -> None:
        """Ends its threads and connections."""
        self._stop.set()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._client.close()

    def _start(self, now: datetime) -> int:
        """Claims deliveries and hands them to the threads; returns how many were claimed."""
        claims = webhook_deliveries.claim(self._database, now, self._limit - len(self._in_flight), LEASE)
        at_once = Counter(claim.webhook.webhook_id for claim in self._in_flight.values())
        later: list[tuple[Claim, datetime]] = []
        for claim in claims:
            webhook = claim.webhook
            if webhook.held_until is not None and now < webhook.held_until <= now + FURTHEST:
                later.append((claim, webhook.held_until + timedelta(seconds=5 * self._random())))
            elif at_once[webhook.webhook_id] >= self._most_at_once(webhook):
                later.append((claim, now + timedelta(seconds=5 + 25 * self._random())))
            else:
                at_once[webhook.webhook_id] += 1
                self._in_flight[self._pool.submit(self._send, claim)] = claim
        if later:
            webhook_deliveries.postpone(self._database, later)
        return len(claims)

    def _most_at_once(self, webhook: Webhook) -> int:
        if webhook.failing_since is not None:
            return 1
        return _SLOW_AT_ONCE if webhook.webhook_id in self._slow else self._limit

    def _send(self, claim: Claim) -> _Sent:
        at, begun = self._now(), monotonic()
        answer = self._ask(claim, at)
        return _Sent(claim, answer, at, timedelta(seconds=monotonic() - begun))

    def _ask(self, claim: Claim, at: datetime) -> Answer | None:
        if self._stop.is_set():
            return None
        webhook, body = claim.webhook, claim.body.encode()
        keys = [webhook.secret]
        if webhook.previous_secret is not None and webhook.previous_until is not None and at < webhook.previous_until:
            keys.append(webhook.previous_secret)
        headers = {"content-type": "application/json", **sign(claim.event_id, at, body, keys)}
        try:
            response = self._client.post(webhook.url, headers, body, timeout_s=TIMEOUT_S, stop=self._stop)
        except StoppedError:
            return None
        except DwellError as error:
            return Answer(None, str(error))
        except Exception as error:
            log.exception("A webhook could not be sent")
            return Answer(None, f"The request failed ({type(error).__name__}).")
        return judge(response.status, response.headers, at)

    def _collect(self, timeout_s: float | None) -> int:
        """Waits for threads and records what they did; returns how many attempts were made."""
        done, _ = wait(self._in_flight, timeout_s, FIRST_COMPLETED)
        sent = [future.result() for future in done if self._in_flight.pop(future) is not None]
        now = self._now()
        if stopped := [(one.claim, now) for one in sent if one.answer is None]:
            webhook_deliveries.postpone(self._database, stopped)
        answered = [(one, one.answer) for one in sent if one.answer is not None]
        if answered:
            self._record(answered, now)
        return len(answered)

    def _record(self, answered: list[tuple[_Sent, Answer]], now: datetime) -> None:
        results = [self._attempt(one, answer, now) for one, answer in answered]
        by_webhook: dict[str, list[tuple[_Sent, Answer]]] = {}
        for one, answer in answered:
            by_webhook.setdefault(one.claim.webhook.webhook_id, []).append((one, answer))
        healths = [_health(group, now) for group in by_webhook.values()]
        for webhook_id, group in by_webhook.items():
            is_slow = any(one.duration >= _SLOW for one, _ in group)
            (self._slow.add if is_slow else self._slow.discard)(webhook_id)
        lost, disabled = webhook_deliveries.record(self._database, results, healths, now)
        reasons = {health.webhook_id: health.disabled_reason for health in healths}
        for webhook_id in disabled:
            fields = _named(by_webhook[webhook_id][-1][0].claim) | {"reason": reasons[webhook_id]}
            log.warning("Webhook %(webhook)s to %(host)s is disabled: %(reason)s", fields)
        for result in results:
            if result.state == FAILED:
                log.info("Event %(event)s is not sent again to webhook %(webhook)s", _named(result.claim))
        for result in lost:
            log.info("Event %(event)s took longer than its lease: it may be sent twice", _named(result.claim))

    def _attempt(self, one: _Sent, answer: Answer, now: datetime) -> Attempt:
        state, next_at = DELIVERED, None
        if answer.error is not None:
            next_at = next_attempt(one.claim.attempts + 1, answer, now, self._random())
            state = FAILED if next_at is None else PENDING
        return Attempt(one.claim, one.at, one.duration, state, next_at, answer.status, answer.error)

    def _maintain(self) -> None:
        """Once an hour: removes what is old, and corrects what a wrong clock wrote."""
        if monotonic() - self._maintained_at < _MAINTENANCE_S:
            return
        self._maintained_at = monotonic()
        now = self._now()
        webhook_deliveries.repair_future(self._database, now, FURTHEST)
        webhook_events.purge(self._database, now - self._keep)


def _health(group: Iterable[tuple[_Sent, Answer]], now: datetime) -> Health:
    """How one webhook did in a batch."""
    failures, has_success, reason, held = 0, False, None, None
    for one, answer in group:
        webhook = one.claim.webhook
        if answer.error is None:
            failures, has_success, held = 0, True, None
            continue
        failures += 1
        since = None if has_success else webhook.failing_since
        until = hold_until(since, answer, now)
        held = until if held is None or until is None else max(held, until)
        reason = reason or disabled_reason(since, webhook.failures + failures, answer, now)
    return Health(webhook.webhook_id, failures, has_success, reason, held)


def _named(claim: Claim) -> dict[str, str]:
    """What the log says of a delivery: of the URL only the host, as the rest may contain a key."""
    webhook = claim.webhook
    host = urlsplit(webhook.url).hostname or ""
    return {"webhook": webhook.webhook_id, "account": webhook.account_id, "host": host, "event": claim.event_id}
