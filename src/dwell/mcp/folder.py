"""The data folder that the tools of a server ask."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from dwell.mcp.allowance import Allowance
from dwell.workspace import Workspace
from dwell.workspace import open as open_workspace

if TYPE_CHECKING:
    from dwell.tracking.folder import FolderTracking


class Folder:
    """A data folder, opened when it is first asked, so that a server starts before anything was imported.

    Args:
        data: The folder; `DWELL_DATA` or `./dwell-data` by default.
        open_videos: Opens the tracked videos; by default those of the folder.
        allow_credits: The credits that this process may spend; none by default.

    Attributes:
        allowance: What is left of these credits; None where live accounts may not be read.
    """

    def __init__(
        self,
        data: str | os.PathLike[str] | None = None,
        *,
        open_videos: Callable[[], AbstractContextManager[FolderTracking]] | None = None,
        allow_credits: int | None = None,
    ) -> None:
        self._data = data
        self._open_videos = open_videos
        self._opened: dict[bool, Workspace] = {}
        self._lock = threading.Lock()
        self.allowance = None if allow_credits is None else Allowance(allow_credits)

    @property
    def workspace(self) -> Workspace:
        """Answers questions about what is stored.

        Raises:
            NoDataError: There is no data folder yet.
        """
        return self._open(create=False)

    @property
    def live(self) -> Workspace:
        """Reads live accounts; the folder is made if it does not exist."""
        return self._open(create=True)

    def videos(self) -> AbstractContextManager[FolderTracking]:
        """The tracked videos, for a `with` block.

        Raises:
            NoDataError: There is no data folder yet.
        """
        if self._open_videos is not None:
            return self._open_videos()
        from dwell.tracking.folder import open_folder

        return open_folder(self._data)

    def close(self) -> None:
        """Close the state of the folder."""
        with self._lock:
            for workspace in self._opened.values():
                if "live" in workspace.__dict__:
                    workspace.live.close()
            self._opened.clear()

    def _open(self, *, create: bool) -> Workspace:
        with self._lock:
            if create not in self._opened:
                self._opened[create] = open_workspace(self._data, create=create)
            return self._opened[create]
