"""Opening the tracking service of a data folder, with the work that goes on beside it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial

from dwell.settings import Settings
from dwell.state import StateDatabase, open_database
from dwell.state.connections import StoredConnection
from dwell.tracking.service import TrackingService
from dwell.warehouse.store import Store
from dwell.workspace import Workspace
from dwell.workspace import open as open_workspace


@dataclass(frozen=True, slots=True)
class Tracking:
    """The tracking service of a data folder.

    Attributes:
        settings: The user's settings.
        store: The data folder that snapshots are brought into; None where another process does that.
        database: Its state.
        service: The service.
        workspace: The data folder, whose connected accounts are synced; None where another process does that.
    """

    settings: Settings
    store: Store | None
    database: StateDatabase
    service: TrackingService
    workspace: Workspace | None = None

    def complete_connection(self, query: Mapping[str, str]) -> tuple[int, bytes]:
        """Connects the account whose owner comes back from TikTok's consent page.

        Args:
            query: The values in the address.

        Returns:
            HTTP status and page.
        """
        from dwell.connections.consent import complete_query
        from dwell.connections.result_page import complete_page
        from dwell.sync.schedule import schedule_daily

        def complete() -> StoredConnection:
            made = complete_query(self.settings, self.database, query)
            schedule_daily(self.database)
            return made

        return complete_page(complete)

    @contextmanager
    def working(self) -> Iterator[None]:
        """Polls and sends webhooks until the block ends.

        Raises:
            SettingsError: No key of a provider is set, or the provider does not offer single posts.
        """
        from dwell.tracking.syncing import sync_when_due
        from dwell.tracking.webhook_sender import WebhookSender
        from dwell.tracking.webhooks import read_allowed
        from dwell.tracking.worker import Worker

        with closing(WebhookSender(self.database, read_allowed())) as sender:
            others: dict[str, Callable[[threading.Event], None]] = {"webhooks": sender.run}
            if self.workspace is not None:
                others["syncs"] = partial(sync_when_due, self.workspace)
            with Worker(self.settings, self.database, self.service, self.store, others):
                yield


@contextmanager
def open_tracking(
    data: str | os.PathLike[str] | None = None, *, create: bool = True, with_tables: bool = True
) -> Iterator[Tracking]:
    """Opens the tracking service of a data folder until the block ends.

    Args:
        data: The folder; `DWELL_DATA` or `./dwell-data` by default.
        create: Create the folder if it does not exist.
        with_tables: Snapshots are also brought into its tables. Without them, and with the state on a server, no
            folder is needed or made: the database may be that of a folder on another machine.

    Raises:
        NoDataError: The data folder does not exist.
        SettingsError: A setting is malformed.
        StorageError: The folder or its state cannot be used.
    """
    settings, store, workspace = Settings.read(data), None, None
    if with_tables or settings.database is None:
        workspace = open_workspace(data, create=create)
        settings, store = workspace.settings, workspace.store if with_tables else None
        database = workspace.live.database
    else:
        database = open_database(settings.data, settings.database)
    with closing(database), closing(TrackingService(settings, database)) as service:
        yield Tracking(settings, store, database, service, workspace if with_tables else None)
