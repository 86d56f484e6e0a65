"""The progress of a job."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of a job.

    Attributes:
        requests: Requests sent.
        planned: Likely total number of requests.
        credits: Credits spent by the job, including its earlier processes.
        targets_done: Targets done, of `targets`.
        per_minute: Requests per minute so far.
        seconds_left: Remaining time at the allowed rate.
        paused_until: Until when the work waits for the provider; None if it does not.
    """

    requests: int
    planned: int
    credits: int
    targets_done: int
    targets: int
    per_minute: float
    seconds_left: float
    paused_until: datetime | None = None


OnProgress = Callable[[Progress], None]
