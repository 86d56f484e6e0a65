"""The requests of one account in one job; responses that an earlier process received are not requested again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from dwell.live.budget import Budget
from dwell.live.pager import Pager
from dwell.live.parse_responses import ItemCache, Items, parse_payload
from dwell.live.request_context import FetchedResponse, RequestContext, ResponseSummary
from dwell.providers import drift
from dwell.providers.base import Subject
from dwell.records.owned_item import AccountItem, OwnerCommentItem, VideoItem
from dwell.state import StateDatabase, responses
from dwell.state.connections import StoredConnection
from dwell.state.owner import Owner
from dwell.state.stream_states import StreamName
from dwell.state.subjects import CachedSubject
from dwell.sync.clients import AccountClients
from dwell.sync.spec import COMMAND, SyncSpec

SUBJECT_KIND = "connection"
"""Under which the number of an account's videos is remembered."""


@dataclass(frozen=True, slots=True)
class JobContext:
    """What the accounts of a job share.

    Attributes:
        spec: The job.
        owner: The job, as named in the ledger.
        parsed: Where items of responses stay until their rows are stored.
    """

    spec: SyncSpec
    owner: Owner
    parsed: ItemCache


class StreamRequests:
    """Requests the streams of one account.

    Args:
        clients: The clients of the account.
        job: The job.
        position: The position of the account in the job.

    Attributes:
        row: The connection.
        scopes: The scopes whose fields are asked for.
    """

    def __init__(self, clients: AccountClients, job: JobContext, position: int) -> None:
        self.row: StoredConnection = clients.connection
        self.scopes: set[str] = set(self.row.scopes)
        self.spec = job.spec
        self._clients = clients
        self._job = job
        self._position = position
        self._budget = Budget(None)
        self._parsed: tuple[str, Items] = ("", ())

    @property
    def database(self) -> StateDatabase:
        """The state."""
        return self._clients.of("account").database

    def stream(self, name: str) -> StreamName:
        """A stream of this account, as its cursor is stored."""
        return StreamName(self.row.provider, self.row.open_id, name)

    def subject(self, name: str = "") -> Subject:
        """The account, and a video or category of a request."""
        return Subject(name, id=self.row.open_id, key=" ".join(sorted(self.scopes)))

    def pages(
        self,
        stream: str,
        pager: Pager,
        name: str = "",
        *,
        stored: Iterable[FetchedResponse] | None = None,
        doubt: Callable[[], bool] = lambda: False,
    ) -> Iterator[FetchedResponse]:
        """The pages of a stream: those that are stored already, then the next ones.

        Args:
            stream: The stream.
            pager: Follows the pages.
            name: The video that the stream is of.
            stored: The pages that are stored already; where None, all that this job has stored of the stream.
            doubt: Asked once the caller has a last page: whether to ask for what lies behind its cursor.
        """
        provider = self._clients.of(stream).provider
        size = provider.streams[stream].page_size
        before = self.stored(stream) if stored is None else iter(stored)
        while not pager.done:
            fetched = next(before, None) or self.fetch(stream, name, cursor=pager.cursor, count=size)
            yield fetched
            page = provider.page(stream, fetched.payload)
            if page.has_more is False and page.items and (page.cursor or "0").strip("0") and doubt():
                page = replace(page, has_more=True)  # an empty page follows if it was the end
            pager.add(page, [_id_of(item) for item in self.items(stream, fetched)])

    def stored(self, stream: str) -> Iterator[FetchedResponse]:
        """What this job has stored of a stream, up to a damaged response, which is requested again."""
        provider = self._clients.of(stream).provider
        for stored in responses.list_target(self.database, self._job.owner, self._position):
            if stored.what == stream:
                whole = responses.read_body(self.database, stored)
                if whole.damage:
                    return
                yield FetchedResponse(stored.request_id, provider.read(stored.request, whole.response), whole.response)

    def read_once(self, stream: str, name: str = "", cursor: str | None = None) -> FetchedResponse:
        """The only response of a stream in this job."""
        return next(self.stored(stream), None) or self.fetch(stream, name, cursor=cursor)

    def fetch(self, stream: str, name: str = "", cursor: str | None = None, count: int = 1) -> FetchedResponse:
        """Send a request, and store the response.

        Raises:
            DwellError: As of `ApiClient.fetch`.
        """
        client = self._clients.of(stream)
        request = client.provider.listing(stream, self.subject(name), cursor=cursor, count=count)
        # Rows are made from a stored response alone, which must say whose account it is about.
        context = RequestContext(self._job.owner, self._position, COMMAND, self.row.open_id, stream)
        fetched = client.fetch(request, context, self._budget, lambda payload: self._summarize(stream, payload))
        self._job.parsed.put(fetched.request_id, self.items(stream, fetched), len(fetched.response.body))
        return fetched

    def items(self, stream: str, fetched: FetchedResponse) -> Items:
        """The items of a response, which is parsed once."""
        request_id, items = self._parsed
        if request_id != fetched.request_id:
            items = parse_payload(self._clients.of(stream).provider, stream, fetched.payload)
            self._parsed = fetched.request_id, items
        return items

    def _summarize(self, stream: str, payload: Mapping[str, Any]) -> ResponseSummary:
        provider = self._clients.of(stream).provider
        page, kind = provider.page(stream, payload), provider.streams[stream].item
        known = {}
        if stream == "account":
            items = parse_payload(provider, stream, payload)
            total = next((item.post_count for item in items if isinstance(item, AccountItem)), None)
            known[SUBJECT_KIND, self.row.open_id] = CachedSubject(self.row.open_id, None, total, self.database.now())
        changes = drift.count_changes(provider.name, kind, page.items)
        return ResponseSummary(items=len(page.items), known=known, drift=changes)


def _id_of(item: object) -> str | None:
    if isinstance(item, VideoItem):
        return item.post_id
    return item.comment_id if isinstance(item, OwnerCommentItem) else None
