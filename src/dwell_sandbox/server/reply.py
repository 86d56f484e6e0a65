"""What an endpoint answers, before faults are put in and bytes are made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from dwell_sandbox.server.view import View

Payload = dict[str, Any]


@dataclass(slots=True)
class Listing:
    """Where the paging of one page stands in its payload.

    Attributes:
        box: The object that holds the rows and the cursor.
        items: Key of the rows, and `cursor` and `more`, those of the cursor and of what says whether there are more.
        asked: The cursor that was asked for, as an answer would write it.
        after: For each row, the cursor that would go on behind it; None where no cursor does (pinned rows).
    """

    box: Payload
    items: str
    cursor: str
    more: str
    asked: Any
    after: Sequence[Any]


@dataclass(slots=True)
class Reply:
    """An answer.

    Attributes:
        status: HTTP status.
        payload: The JSON body.
        credits: What it costs; refusals cost nothing.
        listing: Its paging, where it is a page.
        posts: Rows that are posts, wherever they stand in the payload.
        headers: Further headers.
    """

    status: int
    payload: Payload
    credits: int = 0
    listing: Listing | None = None
    posts: Sequence[Payload] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scene:
    """What an endpoint sees of the sandbox.

    Attributes:
        view: The world, with what is dear to make kept.
        at: The simulated instant of the answer.
        options: Switches of the protocols.
    """

    view: View
    at: datetime
    options: Options


@dataclass(frozen=True, slots=True)
class Options:
    """Switches of the protocols.

    Attributes:
        aweme_id_style: TikLiveAPI's `aweme_id`: `media` id, as it really is, or `numeric` as in published examples.
        seed_compat: Scavio also takes the paths and answers in the shape of its published examples.
        missing_status: What TikLiveAPI answers with when an account or post is not to be had: 200 or 404.
        broke_status: What TikLiveAPI answers with when no credit is left: 200 or 402.
        region: Where the providers look from; accounts that are blocked there show nothing.
    """

    aweme_id_style: Literal["media", "numeric"] = "media"
    seed_compat: bool = False
    missing_status: Literal[200, 404] = 200
    broke_status: Literal[200, 402] = 200
    region: str = "US"


class Refused(Exception):  # noqa: N818 - no failure: the provider answers so
    """An endpoint has nothing to show; carries the answer."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply
