"""Bytes that must be on the disk before a commit says that they are."""

from __future__ import annotations

import os
from pathlib import Path


def flush(*paths: Path) -> None:
    """Forces files, and the names in folders, onto the disk.

    Neither DuckDB nor delta-rs does: without this, a power cut could take the rows of a batch that the journal, which
    is flushed, reports as stored.
    """
    for path in paths:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
