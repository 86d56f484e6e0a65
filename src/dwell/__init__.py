"""dwell: how long TikTok videos hold their viewers, measured on your own accounts, estimated honestly on others."""

from __future__ import annotations

import os

if os.name != "posix":
    raise ImportError("dwell runs on Linux, macOS and other POSIX systems: on Windows, install and run it inside WSL.")

__version__ = "0.1.0"
__all__ = ["AsyncClient", "Client", "Workspace", "__version__", "backup", "check", "doctor", "open", "restore"]

TYPE_CHECKING = False  # the module typing takes longer than all before the handlers of `dwell.__main__`
if TYPE_CHECKING:
    from typing import Any

    from dwell.client import AsyncClient, Client
    from dwell.workspace import Workspace, backup, check, doctor, open, restore  # noqa: A004 - `dwell.open` reads as it should


def __getattr__(name: str) -> Any:
    """Load the workspace or a client on first use: `import dwell` alone stays instant."""
    if name in {"Workspace", "backup", "check", "doctor", "open", "restore"}:
        from dwell import workspace

        return getattr(workspace, name)
    if name in {"AsyncClient", "Client"}:
        from dwell import client

        return getattr(client, name)
    raise AttributeError(f"module 'dwell' has no attribute {name!r}")


def __dir__() -> list[str]:
    """What a user may take from here, for completion in prompts and notebooks."""
    return [*__all__, "__doc__", "__file__", "__name__", "__path__"]
