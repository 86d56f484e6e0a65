"""What a sync does, as plain data: two equal specs are the same job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

COMMAND = "sync"


@dataclass(frozen=True, slots=True)
class SyncSpec:
    """One job.

    Attributes:
        accounts: The open_ids of the accounts.
        streams: What is read of each.
        since: The first day, where the user named one.
        full: Read from the beginning.
        benchmark: The business category.
    """

    accounts: tuple[str, ...]
    streams: tuple[str, ...]
    since: date | None = None
    full: bool = False
    benchmark: str | None = None

    def to_json(self) -> dict[str, Any]:
        """A JSON-compatible dict."""
        return {**asdict(self), "since": self.since.isoformat() if self.since else None, "command": COMMAND}

    @classmethod
    def from_json(cls, spec: Mapping[str, Any]) -> SyncSpec:
        """The spec of a stored job."""
        return cls(
            accounts=tuple(spec["accounts"]),
            streams=tuple(spec["streams"]),
            since=date.fromisoformat(spec["since"]) if spec["since"] else None,
            full=spec["full"],
            benchmark=spec["benchmark"],
        )
