"""The API client: sends every request to a provider, within its rate limit and the budget, and records it first.

A request has three steps. It takes a token from the key's rate limiter, which all processes share. It is recorded in
the ledger as sent. When the response arrives, one transaction records its cost and stores the response. If the process
is killed between the last two steps, the ledger counts one request as lost; killed at any other moment, nothing is.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from random import Random
from typing import Any

from dwell import logs
from dwell.errors import (
    DamagedAnswerError,
    KeyRefusedError,
    OutOfCreditsError,
    ProviderError,
    RateLimitedError,
    StoppedError,
    TemporaryError,
    UnavailableError,
)
from dwell.http import Credentials, HttpRequest, HttpResponse, HttpTransport
from dwell.live.budget import CreditBudget
from dwell.live.request_context import FetchedResponse, RequestContext, ResponseSummary
from dwell.live.request_log import RequestLog
from dwell.live.throttle import Throttle
from dwell.providers.base import Provider
from dwell.state import StateDatabase, drift, ledger, responses, subjects
from dwell.state.rate_limiter import RateLimiter

MAX_ATTEMPTS = 5
"""Attempts before a request counts as failed; each attempt takes a token."""

_FIRST_BACKOFF_S = 0.5
_MAX_BACKOFF_S = 30.0

log = logs.get_logger(__name__)


class ApiClient:
    """Sends requests to one provider with one key.

    Args:
        provider: The provider.
        transport: The connection to it.
        credentials: What authorises the requests.
        database: Rate limits, ledger and stored responses.
        limiter: The rate limiter of the key.
        price_micros: Micro-dollars for one credit.
        stop: Set it to end all work.
        random: Source of the backoff jitter.
        now: Returns the current time; the database's clock if None.
        max_attempts: Attempts before a request counts as failed.

    Attributes:
        requests: Number of requests sent by this client.
        throttle: Waits before each request, as the rate limit and the provider ask.
    """

    def __init__(
        self,
        provider: Provider,
        transport: HttpTransport,
        credentials: Credentials,
        database: StateDatabase,
        limiter: RateLimiter,
        price_micros: int,
        *,
        stop: threading.Event | None = None,
        random: Random | None = None,
        now: Callable[[], datetime] | None = None,
        max_attempts: int = MAX_ATTEMPTS,
    ) -> None:
        self.provider = provider
        self.transport = transport
        self.credentials = credentials
        self.database = database
        self.price_micros = price_micros
        self.stop = stop or threading.Event()
        self.random = random or Random()
        self.now = now or database.now
        self.requests = 0
        self.max_attempts = max_attempts
        self.limiter = limiter
        self.throttle = Throttle(provider.name, limiter, database, self.now, self.stop)
        self._refused: ProviderError | None = None

    def fetch(
        self,
        request: HttpRequest,
        context: RequestContext,
        budget: CreditBudget,
        summarize: Callable[[Mapping[str, Any]], ResponseSummary],
    ) -> FetchedResponse:
        """Send a request, with retries, and store the response.

        Args:
            request: The request.
            context: What it is for.
            budget: The budget to spend from.
            summarize: Extracts from the payload what is stored in the same transaction as the response.

        Raises:
            BudgetError: The request would cost more than is left.
            KeyRefusedError: The key is rejected; this client sends no more requests.
            OutOfCreditsError: The provider's credits are used up; this client sends no more requests.
            UnavailableError: The account or topic is not available.
            HeldError: The provider asks for a pause of more than `throttle.MAX_PAUSE_S` seconds.
            TemporaryError: Every attempt failed.
            StoppedError: The user stopped the job.
        """
        is_renewed = False
        for attempt in range(1, self.max_attempts + 1):
            authorization = self.credentials.headers()
            with logs.context(attempt=attempt):
                result = self._attempt(request, authorization, context, budget, summarize)
            if not isinstance(result, ProviderError):
                return result
            if isinstance(result, KeyRefusedError) and attempt < self.max_attempts and not is_renewed:
                is_renewed = self.credentials.renew(authorization)
                if is_renewed:
                    continue
            if isinstance(result, (KeyRefusedError, OutOfCreditsError)):
                self._refused = result
            if isinstance(result, RateLimitedError):
                self.throttle.pause(max(self._backoff_s(attempt), result.retry_after_s or 0.0))
            elif isinstance(result, TemporaryError) and attempt < self.max_attempts:
                seconds = self._backoff_s(attempt)
                log.info("retrying %(endpoint)s in %(wait_s).1f s", {"endpoint": request.endpoint, "wait_s": seconds})
                self.throttle.wait(seconds)
            if attempt == self.max_attempts or not isinstance(result, TemporaryError):
                raise result
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _attempt(
        self,
        request: HttpRequest,
        authorization: Mapping[str, str],
        context: RequestContext,
        budget: CreditBudget,
        summarize: Callable[[Mapping[str, Any]], ResponseSummary],
    ) -> FetchedResponse | ProviderError:
        """Send a request once, within the budget."""
        if self._refused is not None:
            raise self._refused
        budget.reserve(request.credits)
        credits_charged = 0
        try:
            entry = self._record_request(request, context)
            with logs.context(request=entry.request_id):
                credits_charged, result = self._send(request, authorization, entry, context, summarize)
        finally:
            budget.refund(request.credits, credits_charged)
        return result

    def _record_request(self, request: HttpRequest, context: RequestContext) -> ledger.LedgerEntry:
        """Take a token and record the request; take another if the provider asked all clients to pause meanwhile."""
        entry = ledger.LedgerEntry(
            request_id=uuid.uuid4().hex,
            owner=context.owner,
            provider=self.provider.name,
            endpoint=request.endpoint,
            command=context.command,
            subject=context.subject,
            credits=request.credits,
            price_micros=self.price_micros,
        )
        # The record survives a killed process. A power cut may lose only the records of requests in flight: storing a
        # response also flushes every record before it, and one more fsync per request would halve the rate.
        while True:
            self.throttle.acquire_token()
            with self.database.transaction(durable=False) as connection:
                pause_s = self.limiter.pause_left(connection, self.now())
                if not pause_s:
                    ledger.record_sent(connection, entry, self.now())
                    self.requests += 1
                    return entry
            self.throttle.wait_for_pause(pause_s)

    def _send(
        self,
        request: HttpRequest,
        authorization: Mapping[str, str],
        entry: ledger.LedgerEntry,
        context: RequestContext,
        summarize: Callable[[Mapping[str, Any]], ResponseSummary],
    ) -> tuple[int, FetchedResponse | ProviderError]:
        """Return the credits charged, and either the response or the error."""
        request_log = RequestLog(request, context.subject)
        try:
            self.transport.hide(authorization)
            headers = {**authorization, "x-dwell-call": entry.request_id}
            response = self.transport.send(request, headers, stop=self.stop)
        except StoppedError:
            # The provider may have received the request and charged for it.
            self._record_outcome(entry, StoppedError.code, request.credits, certain=False)
            raise
        except Exception as error:  # noqa: BLE001 - any failure of a provider concerns one target only
            failure = self._to_provider_error(error)
            # A request without a response may have been charged: the ledger assumes that it was.
            was_sent = isinstance(failure, TemporaryError) and failure.sent
            credits_charged = request.credits if was_sent else 0
            self._record_outcome(entry, failure.code, credits_charged, certain=not was_sent)
            request_log.write(None, credits_charged, failure)
            return credits_charged, failure
        request_log.stop_clock()
        credits_charged = request.credits  # unless the response says otherwise
        try:
            credits_charged = self.provider.credits_charged(request, response)
            payload = self.provider.read(request, response)
            summary = summarize(payload)
        except Exception as error:  # noqa: BLE001 - anything wrong with a response concerns one target only
            if response.large_body is not None:
                response.large_body.release()
            failure = self._to_provider_error(error)
            certain = not isinstance(failure, DamagedAnswerError)
            self._record_outcome(entry, failure.code, credits_charged, certain=certain, response=response)
            request_log.write(response, credits_charged, failure)
            if isinstance(failure, UnavailableError):
                failure.observed_at, failure.simulated = response.received_at, response.simulated
            return credits_charged, failure
        self._store(entry, context, response, summary, credits_charged)
        request_log.write(response, credits_charged)
        return credits_charged, FetchedResponse(entry.request_id, payload, response)

    def _store(
        self,
        entry: ledger.LedgerEntry,
        context: RequestContext,
        response: HttpResponse,
        summary: ResponseSummary,
        credits_charged: int,
    ) -> None:
        """Record the cost of a request and store its response, in one transaction."""
        body = responses.compress(response.body)
        with self.database.transaction() as connection:
            ledger.record_outcome(
                connection,
                entry,
                self.now(),
                "ok",
                credits_charged=credits_charged,
                status=response.status,
                simulated=response.simulated,
            )
            responses.insert_response(
                connection,
                entry.request_id,
                context.owner,
                context.position,
                provider=self.provider.name,
                endpoint=entry.endpoint,
                what=context.what,
                subject=context.subject,
                response=response,
                items=summary.items,
                packed=body,
            )
            for (kind, name), known in (summary.known or {}).items():
                subjects.save(connection, self.provider.name, kind, name, known)
            drift.record(connection, self.provider.name, self._redact_drift(summary.drift or {}), self.now())

    def _to_provider_error(self, error: Exception) -> ProviderError:
        """Convert an error to a `ProviderError` whose message contains no part of the key."""
        if not isinstance(error, ProviderError):
            log.debug("a response cannot be read", exc_info=error)
            error = DamagedAnswerError(
                f"The response of {self.provider.name} cannot be read ({type(error).__name__}): run the command again."
            )
        error.args = (self.transport.redactor.redact_text(str(error)),)
        error.__cause__ = error.__context__ = error.__traceback__ = None  # their frames would keep bodies in memory
        return error

    def _redact_drift(self, differences: Mapping[drift.FieldChange, int]) -> dict[drift.FieldChange, int]:
        """Hide the key in the differences: a provider may use it as a field name."""
        hide = self.transport.redactor.redact_text
        return {(kind, hide(field), what, hide(value)): n for (kind, field, what, value), n in differences.items()}

    def _record_outcome(
        self,
        entry: ledger.LedgerEntry,
        outcome: str,
        credits_charged: int,
        *,
        certain: bool,
        response: HttpResponse | None = None,
    ) -> None:
        with self.database.transaction() as connection:
            ledger.record_outcome(
                connection,
                entry,
                self.now(),
                outcome,
                credits_charged=credits_charged,
                certain=certain,
                status=response.status if response else None,
                simulated=bool(response and response.simulated),
            )

    def _backoff_s(self, attempt: int) -> float:
        """Exponential backoff with jitter, in seconds, so that requests that failed together do not retry together."""
        longest = min(_MAX_BACKOFF_S, _FIRST_BACKOFF_S * 2.0 ** (attempt - 1))
        return longest * (0.5 + self.random.random() / 2)
