"""What an endpoint returns, before faults are injected and it is encoded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from dwell_sandbox.server.rate_limits import RateLimit

if TYPE_CHECKING:
    from dwell_sandbox.server.provider_view import ProviderView

Payload = dict[str, Any]


@dataclass(slots=True)
class Paging:
    """Where the payload of a page keeps its rows and its cursor.

    Attributes:
        page: The object with the rows and the cursor.
        rows_key: Key of the rows.
        cursor_key: Key of the cursor.
        more_key: Key of the flag that says whether there are more rows.
        requested_cursor: The cursor of the request, as a response would write it.
        row_cursors: For each row, the cursor that would continue after it; None if there is none (pinned rows).
    """

    page: Payload
    rows_key: str
    cursor_key: str
    more_key: str
    requested_cursor: Any
    row_cursors: Sequence[Any]


@dataclass(slots=True)
class Response:
    """A response.

    Attributes:
        status: HTTP status.
        payload: The JSON body.
        credits: What it costs; errors cost nothing.
        paging: Where its rows and its cursor are, if it is a page.
        posts: The rows that are posts, wherever they are in the payload.
        headers: Further headers.
        code: The code of the envelope, for protocols whose errors have status 200.
        message: The text beside that code.
        page: An HTML page in place of the payload.
        make_partial: Removes part of the data, as the fault `partial_success` does; None if the protocol has no such
            responses.
    """

    status: int
    payload: Payload
    credits: int = 0
    paging: Paging | None = None
    posts: Sequence[Payload] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    code: int = 0
    message: str = ""
    page: str | None = None
    make_partial: Callable[[Response], None] | None = None


@dataclass(frozen=True, slots=True)
class RequestContext:
    """What an endpoint sees of the sandbox.

    Attributes:
        view: The world as the provider sees it.
        at: The simulated instant of the response.
        options: Options of the protocols.
        real_s: Real seconds since the server started.
        limit_s: Seconds by which protocols judge their rate limits: simulated ones, or real ones if time stands still.
        limit: The rate limit that the user set for the protocol; None for the documented one.
    """

    view: ProviderView
    at: datetime
    options: ProtocolOptions
    real_s: float = 0.0
    limit_s: float = 0.0
    limit: RateLimit | None = None


@dataclass(frozen=True, slots=True)
class ProtocolOptions:
    """Options of the protocols.

    Attributes:
        aweme_id_style: TikLiveAPI's `aweme_id`: `media` id, as the real API returns, or `numeric` as in published
            examples.
        seed_compat: Scavio also accepts the paths of its published examples and responds in their shape.
        missing_status: TikLiveAPI's HTTP status when an account or post is unavailable: 200 or 404.
        broke_status: TikLiveAPI's HTTP status when the key has no credits left: 200 or 402.
        region: The providers' region; accounts that are blocked there show nothing.
        old_refresh_token: The Business API's old refresh token after a refresh: valid until the new access token is
            first used, or invalid at once.
        gender_names: How the Business API names the genders of a video's viewers: `Female`, `female_vv`, or either,
            depending on the account.
        daily_total_followers: What the Business API returns under this name: the followers at the end of the day, the
            change on that day, or either, depending on the account.
        loopback_redirects: Whether the Business API's consent page accepts `http://127.0.0.1:PORT/...`.
    """

    aweme_id_style: Literal["media", "numeric"] = "media"
    seed_compat: bool = False
    missing_status: Literal[200, 404] = 200
    broke_status: Literal[200, 402] = 200
    region: str = "US"
    old_refresh_token: Literal["valid-until-use", "invalid"] = "valid-until-use"
    gender_names: Literal["account", "Female", "female_vv"] = "account"
    daily_total_followers: Literal["account", "total", "change"] = "account"
    loopback_redirects: bool = True


class EndpointError(Exception):
    """An endpoint cannot return data; `response` is the provider's error response."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response
