"""The state of an account or a post, with dates: available, private, gone, renamed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dwell.records.column import column

STATES = ("ok", "empty", "private", "deleted", "banned", "renamed", "region_blocked", "not_found")
"""`not_found` where the provider gives no reason; `empty` is an account without posts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatorState:
    """The state of an account. A row is written when the state differs from the one before."""

    handle: str = column("The account")
    observed_at: datetime = column("When the state was observed, UTC")
    state: str | None = column(
        "`ok`, `empty`, `private`, `deleted`, `banned`, `renamed`, `region_blocked`, `not_found`", default=None
    )
    creator_id: str | None = column("Platform id of the account, as text", default=None)
    new_handle: str | None = column("Of a renamed account: its new name", default=None)
    detail: str | None = column("The provider's message", default=None)
    source: str = column("Format or provider")


@dataclass(frozen=True, slots=True, kw_only=True)
class PostState:
    """The state of a post. A row is written when the state differs from the one before."""

    post_id: str = column("The post")
    observed_at: datetime = column("When the state was observed, UTC")
    state: str | None = column(
        "`ok`, `missing` from a complete listing, `deleted`, `private`, `region_blocked`, `not_found`", default=None
    )
    handle: str | None = column("The account that it belonged to", default=None)
    detail: str | None = column("The provider's message", default=None)
    source: str = column("Format or provider")
