"""The state of an account or a post, with dates: available, private, gone, renamed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from dwell.records.column import Meaning

STATES = ("ok", "empty", "private", "deleted", "banned", "renamed", "region_blocked", "not_found")
"""`not_found` where the provider gives no reason; `empty` is an account without posts."""


class CreatorState(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The state of an account. A row is written when the state differs from the one before."""

    handle: Annotated[str, Meaning("The account")]
    observed_at: Annotated[datetime, Meaning("When the state was observed, UTC")]
    state: Annotated[
        str | None, Meaning("`ok`, `empty`, `private`, `deleted`, `banned`, `renamed`, `region_blocked`, `not_found`")
    ] = None
    creator_id: Annotated[str | None, Meaning("Platform id of the account, as text")] = None
    new_handle: Annotated[str | None, Meaning("Of a renamed account: its new name")] = None
    detail: Annotated[str | None, Meaning("The provider's message")] = None
    source: Annotated[str, Meaning("Format or provider")]


class PostState(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The state of a post. A row is written when the state differs from the one before."""

    post_id: Annotated[str, Meaning("The post")]
    observed_at: Annotated[datetime, Meaning("When the state was observed, UTC")]
    state: Annotated[
        str | None,
        Meaning("`ok`, `missing` from a complete listing, `deleted`, `private`, `region_blocked`, `not_found`"),
    ] = None
    handle: Annotated[str | None, Meaning("The account that it belonged to")] = None
    detail: Annotated[str | None, Meaning("The provider's message")] = None
    source: Annotated[str, Meaning("Format or provider")]
