"""The bodies of requests about webhooks, keys and the balance."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from dwell.api.json_body import Body, check_object, read_object
from dwell.api.queries import to_utc
from dwell.http.addresses import MAX_URL
from dwell.tracking.keys import MAX_NAME
from dwell.tracking.service import MAX_LOW_BALANCE_USD
from dwell.tracking.webhook_objects import EVENT_TYPES

_MAX_EVENTS = 100
_MAX_SECRET = 512

EventName = Annotated[str, msgspec.Meta(extra_json_schema={"enum": [*EVENT_TYPES]})]
OwnSecret = Annotated[
    str,
    msgspec.Meta(
        max_length=_MAX_SECRET,
        description="`whsec_` and the base64 of 24 to 64 random bytes; left out or null: one is made, and shown once.",
        extra_json_schema={"pattern": "^whsec_[A-Za-z0-9+/]+={0,2}$"},
    ),
]


class WebhookRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A URL to tell of events. Other members are ignored."""

    events: Annotated[list[EventName], msgspec.Meta(min_length=1, max_length=_MAX_EVENTS)]
    url: Annotated[
        str,
        msgspec.Meta(
            min_length=1, max_length=MAX_URL, description="Where to send them: https or http, on the public internet."
        ),
    ]
    secret: OwnSecret | None = None


class RotateRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The secret that replaces the present one."""

    secret: OwnSecret | None = None


class ReplayRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A range of time. Instants without a time zone are UTC.

    Attributes:
        since: From this instant on.
        until: Before this instant; now if it is left out or null.
    """

    since: datetime
    until: datetime | None = None


class NewKeyRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A key to make for the account of the key that is used.

    Attributes:
        scopes: What it may do: no more than the key that is used.
        expires_at: From then on it is refused; null for never.
    """

    name: Annotated[str, msgspec.Meta(max_length=MAX_NAME, description="As you call it.")] = ""
    scopes: Annotated[list[Literal["read", "track", "admin"]], msgspec.Meta(min_length=1, max_length=_MAX_EVENTS)] = (
        msgspec.field(default_factory=lambda: ["read", "track"])
    )
    expires_at: datetime | None = None


class UsageChange(msgspec.Struct, frozen=True, kw_only=True):
    """What an account can change of its usage."""

    low_balance_usd: (
        Annotated[
            float,
            msgspec.Meta(
                ge=0,
                le=MAX_LOW_BALANCE_USD,
                description="`balance.low` is sent when the balance falls below this; null for never.",
            ),
        ]
        | None
    )


def read_webhook(body: bytes) -> WebhookRequest:
    """The webhook that is wanted; InvalidRequestError."""
    return check_object(WebhookRequest, read_object(body))


def read_rotation(body: bytes) -> RotateRequest:
    """The secret that is wanted, also where the body is empty; InvalidRequestError."""
    return check_object(RotateRequest, read_object(body) if body else {})


def read_replay(body: bytes) -> ReplayRequest:
    """The range that is wanted, in UTC; InvalidRequestError."""
    return _in_utc(check_object(ReplayRequest, read_object(body)), "since", "until")


def read_new_key(body: bytes) -> NewKeyRequest:
    """The key that is wanted; InvalidRequestError."""
    return _in_utc(check_object(NewKeyRequest, read_object(body)), "expires_at")


def read_usage_change(body: bytes) -> UsageChange:
    """What is to be changed; InvalidRequestError."""
    return check_object(UsageChange, read_object(body))


def _in_utc(request: Body, *names: str) -> Body:
    given = {name: getattr(request, name) for name in names}
    return msgspec.structs.replace(
        request, **{name: to_utc(name, instant) for name, instant in given.items() if instant is not None}
    )
