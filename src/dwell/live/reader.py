"""Reading one target: look it up where that is due, then its listing page by page, as far as was asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from dwell.errors import (
    BudgetError,
    DwellError,
    KeyRefusedError,
    OutOfCreditsError,
    ProviderError,
    StoppedError,
    StorageError,
    TemporaryError,
    UnavailableError,
)
from dwell.http import HttpRequest, HttpResponse
from dwell.live.client import ApiClient, Budget, RequestContext, ResponseSummary
from dwell.live.job_spec import STEPS, JobSpec
from dwell.live.load_responses import parse_body
from dwell.live.pager import Coverage, Pager
from dwell.live.plan import needs_lookup
from dwell.providers import drift
from dwell.providers.base import Lookup, Page, Subject
from dwell.providers.values import flag
from dwell.state import responses, subjects
from dwell.state.owner import Owner
from dwell.state.subjects import CachedSubject

_FRESH_TOLERANCE, _STALE_TOLERANCE = 0.02, 0.1
"""By how much a count of posts may be off that was asked just now, or up to some days ago."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one target.

    Attributes:
        kind: Kind of target, and `name` as the user gave it.
        handle: What an account is called now.
        state: Of an account: `ok`, `empty`, `private`, `deleted`, `banned`, `renamed`, `region_blocked`, `not_found`;
            None where that is not known, because it could not be asked.
        complete: All that was asked for was read.
        reason: Why reading ended.
        lacks: What is missing, in a sentence.
        posts: Distinct posts that were read, in `pages` pages; `repeats` came more than once.
        total: Posts by the provider's own count.
        creator_id: Platform id of the account.
        detail: What the provider said, in its words.
        at: When the state was observed, ISO text.
        simulated: A simulation answered.
        again: It was cut short, and the same command goes on with it.
    """

    kind: str
    name: str
    handle: str | None = None
    state: str | None = None
    complete: bool = False
    reason: str = ""
    lacks: str = ""
    posts: int = 0
    pages: int = 0
    repeats: int = 0
    total: int | None = None
    views_total: int | None = None
    title: str | None = None
    creator_id: str | None = None
    detail: str | None = None
    at: str | None = None
    simulated: bool = False
    again: bool = False

    def to_json(self) -> dict[str, Any]:
        """JSON-compatible."""
        return asdict(self)


class TargetReader:
    """Reads one target of a job; what an earlier process read of it is taken from its kept answers, not paid again.

    Args:
        client: Sends the requests.
        budget: What may be spent.
        spec: The job.
        owner: The job, as the ledger names it.
        position: The target's place in it.
    """

    def __init__(self, client: ApiClient, budget: Budget, spec: JobSpec, owner: Owner, position: int) -> None:
        self.client = client
        self.budget = budget
        self.spec = spec
        self.owner = owner
        self.position = position
        self.target = spec.all_targets[position]
        self.lookup, self.listing = STEPS[self.target.kind]
        self.found = Outcome(self.target.kind, self.target.name)
        self.subject = Subject(self.target.name, id=self.target.account_id)
        self.pager: Pager | None = None
        self._handles: set[str] = set()
        self._slack = _FRESH_TOLERANCE

    def read(self) -> Outcome:
        """The target, as far as it can be read; never raises for what goes wrong with it alone.

        Raises:
            StoppedError: The user wants everything to end.
            StorageError: The data folder cannot be read or written.
        """
        try:
            self._look_up()
            if self.found.state in {None, "ok", "renamed"}:
                self._read_pages()
        except UnavailableError as error:
            return self._unavailable(error)
        except BudgetError as error:
            return self._cut_short("budget", str(error), again=True)
        except (KeyRefusedError, OutOfCreditsError) as error:
            return self._cut_short(error.code, str(error), again=True)
        except TemporaryError as error:
            return self._cut_short("failed", str(error), again=True)
        except ProviderError as error:
            return self._cut_short("refused", str(error), again=False)
        except StoppedError as error:
            self.found = self._cut_short("stopped", str(error), again=True)
            raise
        except StorageError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever one target's responses hold, the others are read
            return self._cut_short("failed", self._unexpected(error), again=False)
        return self.found

    # --- looking it up -------------------------------------------------------------------------------------------

    def _look_up(self) -> None:
        kept = [one for one in self._stored_responses() if one.what == self.lookup]
        if kept:
            self._apply_lookup(self.client.provider.read(kept[-1].request, kept[-1].response), kept[-1].response)
            return
        known = subjects.find(self.client.database, self.client.provider.name, self.target.kind, self.target.name)
        if known is not None:
            self.subject = replace(self.subject, id=known.id, key=known.key)
        if needs_lookup(self.client.provider, self.spec, self.target, known, self.client.now()):
            self._fetch_lookup(known)
        elif known is not None:
            self.found = replace(self.found, handle=self.target.name, creator_id=known.id, total=known.total)
            self._slack = _STALE_TOLERANCE

    def _fetch_lookup(self, known: CachedSubject | None) -> None:
        try:
            payload, response = self._fetch(self.lookup or "", self._lookup_request(), self._summarize_lookup)
        except UnavailableError as error:
            moved = self._find_renamed(known) if self.target.kind == "account" and error.state == "not_found" else None
            if moved is None:
                raise
            payload, response = moved
        self._apply_lookup(payload, response)
        if known is not None and known.id is not None and self.subject.id not in {None, known.id}:
            self.found = replace(self.found, detail=f"this name belonged to the account {known.id} before")

    def _find_renamed(self, known: CachedSubject | None) -> tuple[Mapping[str, Any], HttpResponse] | None:
        """The account under its id, where its name is gone: it was renamed."""
        if known is None or known.id is None:
            return None
        by_id = Subject("", id=known.id, key=known.key)
        try:
            return self._fetch("profile", self.client.provider.lookup("profile", by_id), self._summarize_lookup)
        except UnavailableError:
            return None

    def _lookup_request(self) -> HttpRequest:
        asked = self.subject
        if self.target.kind == "account":  # by name where there is one, so that a new owner of an old name is noticed
            asked = Subject("" if self.target.account_id else self.target.name, id=self.target.account_id)
        elif self.target.kind == "sound":
            asked = Subject(self.target.name, id=self.target.name)
        return self.client.provider.lookup(_require_lookup(self.lookup), asked)

    def _summarize_lookup(self, payload: Mapping[str, Any]) -> ResponseSummary:
        subject = self.client.provider.subject(_require_lookup(self.lookup), payload)
        total = self.client.provider.total(_require_lookup(self.lookup), payload)
        known = CachedSubject(subject.id, subject.key, total, self.client.now())
        names: dict[tuple[str, str], CachedSubject] = {(self.target.kind, self.target.name): known}
        if subject.name:
            names[self.target.kind, subject.name] = known
        return ResponseSummary(
            items=1, known=names, drift=self._find_drift("user" if self.lookup == "profile" else "topic", [payload])
        )

    def _apply_lookup(self, payload: Mapping[str, Any], response: HttpResponse) -> None:
        provider, lookup = self.client.provider, _require_lookup(self.lookup)
        found = provider.subject(lookup, payload)
        self.subject = replace(found, name=found.name or self.target.name, id=found.id or self.subject.id)
        total = provider.total(lookup, payload)
        self.found = replace(self.found, total=total, at=_iso(response.received_at), simulated=response.simulated)
        if self.target.kind != "account":
            topic = provider.parser.topic(payload)
            if isinstance(topic, dict):
                self.found = replace(self.found, title=topic.get("title"), views_total=topic.get("topic_views"))
            return
        handle = self.subject.name or self.target.name
        if provider.own_account and handle != self.target.name:
            raise ProviderError(
                f"The key of {provider.name} belongs to @{handle}, not to {self.target}: name that account."
            )
        columns = provider.parser.user(payload)
        private = isinstance(columns, dict) and flag(columns.get("private")) is True
        renamed = not self.target.account_id and handle != self.target.name
        state = "private" if private else "renamed" if renamed else "empty" if total == 0 else "ok"
        self.found = replace(self.found, handle=handle, creator_id=self.subject.id, state=state)
        if private:
            self.found = replace(self.found, reason="private", lacks="the account is private: its posts cannot be read")
        elif total == 0:
            self.found = replace(self.found, complete=True, reason="all")

    # --- reading its listing -------------------------------------------------------------------------------------

    def _read_pages(self) -> None:
        total = self.found.total if self.target.kind == "account" else None
        pager = self.pager = Pager(self.spec.post_limit(self.position), total, self._slack)
        for kept in self._stored_responses():
            if kept.what == self.listing and not pager.done:
                self._add_page(
                    pager, kept.request, self.client.provider.read(kept.request, kept.response), kept.response
                )
        while not pager.done:
            request = self._listing_request(pager)
            self._add_page(pager, request, *self._fetch(self.listing, request, self._summarize_page))
        self._apply_coverage(pager.coverage())

    def _listing_request(self, pager: Pager) -> HttpRequest:
        # Always a full page: it costs the same, and a shorter last one could end inside a boundary's repeats.
        size = self.client.provider.page_size[self.listing]
        return self.client.provider.listing(self.listing, self.subject, cursor=pager.cursor, count=size)

    def _summarize_page(self, payload: Mapping[str, Any]) -> ResponseSummary:
        page = self.client.provider.page(self.listing, payload)
        return ResponseSummary(items=len(page.items), drift=self._find_drift("post", page.items))

    def _add_page(self, pager: Pager, request: HttpRequest, payload: Mapping[str, Any], response: HttpResponse) -> None:
        page: Page = self.client.provider.page(self.listing, payload)
        rows = parse_body(self.client.provider.name, request.endpoint, self.listing, response.body)
        pager.add(page, [None if isinstance(row, str) else str(row["post_id"]) for row in rows])
        self._handles.update(str(row["handle"]).lower() for row in rows if isinstance(row, dict) and row.get("handle"))
        if self.found.at is None:
            self.found = replace(self.found, at=_iso(response.received_at), simulated=response.simulated)

    def _apply_coverage(self, coverage: Coverage) -> None:
        state = self.found.state
        if state is None and self.target.kind == "account":
            state = "ok" if coverage.items else "empty" if coverage.complete else None
        if state == "ok" and not self.target.account_id and len(self._handles) == 1:
            (handle,) = self._handles  # asked for by its id, an account shows under which name it posts now
            state = "ok" if handle == self.target.name else "renamed"
            self.found = replace(self.found, handle=handle)
        self.found = replace(
            self.found,
            state=state,
            complete=coverage.complete,
            reason=coverage.reason,
            lacks=coverage.lacks,
            posts=coverage.items,
            pages=coverage.pages,
            repeats=coverage.repeats,
        )

    # --- ends ----------------------------------------------------------------------------------------------------

    def _unavailable(self, error: UnavailableError) -> Outcome:
        coverage = self.pager.coverage(error.state, str(error)) if self.pager else None
        return replace(
            self.found,
            handle=self.found.handle or (None if self.target.account_id else self.target.name),
            state=error.state,
            complete=False,
            reason=error.state,
            lacks=str(error),
            detail=str(error),
            posts=coverage.items if coverage else 0,
            pages=coverage.pages if coverage else 0,
            at=_iso(error.observed_at or self.client.now()),
            simulated=error.simulated,
        )

    def _unexpected(self, error: Exception) -> str:
        text = str(error) if isinstance(error, DwellError) else f"a response cannot be read ({type(error).__name__})"
        return self.client.transport.redactor.redact_text(text)

    def _cut_short(self, reason: str, why: str, *, again: bool) -> Outcome:
        coverage = self.pager.coverage(reason, why) if self.pager else _empty_coverage(reason, why)
        self._apply_coverage(coverage)
        return replace(self.found, again=again)

    def _fetch(
        self, what: str, request: HttpRequest, summarize: Callable[[Mapping[str, Any]], ResponseSummary]
    ) -> tuple[Mapping[str, Any], HttpResponse]:
        purpose = RequestContext(self.owner, self.position, self.spec.command, self.target.name, what)
        return self.client.fetch(request, purpose, self.budget, summarize)

    def _stored_responses(self) -> list[responses.StoredResponse]:
        kept = responses.list_target(self.client.database, self.owner, self.position)
        return [one for one in kept if not one.damage]  # what is damaged is asked again

    def _find_drift(self, kind: str, items: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str, str, str], int]:
        seen: Counter[tuple[str, str, str, str]] = Counter()
        for item in items:
            for change in drift.find_changes(self.client.provider.name, kind, item):
                seen[kind, change.field, change.what, str(change.seen)] += 1
        return dict(seen)


def _empty_coverage(reason: str, why: str) -> Coverage:
    return Coverage(complete=False, reason=reason, lacks=why, items=0, repeats=0, pages=0)


def _iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _require_lookup(what: Lookup | None) -> Lookup:
    assert what is not None, "only called where the target's kind has a lookup"
    return what
