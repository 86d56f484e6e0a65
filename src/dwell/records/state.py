"""What became of an account or a post, with dates: there, private, gone, renamed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dwell.records.column import column

STATES = ("ok", "empty", "private", "deleted", "banned", "renamed", "region_blocked", "not_found")
"""`not_found` where the provider does not say why; `empty` is an account without posts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatorState:
    """What an account was found to be. A row is written when the state differs from the one before."""

    handle: str = column("The account")
    observed_at: datetime = column("When it was found so, UTC")
    state: str | None = column(
        "`ok`, `empty`, `private`, `deleted`, `banned`, `renamed`, `region_blocked`, `not_found`", default=None
    )
    creator_id: str | None = column("Platform id of the account, as text", default=None)
    new_handle: str | None = column("Of a renamed account: what it is called now", default=None)
    detail: str | None = column("What the provider said, in its words", default=None)
    source: str = column("Format or provider")


@dataclass(frozen=True, slots=True, kw_only=True)
class PostState:
    """What a post was found to be. A row is written when the state differs from the one before."""

    post_id: str = column("The post")
    observed_at: datetime = column("When it was found so, UTC")
    state: str | None = column(
        "`ok`, `missing` from a complete listing, `deleted`, `private`, `region_blocked`, `not_found`", default=None
    )
    handle: str | None = column("The account it stood under", default=None)
    detail: str | None = column("What the provider said, in its words", default=None)
    source: str = column("Format or provider")
