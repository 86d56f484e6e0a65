"""Running the migrations with Alembic, on the connection and inside the transaction of the caller."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

if TYPE_CHECKING:
    from sqlalchemy import Connection


def upgrade(connection: Connection, number: int) -> None:
    """Brings a database from a layout to the newest one.

    Args:
        connection: Its open transaction.
        number: The layout that it has; a database of layout 1 was made without Alembic.
    """
    if MigrationContext.configure(connection).get_current_revision() is None:
        command.stamp(_config(connection), f"{number:04d}")
    command.upgrade(_config(connection), "head")


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config
