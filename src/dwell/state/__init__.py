"""Operational state: rate limits, the ledger, kept responses, sweeps, watchlists, schedules.

One database, SQLite in the data folder or PostgreSQL; a module a concern, in SQLAlchemy Core. Nothing else in dwell
writes SQL for it.
"""

from dwell.state.database import StateDatabase
from dwell.state.opening import open_database

__all__ = ["StateDatabase", "open_database"]
