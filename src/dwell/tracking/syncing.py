"""The syncs of `dwell serve`: connected accounts are read when their schedules are due."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from dwell import clock, logs
from dwell.errors import StoppedError
from dwell.sync.events import report_connections

if TYPE_CHECKING:
    from datetime import datetime

    from dwell.workspace.workspace import Workspace

_POLL_S = 30.0
_REPORT_EVERY_S = 3_600.0

log = logs.get_logger(__name__)


def sync_when_due(workspace: Workspace, stop: threading.Event) -> None:
    """Runs the syncs that are due, and tells webhooks of connections that end, until the event is set."""
    reported: datetime | None = None
    while not stop.is_set():
        try:
            workspace.live.run_due(stop=stop, only_syncs=True)
            now = clock.now()
            if reported is None or (now - reported).total_seconds() >= _REPORT_EVERY_S:
                report_connections(workspace.settings, workspace.live.database)
                reported = now
        except StoppedError:
            return
        except Exception:  # a service that runs for months outlives any error
            log.exception("%(thread)s failed; it tries again", {"thread": "dwell-syncs"})
        stop.wait(_POLL_S)
