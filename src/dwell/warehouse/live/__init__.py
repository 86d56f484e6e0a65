"""The state of live work in one SQLite file, `live.db`: pace, ledger, answers, sweeps, watchlists, schedules.

It stands beside the journal and not in it: the journal can be rebuilt from the lake and is checked page by page at each
write, while this file grows by every answer kept and is the only witness of what was paid.
"""

from dwell.warehouse.live.database import StateDatabase

__all__ = ["StateDatabase"]
