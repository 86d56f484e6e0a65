"""What pollers of this process did, for their log and for monitoring."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from dwell.state.slot_results import Settled


@dataclass(slots=True)
class PollStats:
    """What a poller did.

    Attributes:
        claimed: Slots claimed.
        snapshots: Snapshots stored.
        gaps: Reason -> gaps stored.
        retries: Slots that will be tried again.
        lost: Slots that somebody else had taken over.
        charged_micros: Micro-dollars charged.
    """

    claimed: int = 0
    snapshots: int = 0
    gaps: dict[str, int] = field(default_factory=dict)
    retries: int = 0
    lost: int = 0
    charged_micros: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def add_claimed(self, number: int) -> None:
        """Count slots that were claimed."""
        with self._lock:
            self.claimed += number

    def add(self, settled: Settled) -> None:
        """Add what one transaction changed."""
        with self._lock:
            self._add(settled)

    def _add(self, settled: Settled) -> None:
        self.snapshots += settled.snapshots
        for reason, number in settled.gaps.items():
            self.gaps[reason] = self.gaps.get(reason, 0) + number
        self.retries += settled.retries
        self.lost += settled.lost
        self.charged_micros += settled.charged_micros
