"""Connected accounts with their tokens, and the consents that were asked for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Two tables."""
    op.create_table(
        "connections",
        sa.Column("connection_id", sa.Text, nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("open_id", sa.Text, nullable=False),
        sa.Column("app_id", sa.Text, nullable=False),
        sa.Column("base_url", sa.Text, nullable=False),
        sa.Column("username", sa.Text),
        sa.Column("display_name", sa.Text),
        sa.Column("account_type", sa.Text),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("requirements", sa.Text),
        sa.Column("version", sa.Integer, nullable=False, server_default=sa.text("1")),
        sa.Column("key_id", sa.Text),
        sa.Column("access_token", sa.LargeBinary),
        sa.Column("refresh_token", sa.LargeBinary),
        sa.Column("access_expires_at", _BIG, nullable=False),
        sa.Column("access_life_s", sa.Integer, nullable=False),
        sa.Column("refresh_expires_at", _BIG, nullable=False),
        sa.Column("connected_at", _BIG, nullable=False),
        sa.Column("refreshed_at", _BIG),
        sa.Column("disconnected_at", _BIG),
        sa.Column("refresh_sent_at", _BIG),
        sa.Column("response", sa.LargeBinary),
        sa.Column("refresh_refused", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("problem", sa.Text),
        sa.Column("problem_at", _BIG),
        sa.PrimaryKeyConstraint("connection_id", name="connections_pkey"),
        sa.UniqueConstraint("provider", "open_id", name="connections_account_key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "consent_requests",
        sa.Column("state_digest", sa.Text, nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("redirect", sa.Text, nullable=False),
        sa.Column("app_id", sa.Text, nullable=False),
        sa.Column("base_url", sa.Text, nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("created_at", _BIG, nullable=False),
        sa.Column("expires_at", _BIG, nullable=False),
        sa.Column("connection_id", sa.Text),
        sa.PrimaryKeyConstraint("state_digest", name="consent_requests_pkey"),
        sqlite_with_rowid=False,
    )
