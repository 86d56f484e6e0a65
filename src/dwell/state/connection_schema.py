"""The tables of connected accounts: their tokens, encrypted, the consents, and how far their streams were read."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, UniqueConstraint, text

from dwell.state.columns import instant, metadata, number, table, words
from dwell.state.types import Flag, Instant, JsonText, Words

__all__ = ["metadata"]

connections = table(
    "connections",
    words("connection_id"),
    words("provider"),
    words("open_id"),
    words("app_id"),
    words("base_url"),
    Column("username", Words),
    Column("display_name", Words),
    Column("account_type", Words),
    Column("scopes", JsonText, nullable=False),
    Column("requirements", JsonText),
    number("version", 1),
    Column("key_id", Words),
    Column("access_token", LargeBinary),
    Column("refresh_token", LargeBinary),
    instant("access_expires_at"),
    number("access_life_s"),
    instant("refresh_expires_at"),
    instant("connected_at"),
    Column("refreshed_at", Instant),
    Column("disconnected_at", Instant),
    Column("refresh_sent_at", Instant),
    Column("response", LargeBinary),
    Column("refresh_refused", Flag, nullable=False, server_default=text("0")),
    Column("problem", Words),
    Column("problem_at", Instant),
    UniqueConstraint("provider", "open_id", name="connections_account_key"),
    key=("connection_id",),
)
"""An account whose owner consented: one row, also after it was disconnected and connected again.

Tokens and `response` are encrypted with the key `key_id`; `version` goes up whenever the tokens change. `response` is
the answer to the refresh that was sent at `refresh_sent_at`, stored before it is read. `refresh_refused`: the refresh
token is worth nothing any more.
"""

consent_requests = table(
    "consent_requests",
    words("state_digest"),
    words("provider"),
    words("redirect"),
    words("app_id"),
    words("base_url"),
    Column("scopes", JsonText, nullable=False),
    instant("created_at"),
    instant("expires_at"),
    Column("connection_id", Words),
    key=("state_digest",),
)
"""A consent that an account's owner is asked for, by the SHA-256 of its `state`; `connection_id` once there is one."""

stream_states = table(
    "stream_states",
    words("provider"),
    words("account"),
    words("stream"),
    words("partition"),
    words("cursor"),
    instant("updated_at"),
    key=("provider", "account", "stream", "partition"),
)
"""How far a stream of an account was read. A stream that is read video by video has a row for each, its `partition`."""

rate_windows = table("rate_windows", words("name"), Column("sent", JsonText, nullable=False), key=("name",))
"""When the last requests of a key went out, microseconds since 1970, where so many a minute are allowed."""
