"""Reading connected accounts in Python: `ws.syncs.run()`, `ws.syncs.plan()`, `ws.syncs.list_all()`."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from dwell.live import scheduler
from dwell.live.progress import OnProgress
from dwell.results import Result
from dwell.state import connections, schedules
from dwell.state.schedules import Schedule
from dwell.sync import history
from dwell.sync.plan import make_plan, plan_result
from dwell.sync.request import SyncRequest
from dwell.sync.run import find_resumable, make_spec, run
from dwell.sync.schedule import AT, NAME

if TYPE_CHECKING:
    from dwell.state import StateDatabase
    from dwell.workspace.workspace import Workspace

__all__ = ["SyncRequest", "Syncs"]


class Syncs:
    """Syncs of connected accounts.

    Args:
        workspace: The data folder.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    @property
    def _database(self) -> StateDatabase:
        return self._workspace.live.database

    def plan(self, request: SyncRequest | None = None) -> Result:
        """Plan a sync: one row per account and stream, with the requests that are expected; sends none.

        Raises:
            NoDataError: No account is connected, or not that one; or there is no such table.
        """
        spec = make_spec(self._workspace.settings, self._database, request or SyncRequest())
        chosen = [row for row in connections.list_all(self._database) if row.open_id in spec.accounts]
        resumable = find_resumable(self._database, spec)
        return plan_result(make_plan(self._database, spec, chosen), resumable.started_at if resumable else None)

    def run(
        self,
        request: SyncRequest | None = None,
        *,
        on_progress: OnProgress | None = None,
        stop: threading.Event | None = None,
    ) -> Result:
        """Read connected accounts and store what was read: one row per account and table, the totals in `meta`.

        Raises:
            NoDataError: No account is connected, or not that one; or there is no such table.
            StorageError: Another process syncs one of the accounts.
            StoppedError: `stop` was set; the same request resumes the sync.
        """
        spec = make_spec(self._workspace.settings, self._database, request or SyncRequest())
        return run(self._workspace.store, self._database, spec, on_progress=on_progress, stop=stop)

    def list_all(self, last: int | None = None) -> Result:
        """The syncs so far, newest first: one row per sync, account and table; only the last ones if so asked."""
        return history.list_syncs(self._database, last)

    def schedule(self, request: SyncRequest | None = None, *, every: str = "day", at: str = AT, tz: str = "UTC") -> str:
        """Let `dwell run` and `dwell serve` sync; a schedule of the same accounts is replaced. Returns its name."""
        request = request or SyncRequest()
        times = scheduler.parse_schedule(every, at, tz)
        accounts = "-".join(name.strip().removeprefix("@").lower() for name in sorted(request.accounts))
        name = f"{NAME}-{accounts}" if accounts else NAME
        schedules.save(self._database, Schedule(name, *times, request.to_spec(), self._database.now()))
        return name
