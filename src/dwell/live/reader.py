"""Reads one target: a lookup if it is due, then its listing page by page, up to the requested number of posts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from dwell import logs
from dwell.errors import (
    BudgetError,
    DwellError,
    HeldError,
    KeyRefusedError,
    OutOfCreditsError,
    ProviderError,
    StoppedError,
    StorageError,
    TemporaryError,
    UnavailableError,
)
from dwell.http import HttpRequest, HttpResponse
from dwell.live.budget import Budget
from dwell.live.client import ApiClient
from dwell.live.job_spec import STEPS, JobSpec
from dwell.live.outcome import Outcome
from dwell.live.pager import Coverage, Pager
from dwell.live.parse_responses import ItemCache, parse_payload
from dwell.live.plan import lookup_reason
from dwell.live.records import counter_unit, possible_total, whole_number
from dwell.live.request_context import FetchedResponse, RequestContext, ResponseSummary
from dwell.providers import drift
from dwell.providers.base import Lookup, Subject
from dwell.records.item import CreatorItem, PostItem, TopicItem
from dwell.state import responses, subjects
from dwell.state.owner import Owner
from dwell.state.subjects import CachedSubject

_FRESH_TOLERANCE, _STALE_TOLERANCE = 0.02, 0.1
"""Fraction by which a count of posts may be off if it was read just now, or some days ago."""

log = logs.get_logger(__name__)


class TargetReader:
    """Reads one target of a job; pages that an earlier process read come from the stored responses, free of charge.

    Args:
        client: Sends the requests.
        budget: The budget of the job.
        spec: The job.
        owner: The job, as named in the ledger.
        position: The position of the target in the job.
        parsed: Where the items of its pages are kept until their rows are stored.
    """

    def __init__(
        self, client: ApiClient, budget: Budget, spec: JobSpec, owner: Owner, position: int, parsed: ItemCache
    ) -> None:
        self.client = client
        self.budget = budget
        self.spec = spec
        self.owner = owner
        self.position = position
        self.parsed = parsed
        self.target = spec.all_targets[position]
        self.lookup, self.listing = STEPS[self.target.kind]
        self.outcome = Outcome(self.target.kind, self.target.name)
        self.subject = Subject(self.target.name, id=self.target.account_id)
        self.pager: Pager | None = None
        self._handles: set[str] = set()
        self._tolerance = _FRESH_TOLERANCE

    def read(self) -> Outcome:
        """Read the target as far as possible; an error of this target alone ends up in the outcome.

        Raises:
            StoppedError: The user stopped the job.
            StorageError: The data folder cannot be read or written.
        """
        try:
            self._look_up()
            if self.outcome.state in {None, "ok", "renamed"}:
                self._read_pages()
        except UnavailableError as error:
            return self._unavailable_outcome(error)
        except BudgetError as error:
            return self._cut_short("budget", str(error), again=True)
        except (KeyRefusedError, OutOfCreditsError) as error:
            return self._cut_short(error.code, str(error), again=True)
        except HeldError as error:
            return self._cut_short(error.code, str(error), again=True)
        except TemporaryError as error:
            return self._cut_short("failed", str(error), again=True)
        except ProviderError as error:
            return self._cut_short("refused", str(error), again=False)
        except StoppedError as error:
            self.outcome = self._cut_short("stopped", str(error), again=True)
            raise
        except StorageError:
            raise
        except Exception as error:
            log.debug("%(target)s cannot be read", {"target": str(self.target)}, exc_info=error)
            return self._cut_short("failed", self._describe_error(error), again=False)
        return self.outcome

    # --- lookup ------------------------------------------------------------------------------------------------------

    def _look_up(self) -> None:
        stored = list(self._stored_responses(self.lookup))
        if stored:
            self._apply_lookup(self.client.provider.read(stored[-1].request, stored[-1].response), stored[-1].response)
            return
        known = subjects.find(self.client.database, self.client.provider.name, self.target.kind, self.target.name)
        if known is not None:
            self.subject = replace(self.subject, id=known.id, key=known.key)
        if lookup_reason(self.client.provider, self.spec, self.target, known, self.client.now()):
            self._fetch_lookup(known)
        elif known is not None:
            self.outcome = replace(self.outcome, handle=self.target.name, creator_id=known.id, total=known.total)
            self._tolerance = _STALE_TOLERANCE

    def _fetch_lookup(self, known: CachedSubject | None) -> None:
        try:
            fetched = self._fetch(self.lookup or "", self._lookup_request(), self._summarize_lookup)
        except UnavailableError as error:
            renamed = (
                self._find_renamed(known) if self.target.kind == "account" and error.state == "not_found" else None
            )
            if renamed is None:
                raise
            fetched = renamed
        self._apply_lookup(fetched.payload, fetched.response)
        if known is not None and known.id is not None and self.subject.id not in {None, known.id}:
            self.outcome = replace(self.outcome, detail=f"this name belonged to the account {known.id} before")

    def _find_renamed(self, known: CachedSubject | None) -> FetchedResponse | None:
        """Look an account up by its id if its name is gone: it may have been renamed."""
        if known is None or known.id is None:
            return None
        by_id = Subject("", id=known.id, key=known.key)
        try:
            return self._fetch("profile", self.client.provider.lookup("profile", by_id), self._summarize_lookup)
        except UnavailableError:
            return None

    def _lookup_request(self) -> HttpRequest:
        subject = self.subject
        if self.target.kind == "account":  # by name if possible, to notice a new owner of an old name
            subject = Subject("" if self.target.account_id else self.target.name, id=self.target.account_id)
        elif self.target.kind == "sound":
            subject = Subject(self.target.name, id=self.target.name)
        return self.client.provider.lookup(_require_lookup(self.lookup), subject)

    def _summarize_lookup(self, payload: Mapping[str, Any]) -> ResponseSummary:
        subject = self.client.provider.subject(_require_lookup(self.lookup), payload)
        total = possible_total(self.client.provider.total(_require_lookup(self.lookup), payload))
        if self.target.kind == "account" and not (subject.id or subject.key):
            return ResponseSummary(
                items=1
            )  # without an id there is nothing to remember: the next sweep looks it up again
        known = CachedSubject(subject.id, subject.key, total, self.client.now())
        names: dict[tuple[str, str], CachedSubject] = {(self.target.kind, self.target.name): known}
        if subject.name:
            names[self.target.kind, subject.name] = known
        return ResponseSummary(
            items=1,
            known=names,
            drift=self._count_drift("user" if self.lookup == "profile" else "topic", [payload]),
        )

    def _apply_lookup(self, payload: Mapping[str, Any], response: HttpResponse) -> None:
        provider, lookup = self.client.provider, _require_lookup(self.lookup)
        subject = provider.subject(lookup, payload)
        self.subject = replace(subject, name=subject.name or self.target.name, id=subject.id or self.subject.id)
        total = possible_total(provider.total(lookup, payload))
        self.outcome = replace(
            self.outcome, total=total, at=_format_iso(response.received_at), simulated=response.simulated
        )
        if self.target.kind != "account":
            topic = provider.parser.topic(payload)
            if isinstance(topic, TopicItem):
                self.outcome = replace(
                    self.outcome,
                    title=topic.title,
                    total=whole_number(topic.topic_posts) if total is None else total,
                    views_total=whole_number(topic.topic_views),
                    total_unit=counter_unit(topic.topic_posts, rounded=topic.rounded),
                    views_total_unit=counter_unit(topic.topic_views, rounded=topic.rounded),
                )
            return
        handle = self.subject.name or self.target.name
        if provider.own_account and handle != self.target.name:
            raise ProviderError(
                f"The key of {provider.name} belongs to @{handle}, not to {self.target}: name that account."
            )
        user = provider.parser.user(payload)
        private = isinstance(user, CreatorItem) and user.private is True
        renamed = not self.target.account_id and handle != self.target.name
        state = "private" if private else "renamed" if renamed else "empty" if total == 0 else "ok"
        self.outcome = replace(self.outcome, handle=handle, creator_id=self.subject.id, state=state)
        if private:
            self.outcome = replace(
                self.outcome, reason="private", lacks="the account is private: its posts cannot be read"
            )
        elif total == 0:
            self.outcome = replace(self.outcome, complete=True, reason="all")

    # --- listing -----------------------------------------------------------------------------------------------------

    def _read_pages(self) -> None:
        total = self.outcome.total if self.target.kind == "account" else None
        pager = self.pager = Pager(self.spec.post_limit(self.position), total, self._tolerance)
        provider = self.client.provider
        for stored in self._stored_responses(self.listing):
            response = stored.response
            self._add_page(pager, FetchedResponse(stored.request_id, provider.read(stored.request, response), response))
            if pager.done:
                break
        while not pager.done:
            self._add_page(pager, self._fetch(self.listing, self._listing_request(pager), self._summarize_page))
        self._apply_coverage(pager.coverage())

    def _listing_request(self, pager: Pager) -> HttpRequest:
        # Always request a full page: it costs the same, and a short last page could end inside repeated rows.
        size = self.client.provider.streams[self.listing].page_size
        return self.client.provider.listing(self.listing, self.subject, cursor=pager.cursor, count=size)

    def _summarize_page(self, payload: Mapping[str, Any]) -> ResponseSummary:
        page = self.client.provider.page(self.listing, payload)
        return ResponseSummary(items=len(page.items), drift=self._count_drift("post", page.items))

    def _add_page(self, pager: Pager, fetched: FetchedResponse) -> None:
        provider = self.client.provider
        items = parse_payload(provider, self.listing, fetched.payload)
        self.parsed.put(fetched.request_id, items, len(fetched.response.body))
        posts = [item if isinstance(item, PostItem) else None for item in items]
        pager.add(provider.page(self.listing, fetched.payload), [post.post_id if post else None for post in posts])
        self._handles.update(post.handle.lower() for post in posts if post and post.handle)
        response = fetched.response
        if self.outcome.at is None:
            self.outcome = replace(self.outcome, at=_format_iso(response.received_at), simulated=response.simulated)

    def _apply_coverage(self, coverage: Coverage) -> None:
        state = self.outcome.state
        if state is None and self.target.kind == "account":
            state = "ok" if coverage.items else "empty" if coverage.complete else None
        if state == "ok" and not self.target.account_id and len(self._handles) == 1:
            (handle,) = self._handles  # listed by its id, an account shows its current name
            state = "ok" if handle == self.target.name else "renamed"
            self.outcome = replace(self.outcome, handle=handle)
        self.outcome = replace(
            self.outcome,
            state=state,
            complete=coverage.complete,
            reason=coverage.reason,
            lacks=coverage.lacks,
            posts=coverage.items,
            pages=coverage.pages,
            repeats=coverage.repeats,
        )

    # --- outcomes ----------------------------------------------------------------------------------------------------

    def _unavailable_outcome(self, error: UnavailableError) -> Outcome:
        coverage = self.pager.coverage(error.state, str(error)) if self.pager else None
        return replace(
            self.outcome,
            handle=self.outcome.handle or (None if self.target.account_id else self.target.name),
            state=error.state,
            complete=False,
            reason=error.state,
            lacks=str(error),
            detail=str(error),
            posts=coverage.items if coverage else 0,
            pages=coverage.pages if coverage else 0,
            at=_format_iso(error.observed_at or self.client.now()),
            simulated=error.simulated,
        )

    def _describe_error(self, error: Exception) -> str:
        text = str(error) if isinstance(error, DwellError) else f"a response cannot be read ({type(error).__name__})"
        return self.client.transport.redactor.redact_text(text)

    def _cut_short(self, reason: str, detail: str, *, again: bool) -> Outcome:
        coverage = self.pager.coverage(reason, detail) if self.pager else Coverage.empty(reason, detail)
        self._apply_coverage(coverage)
        return replace(self.outcome, again=again)

    def _fetch(
        self, what: str, request: HttpRequest, summarize: Callable[[Mapping[str, Any]], ResponseSummary]
    ) -> FetchedResponse:
        context = RequestContext(self.owner, self.position, self.spec.command, self.target.name, what)
        return self.client.fetch(request, context, self.budget, summarize)

    def _count_drift(self, kind: str, items: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str, str, str], int]:
        return drift.count_changes(self.client.provider.name, kind, items)

    def _stored_responses(self, what: str | None) -> Iterator[responses.StoredResponse]:
        """What earlier processes read, one body at a time; damaged responses are requested again."""
        for stored in responses.list_target(self.client.database, self.owner, self.position):
            if stored.what == what:
                response = responses.read_body(self.client.database, stored)
                if not response.damage:
                    yield response


def _format_iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _require_lookup(what: Lookup | None) -> Lookup:
    assert what is not None, "only called for kinds of targets that have a lookup"
    return what
