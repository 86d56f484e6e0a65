"""What a running service counts, for a monitoring system to read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from dwell.state import StateDatabase, accounts, due_slots, webhook_deliveries
from dwell.tracking.poll_stats import PollStats
from dwell.tracking.post_reader import PostReader

_LATE_S = 300.0
Samples = Mapping[tuple[tuple[str, str], ...], float]
"""The value for each set of labels, each set as (name, value) pairs; no pairs for a plain number."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A number under a name.

    Attributes:
        name: Such as `dwell_due_slots`; a counter's name ends in `_total`.
        kind: A counter only rises; a gauge is the state of a moment.
        help: One line that says what it counts.
        samples: The value for each set of labels, each set as (name, value) pairs; no pairs for a plain number.
    """

    name: str
    kind: Literal["counter", "gauge"]
    help: str
    samples: Samples


def list_metrics(database: StateDatabase, reader: PostReader, stats: PollStats) -> list[Metric]:
    """What the state database shows now, and what this process has counted since it began."""
    now = database.now()
    due, late, tracked = due_slots.count_due(database, now, _LATE_S)
    waiting, oldest = webhook_deliveries.count_waiting(database, now)
    lag = 0.0 if oldest is None else (now - oldest).total_seconds()
    return [
        _gauge("dwell_tracked_videos", "Videos that are tracked now.", tracked),
        _gauge("dwell_due_slots", "Slots that are due and not held by a worker.", due),
        _gauge("dwell_late_slots", f"Of them those that are late by more than {_LATE_S:g} s.", late),
        _counter("dwell_snapshots_total", "Snapshots stored by this process.", {(): stats.snapshots}),
        _counter(
            "dwell_missed_slots_total", "Slots that this process found missed.", {(): stats.gaps.get("missed", 0)}
        ),
        _counter("dwell_gaps_total", "Slots without a snapshot, by reason.", _labelled("reason", stats.gaps)),
        _counter("dwell_provider_responses_total", "Requests by how they ended.", _labelled("state", reader.results)),
        _counter("dwell_charged_micros_total", "Micro-dollars charged by this process.", {(): stats.charged_micros}),
        _gauge("dwell_balance_micros", "Micro-dollars of all accounts together.", accounts.sum_balances(database)),
        _gauge("dwell_webhook_deliveries_due", "Deliveries of webhooks that are due.", waiting),
        _gauge("dwell_webhook_lag_seconds", "How long the oldest of them has been due.", lag),
    ]


def _gauge(name: str, help_text: str, value: float) -> Metric:
    return Metric(name, "gauge", help_text, {(): value})


def _counter(name: str, help_text: str, samples: Samples) -> Metric:
    return Metric(name, "counter", help_text, samples)


def _labelled(label: str, numbers: Mapping[str, int]) -> Samples:
    return {((label, name),): number for name, number in sorted(dict(numbers).items())}
