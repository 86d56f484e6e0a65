"""The checksum of each kept response; rows that are there get theirs later, so that no body is read now."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """A column."""
    op.add_column("responses", sa.Column("checksum", _BIG))
