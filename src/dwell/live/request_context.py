"""What the API client must know about a request and its response to record them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dwell.http import HttpResponse
from dwell.state import drift, subjects
from dwell.state.owner import Owner


@dataclass(frozen=True, slots=True)
class RequestContext:
    """What a request is for.

    Attributes:
        owner: The job that it belongs to.
        position: The position of the target in the job.
        command: The command that sends it.
        subject: The account or topic, as named in the ledger.
        what: The listing or lookup.
    """

    owner: Owner
    position: int
    command: str
    subject: str
    what: str


@dataclass(frozen=True, slots=True)
class ResponseSummary:
    """What is stored about a response besides its bytes.

    Attributes:
        items: Number of objects in it.
        known: Ids that a lookup returned, by (kind, name).
        drift: Where the objects differ from the contract, with counts.
    """

    items: int = 0
    known: Mapping[tuple[str, str], subjects.CachedSubject] | None = None
    drift: Mapping[drift.FieldChange, int] | None = None


@dataclass(frozen=True, slots=True)
class FetchedResponse:
    """A response that was read and stored.

    Attributes:
        request_id: The request that it answers.
        payload: Its content, without the provider's wrapper.
        response: The response itself.
    """

    request_id: str
    payload: Mapping[str, Any]
    response: HttpResponse
