"""The tracking service: accounts, keys, balance entries, tracked videos, their slots, snapshots and gaps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """New tables, and two columns."""
    op.add_column("ledger", sa.Column("requests", sa.Integer, nullable=False, server_default=sa.text("1")))
    op.add_column("responses", sa.Column("loaded_in", sa.Text))
    op.create_table(
        "accounts",
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("plan", sa.Text, nullable=False),
        sa.Column("balance_micros", _BIG, server_default=sa.text("0"), nullable=False),
        sa.Column("low_balance_micros", _BIG, nullable=True),
        sa.Column("created_at", _BIG, nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="accounts_pkey"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "api_keys",
        sa.Column("key_id", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("prefix", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("created_at", _BIG, nullable=False),
        sa.Column("expires_at", _BIG, nullable=True),
        sa.Column("revoked_at", _BIG, nullable=True),
        sa.PrimaryKeyConstraint("key_id", name="api_keys_pkey"),
        sa.UniqueConstraint("digest", name="api_keys_digest_key"),
        sqlite_with_rowid=False,
    )
    op.create_index("api_keys_by_account", "api_keys", ["account_id"])
    op.create_table(
        "balance_entries",
        sa.Column("entry_id", _BIG, autoincrement=True, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("amount_micros", _BIG, nullable=False),
        sa.Column("video_id", sa.Text, nullable=True),
        sa.Column("slot", sa.Integer, nullable=True),
        sa.Column("at", _BIG, nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name="balance_entries_pkey"),
        sa.UniqueConstraint("video_id", "slot", name="balance_entries_slot_key"),
        sqlite_with_rowid=True,
    )
    op.create_index("balance_entries_by_account", "balance_entries", ["account_id"])
    op.create_table(
        "due_slots",
        sa.Column("video_id", sa.Text, nullable=False),
        sa.Column("creator_key", sa.Text, nullable=False),
        sa.Column("slot", sa.Integer, nullable=False),
        sa.Column("slot_at", _BIG, nullable=False),
        sa.Column("next_slot_at", _BIG, nullable=False),
        sa.Column("run_at", _BIG, nullable=False),
        sa.Column("token", sa.Text, nullable=True),
        sa.Column("attempts", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("failure", sa.Text, nullable=True),
        sa.Column("gone_state", sa.Text, nullable=True),
        sa.Column("gone_slots", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("video_id", name="due_slots_pkey"),
        sqlite_with_rowid=False,
    )
    op.create_index("due_slots_by_creator", "due_slots", ["creator_key", "run_at"])
    op.create_index("due_slots_by_time", "due_slots", ["run_at"])
    op.create_index(
        "due_slots_held",
        "due_slots",
        ["token"],
        sqlite_where=sa.text("token IS NOT NULL"),
        postgresql_where=sa.text("token IS NOT NULL"),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("idempotency_key", sa.Text, nullable=False),
        sa.Column("request_digest", sa.Text, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("leased_until", _BIG, nullable=False),
        sa.Column("created_at", _BIG, nullable=False),
        sa.Column("video_id", sa.Text, nullable=True),
        sa.Column("response", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("account_id", "idempotency_key", name="idempotency_keys_pkey"),
        sqlite_with_rowid=False,
    )
    op.create_index("idempotency_keys_by_time", "idempotency_keys", ["created_at"])
    op.create_table(
        "request_windows",
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("started_at", _BIG, nullable=False),
        sa.Column("used", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="request_windows_pkey"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tracked_gaps",
        sa.Column("video_id", sa.Text, nullable=False),
        sa.Column("slot", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", _BIG, nullable=False),
        sa.PrimaryKeyConstraint("video_id", "slot", name="tracked_gaps_pkey"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tracked_snapshots",
        sa.Column("video_id", sa.Text, nullable=False),
        sa.Column("slot", sa.Integer, nullable=False),
        sa.Column("snapshot_id", sa.Text, nullable=False),
        sa.Column("snapshot_time", _BIG, nullable=False),
        sa.Column("views", _BIG, nullable=True),
        sa.Column("likes", _BIG, nullable=True),
        sa.Column("comments", _BIG, nullable=True),
        sa.Column("shares", _BIG, nullable=True),
        sa.Column("saves", _BIG, nullable=True),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("price_micros", _BIG, nullable=False),
        sa.PrimaryKeyConstraint("video_id", "slot", name="tracked_snapshots_pkey"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tracked_videos",
        sa.Column("video_id", sa.Text, nullable=False),
        sa.Column("job_id", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("post_id", sa.Text, nullable=False),
        sa.Column("video_link", sa.Text, nullable=False),
        sa.Column("creator_key", sa.Text, nullable=False),
        sa.Column("handle", sa.Text, nullable=True),
        sa.Column("creator_id", sa.Text, nullable=True),
        sa.Column("display_name", sa.Text, nullable=True),
        sa.Column("caption", sa.Text, nullable=True),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=True),
        sa.Column("is_deleted", sa.Integer, nullable=False),
        sa.Column("duration_days", sa.Integer, nullable=False),
        sa.Column("interval_us", _BIG, nullable=False),
        sa.Column("slots", sa.Integer, nullable=False),
        sa.Column("price_micros", _BIG, nullable=False),
        sa.Column("created_at", _BIG, nullable=False),
        sa.Column("aligned_at", _BIG, nullable=False),
        sa.Column("ended_at", _BIG, nullable=True),
        sa.Column("snapshots", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("sequence", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("last_snapshot_at", _BIG, nullable=True),
        sa.Column("version", sa.Integer, server_default=sa.text("1"), nullable=False),
        sa.Column("client_metadata", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("video_id", name="tracked_videos_pkey"),
        sqlite_with_rowid=False,
    )
    op.create_index("tracked_videos_by_account", "tracked_videos", ["account_id", "video_id"])
    op.create_index("tracked_videos_by_post", "tracked_videos", ["post_id", "account_id"])
    op.create_index("tracked_videos_by_status", "tracked_videos", ["account_id", "status", "video_id"])
    op.create_table(
        "tracking_days",
        sa.Column("day", sa.Text, nullable=False),
        sa.Column("credits", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("day", name="tracking_days_pkey"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "webhook_attempts",
        sa.Column("attempt_id", _BIG, autoincrement=True, nullable=False),
        sa.Column("webhook_id", sa.Text, nullable=False),
        sa.Column("event_id", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("at", _BIG, nullable=False),
        sa.Column("duration_us", _BIG, nullable=False),
        sa.Column("status", sa.Integer, nullable=True),
        sa.Column("error", sa.Text, nullable=True),
        sa.Column("next_at", _BIG, nullable=True),
        sa.PrimaryKeyConstraint("attempt_id", name="webhook_attempts_pkey"),
        sqlite_with_rowid=True,
    )
    op.create_index("webhook_attempts_by_webhook", "webhook_attempts", ["webhook_id", "attempt_id"])
    op.create_table(
        "webhook_deliveries",
        sa.Column("webhook_id", sa.Text, nullable=False),
        sa.Column("event_id", sa.Text, nullable=False),
        sa.Column("run_at", _BIG, nullable=True),
        sa.Column("token", sa.Text, nullable=True),
        sa.Column("attempts", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("status", sa.Integer, nullable=True),
        sa.Column("error", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("webhook_id", "event_id", name="webhook_deliveries_pkey"),
        sqlite_with_rowid=False,
    )
    op.create_index("webhook_deliveries_by_time", "webhook_deliveries", ["run_at"])
    op.create_table(
        "webhook_events",
        sa.Column("event_id", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("video_id", sa.Text, nullable=True),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="webhook_events_pkey"),
        sqlite_with_rowid=False,
    )
    op.create_index("webhook_events_by_account", "webhook_events", ["account_id", "event_id"])
    op.create_index("webhook_events_by_video", "webhook_events", ["video_id"])
    op.create_table(
        "webhooks",
        sa.Column("webhook_id", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("events", sa.Text, nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("previous_secret", sa.Text, nullable=True),
        sa.Column("previous_until", _BIG, nullable=True),
        sa.Column("created_at", _BIG, nullable=False),
        sa.Column("disabled_at", _BIG, nullable=True),
        sa.Column("disabled_reason", sa.Text, nullable=True),
        sa.Column("failures", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("failing_since", _BIG, nullable=True),
        sa.Column("held_until", _BIG, nullable=True),
        sa.PrimaryKeyConstraint("webhook_id", name="webhooks_pkey"),
        sqlite_with_rowid=False,
    )
    op.create_index("webhooks_by_account", "webhooks", ["account_id"])
