"""Appending: typed records become rows of the journal, a batch in one transaction, without an engine.

`load` takes files, whose text it reads, types and checks in bulk; an append takes `records` that a program made (the
responses of a sweep, a tracked video's counters). It refuses exactly what `load` refuses, and gives the same rows. The
rows that its own rows are merged with are found by key in SQLite (`warehouse.current_rows`).
"""

from dwell.warehouse.append.appender import Appender, SealedRowsError

__all__ = ["Appender", "SealedRowsError"]
