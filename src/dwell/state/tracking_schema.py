"""The tables of the tracking service: accounts with their keys and money, tracked videos, and their hourly slots.

A slot of a video ends as exactly one row: a snapshot or a gap. `due_slots` has the one slot of each video that is next.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Text, UniqueConstraint

from dwell.state.columns import big, instant, metadata, number, table, words
from dwell.state.types import Big, Flag, Instant, JsonText, Words

__all__ = ["metadata"]

accounts = table(
    "accounts",
    words("account_id"),
    words("name"),
    words("plan"),
    big("balance_micros", 0),
    Column("low_balance_micros", Big),
    instant("created_at"),
    key=("account_id",),
)
"""Who uses the API: balance, plan and videos are the account's, so that its keys can be replaced."""

api_keys = table(
    "api_keys",
    words("key_id"),
    words("account_id"),
    words("prefix"),
    words("digest"),
    words("name"),
    words("scopes"),
    instant("created_at"),
    Column("expires_at", Instant),
    Column("revoked_at", Instant),
    UniqueConstraint("digest", name="api_keys_digest_key"),
    key=("key_id",),
)
"""A key as its SHA-256 digest, with the first characters to recognise it by."""
Index("api_keys_by_account", api_keys.c.account_id)

balance_entries = table(
    "balance_entries",
    Column("entry_id", Big, nullable=False, autoincrement=True),
    words("account_id"),
    words("kind"),
    Column("amount_micros", Big, nullable=False),
    Column("video_id", Words),
    Column("slot", Integer),
    instant("at"),
    UniqueConstraint("video_id", "slot", name="balance_entries_slot_key"),
    key=("entry_id",),
    rowid=True,
)
"""Every top-up and every charge, never changed: their sum is the balance, and a slot is charged once."""
Index("balance_entries_by_account", balance_entries.c.account_id)

tracked_videos = table(
    "tracked_videos",
    words("video_id"),
    words("job_id"),
    words("account_id"),
    words("platform"),
    words("post_id"),
    words("video_link"),
    words("creator_key"),
    Column("handle", Words),
    Column("creator_id", Words),
    Column("display_name", Words),
    Column("caption", Words),
    words("provider"),
    words("status"),
    Column("reason", Words),
    Column("is_deleted", Flag, nullable=False),
    number("duration_days"),
    big("interval_us"),
    number("slots"),
    big("price_micros"),
    instant("created_at"),
    instant("aligned_at"),
    Column("ended_at", Instant),
    number("snapshots", 0),
    number("sequence", 0),
    Column("last_snapshot_at", Instant),
    number("version", 1),
    Column("client_metadata", JsonText),
    key=("video_id",),
)
"""A job: a video, tracked for days. Slot 0 is due at `created_at`, slot 1 at `aligned_at`, then one an interval."""
Index("tracked_videos_by_account", tracked_videos.c.account_id, tracked_videos.c.video_id)
Index("tracked_videos_by_status", tracked_videos.c.account_id, tracked_videos.c.status, tracked_videos.c.video_id)
Index("tracked_videos_by_post", tracked_videos.c.post_id, tracked_videos.c.account_id)

due_slots = table(
    "due_slots",
    words("video_id"),
    words("creator_key"),
    number("slot"),
    instant("slot_at"),
    instant("next_slot_at"),
    instant("run_at"),
    Column("token", Text),
    number("attempts", 0),
    Column("failure", Words),
    Column("gone_state", Words),
    number("gone_slots", 0),
    key=("video_id",),
)
"""The next slot of each tracked video. `run_at` is when to try it; while a worker holds it, when its lease ends."""
Index("due_slots_by_time", due_slots.c.run_at)
Index("due_slots_by_creator", due_slots.c.creator_key, due_slots.c.run_at)
Index("due_slots_held", due_slots.c.token, sqlite_where=due_slots.c.token.is_not(None))

tracked_snapshots = table(
    "tracked_snapshots",
    words("video_id"),
    number("slot"),
    words("snapshot_id"),
    instant("snapshot_time"),
    *(Column(name, Big) for name in ("views", "likes", "comments", "shares", "saves")),
    words("provider"),
    big("price_micros"),
    Column("units", JsonText),
    key=("video_id", "slot"),
)
"""A slot that was met: the counters as they were, null where the provider does not offer one, and the units of those
that it rounded."""

tracked_gaps = table(
    "tracked_gaps",
    words("video_id"),
    number("slot"),
    words("reason"),
    instant("at"),
    key=("video_id", "slot"),
)
"""A slot that was not met, and why."""

idempotency_keys = table(
    "idempotency_keys",
    words("account_id"),
    words("idempotency_key"),
    words("request_digest"),
    words("holder"),
    instant("leased_until"),
    instant("created_at"),
    Column("video_id", Words),
    Column("response", JsonText),
    key=("account_id", "idempotency_key"),
)
"""A request that must not be done twice: running while `response` is null, then what it was answered."""
Index("idempotency_keys_by_time", idempotency_keys.c.created_at)

request_windows = table(
    "request_windows",
    words("account_id"),
    big("started_at"),
    number("used"),
    key=("account_id",),
)
"""How many requests of an account were permitted in its current minute; processes take them in groups."""

tracking_days = table("tracking_days", words("day"), number("credits"), key=("day",))
"""Credits that polls have spent or reserved on a day (UTC)."""
