"""What a user can set, read once: an option beats the environment, which beats the default."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

DEFAULT_DATA = Path("dwell-data")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the data lives and how much of the machine a query may use.

    Attributes:
        data: The data folder (`--data`, `DWELL_DATA`).
        memory: DuckDB's memory limit (`DWELL_MEMORY`), e.g. `300MB`; it spills to disk above it.
        threads: Threads of one query (`DWELL_THREADS`); all cores when not set.
    """

    data: Path = DEFAULT_DATA
    memory: str | None = None
    threads: int | None = None

    @classmethod
    def read(cls, data: str | os.PathLike[str] | None = None) -> Settings:
        """The settings of this process; `data` is what the user named on the command line or in `dwell.open`."""
        environment = os.environ
        threads = environment.get("DWELL_THREADS")
        return cls(
            data=Path(data or environment.get("DWELL_DATA") or DEFAULT_DATA),
            memory=environment.get("DWELL_MEMORY") or None,
            threads=int(threads) if threads else None,
        )
