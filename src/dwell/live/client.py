"""The desk where every request to a provider is made: at the allowed pace, within the budget, noted before it is sent.

One request is three steps. Its token is taken from the key's pacing row, which all processes share. It is written in
the ledger as sent. When the answer is there, one transaction notes what it cost and keeps the answer itself. Killed
between the last two, the ledger says that one request is lost; killed at any other moment, nothing is.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from dwell.errors import (
    BudgetError,
    DamagedAnswerError,
    KeyRefusedError,
    OutOfCreditsError,
    ProviderError,
    RateLimitedError,
    StoppedError,
    TemporaryError,
    UnavailableError,
)
from dwell.http import HttpRequest, HttpResponse, HttpTransport
from dwell.providers.base import Provider
from dwell.state import StateDatabase, drift, ledger, responses, subjects
from dwell.state.owner import Owner
from dwell.state.rate_limiter import RateLimiter

MAX_ATTEMPTS = 5
"""So often one question is asked before it counts as failed; each time takes a token."""

_FIRST_BACKOFF_S = 0.5
_MAX_BACKOFF_S = 30.0


@dataclass(frozen=True, slots=True)
class RequestContext:
    """What a request is for.

    Attributes:
        owner: The job that it belongs to.
        position: The target in it.
        command: The command that asks.
        subject: The account or topic, as the ledger names it.
        what: The listing or lookup.
    """

    owner: Owner
    position: int
    command: str
    subject: str
    what: str


@dataclass(frozen=True, slots=True)
class ResponseSummary:
    """What is remembered of an answer beside its bytes.

    Attributes:
        items: How many objects were in it.
        known: Ids that a lookup found, by name and kind.
        drift: Where the objects differ from the contract, with how often.
    """

    items: int = 0
    known: Mapping[tuple[str, str], subjects.CachedSubject] | None = None
    drift: Mapping[drift.FieldChange, int] | None = None


class Budget:
    """What may still be spent; shared by all threads of a job.

    Args:
        limit: Most credits of the whole job; None is no limit.
        spent: Credits that it has spent so far.
    """

    def __init__(self, limit: int | None, spent: int = 0) -> None:
        self.limit = limit
        self.spent = spent
        self._lock = threading.Lock()

    def reserve(self, wanted: int) -> None:
        """Sets credits aside before a request.

        Raises:
            BudgetError: It would cost more than is left.
        """
        with self._lock:
            if self.limit is not None and self.spent + wanted > self.limit:
                amount = "1 credit" if self.limit == 1 else f"{self.limit:,} credits"
                raise BudgetError(f"the budget of {amount} is used up; a higher --max-credits goes on")
            self.spent += wanted

    def refund(self, reserved: int, credits_charged: int) -> None:
        """Gives back what a request did not cost."""
        with self._lock:
            self.spent += credits_charged - reserved


class ApiClient:
    """Asks one provider with one key.

    Args:
        provider: Whom.
        transport: The open connection to it.
        database: Pace, ledger and answers.
        limiter: The rate limiter of the key.
        price_micros: Micro-dollars for one credit.
        stop: Set by whoever wants everything to end.
        random: Jitter of pauses.
        now: The present instant; the database's where None.

    Attributes:
        requests: Requests that this desk has sent.
    """

    def __init__(
        self,
        provider: Provider,
        transport: HttpTransport,
        database: StateDatabase,
        limiter: RateLimiter,
        price_micros: int,
        *,
        stop: threading.Event | None = None,
        random: Random | None = None,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self.provider = provider
        self.transport = transport
        self.database = database
        self.limiter = limiter
        self.price_micros = price_micros
        self.stop = stop or threading.Event()
        self.random = random or Random()
        self.now = now or database.now
        self.requests = 0
        self._refused: ProviderError | None = None

    def fetch(
        self,
        request: HttpRequest,
        purpose: RequestContext,
        budget: Budget,
        summarize: Callable[[Mapping[str, Any]], ResponseSummary],
    ) -> tuple[Mapping[str, Any], HttpResponse]:
        """One question, asked until it is answered.

        Args:
            request: The request.
            purpose: What it is for.
            budget: What may be spent.
            summarize: Reads from the payload what is stored in the same transaction as the response.

        Raises:
            BudgetError: It would cost more than is left.
            KeyRefusedError: The key is refused; nobody at this desk asks again.
            OutOfCreditsError: The provider's credits are used up; likewise.
            UnavailableError: What was asked about is not to be had.
            TemporaryError: It failed again and again.
            StoppedError: The user wants everything to end.
        """
        for attempt in range(1, MAX_ATTEMPTS + 1):
            if self._refused is not None:
                raise self._refused
            budget.reserve(request.credits)
            credits_charged = 0
            try:
                entry = self._record_request(request, purpose)
                credits_charged, result = self._send(request, entry, purpose, summarize)
            finally:
                budget.refund(request.credits, credits_charged)
            if not isinstance(result, ProviderError):
                return result
            if isinstance(result, RateLimitedError):
                self.limiter.pause(self.now(), max(self._backoff_s(attempt), result.retry_after_s or 0.0))
            elif isinstance(result, TemporaryError) and attempt < MAX_ATTEMPTS:
                self._wait(self._backoff_s(attempt))
            if attempt == MAX_ATTEMPTS or not isinstance(result, TemporaryError):
                raise result
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _acquire_token(self) -> None:
        """Waits for this request's turn."""
        self._wait(0)
        seconds = self.limiter.acquire(self.now())
        try:
            self._wait(seconds)
        except StoppedError:
            self.limiter.release()
            raise

    def _record_request(self, request: HttpRequest, purpose: RequestContext) -> ledger.LedgerEntry:
        """Queues and writes the request down; where the provider asks everybody to wait meanwhile, queues again."""
        entry = ledger.LedgerEntry(
            request_id=uuid.uuid4().hex,
            owner=purpose.owner,
            provider=self.provider.name,
            endpoint=request.endpoint,
            command=purpose.command,
            subject=purpose.subject,
            credits=request.credits,
            price_micros=self.price_micros,
        )
        # Killed, this note is there. After a power cut only the requests then in flight may lack it: every answer makes
        # what was noted before it last, and another wait for the disk before each request would halve the pace.
        while True:
            self._acquire_token()
            with self.database.transaction(durable=False) as connection:
                if not self.limiter.is_paused(connection, self.now()):
                    ledger.record_sent(connection, entry, self.now())
                    self.requests += 1
                    return entry

    def _send(
        self,
        request: HttpRequest,
        entry: ledger.LedgerEntry,
        purpose: RequestContext,
        summarize: Callable[[Mapping[str, Any]], ResponseSummary],
    ) -> tuple[int, tuple[Mapping[str, Any], HttpResponse] | ProviderError]:
        """Credits charged, and the payload or what went wrong."""
        try:
            response = self.transport.send(request, {"x-dwell-call": entry.request_id})
        except Exception as error:  # noqa: BLE001 - whatever a provider does is the failure of one target
            failure = self._failure(error)
            # Nobody knows whether a request without an answer was paid: the ledger assumes it was.
            was_sent = isinstance(failure, TemporaryError) and failure.sent
            credits_charged = request.credits if was_sent else 0
            self._record_outcome(entry, failure.code, credits_charged, certain=not was_sent)
            return credits_charged, failure
        credits_charged = request.credits  # until its answer says otherwise
        try:
            credits_charged = self.provider.credits_charged(request, response)
            payload = self.provider.read(request, response)
            found = summarize(payload)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one answer is the failure of one target
            failure = self._failure(error)
            certain = not isinstance(failure, DamagedAnswerError)
            self._record_outcome(entry, failure.code, credits_charged, certain=certain, response=response)
            if isinstance(failure, (KeyRefusedError, OutOfCreditsError)):
                self._refused = failure
            if isinstance(failure, UnavailableError):
                failure.observed_at, failure.simulated = response.received_at, response.simulated
            return credits_charged, failure
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
                purpose.owner,
                purpose.position,
                provider=self.provider.name,
                endpoint=request.endpoint,
                what=purpose.what,
                subject=purpose.subject,
                response=response,
                items=found.items,
                packed=body,
            )
            for (kind, name), known in (found.known or {}).items():
                subjects.save(connection, self.provider.name, kind, name, known)
            drift.record(connection, self.provider.name, self._redacted(found.drift or {}), self.now())
        return credits_charged, (payload, response)

    def _failure(self, error: Exception) -> ProviderError:
        """What went wrong with an answer, as a provider's failure that does not say the key again."""
        if not isinstance(error, ProviderError):
            error = DamagedAnswerError(
                f"The response of {self.provider.name} cannot be read ({type(error).__name__}): it may be asked again."
            )
        error.args = (self.transport.redactor.redact_text(str(error)),)
        return error

    def _redacted(self, differences: Mapping[drift.FieldChange, int]) -> dict[drift.FieldChange, int]:
        """The same differences without a key that the provider uses as the name of a field."""
        hide = self.transport.redactor.redact_text
        return {(kind, hide(field), what, hide(seen)): n for (kind, field, what, seen), n in differences.items()}

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
        """Seconds to pause: longer each time, by a random part, so that many who failed together do not return so."""
        longest = min(_MAX_BACKOFF_S, _FIRST_BACKOFF_S * 2.0 ** (attempt - 1))
        return longest * (0.5 + self.random.random() / 2)

    def _wait(self, seconds: float) -> None:
        if self.stop.wait(seconds) if seconds > 0 else self.stop.is_set():
            raise StoppedError("Stopped by you: run the same command again to go on where it stopped.")
