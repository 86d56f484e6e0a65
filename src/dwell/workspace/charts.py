"""The charts of a workspace: each runs the same queries as the tables and passes the results to `dwell.charts`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from dwell.results import Result

if TYPE_CHECKING:
    import altair

    from dwell.workspace.snapshot import Snapshot


class Charts:
    """`ws.charts.X(...)` takes the arguments of `ws.X(...)` and returns an Altair chart.

    A chart loads the rows that it draws: of many posts, an even sample.

    Args:
        snapshot: Opens the instant whose data a chart shows.
    """

    def __init__(self, snapshot: Callable[[], AbstractContextManager[Snapshot]]) -> None:
        self._snapshot = snapshot

    def benchmarks(self, *, creator: str | None = None, **options: Any) -> altair.TopLevelMixin:
        """The engagement rate of posts in their duration bucket, with median and 90th percentile of all posts."""
        from dwell import charts

        with self._snapshot() as snapshot:
            benchmarks = snapshot.benchmarks(creator=creator, **options)
            return charts.benchmarks(snapshot.dots(creator=creator, **options), benchmarks)

    def tiers(self, *, creator: str, **options: Any) -> altair.TopLevelMixin:
        """What the best quarter of the posts has in common that the weakest lacks, with intervals."""
        from dwell import charts

        with self._snapshot() as snapshot:
            return charts.tiers(snapshot.tiers(creator=creator, **options))

    def posting_times(self, *, creator: str, **options: Any) -> altair.TopLevelMixin:
        """Median engagement rate by weekday and hour, with the number of posts."""
        from dwell import charts

        with self._snapshot() as snapshot:
            return charts.posting_times(snapshot.posting_times(creator=creator, **options))

    def trend(self, *, creator: str, **options: Any) -> altair.TopLevelMixin:
        """Median rates and number of posts per period."""
        from dwell import charts

        with self._snapshot() as snapshot:
            return charts.trend(snapshot.trend(creator=creator, **options))

    def audit(self, *, creator: str, platform: str | None = None) -> altair.TopLevelMixin:
        """Rank correlation of each public ratio with the measured watch time."""
        from dwell import charts

        with self._snapshot() as snapshot:
            return charts.audit(snapshot.audit(creator=creator, platform=platform))

    def skill(self, report: Mapping[str, Any]) -> altair.TopLevelMixin:
        """The skill of a fitted model next to the baselines."""
        from dwell import charts

        return charts.skill(report)

    def coverage(self, report: Mapping[str, Any]) -> altair.TopLevelMixin:
        """How often the intervals of a fitted model held, per duration bucket."""
        from dwell import charts
        from dwell.models.coverage_shares import coverage_shares

        return charts.coverage(report, coverage_shares(report))

    def scores(self, scores: Result) -> altair.TopLevelMixin:
        """Ranked posts with their percentile intervals."""
        from dwell import charts

        return charts.scores(scores, scores)

    def growth(self, *, creator: str) -> altair.TopLevelMixin:
        """Views per hour between the newest two snapshots of a post."""
        from dwell import charts

        with self._snapshot() as snapshot:
            rows = snapshot.growth_ranking(creator=creator)
        return charts.growth(rows, rows, observed_twice=rows.meta["observed_twice"])

    def watch_time(self, *, creator: str, target: str = "watch_ratio") -> altair.TopLevelMixin:
        """The measured watch metric of posts by duration bucket, with median and 90th percentile of all of them."""
        from dwell import charts

        with self._snapshot() as snapshot:
            dots = snapshot.dots(creator=creator, rate=target)
        return charts.watch_time(dots, dots.meta["lengths"], target=target)

    def vetting(self, findings: Result) -> altair.TopLevelMixin:
        """Each rate of a vetting next to its norm."""
        from dwell import charts

        return charts.vetting(findings)

    def topic_days(self, topic: Result) -> altair.TopLevelMixin:
        """New posts of a topic per day, with its stage."""
        from dwell import charts

        return charts.topic_days(topic.meta["days"], lifecycle=topic.meta["lifecycle"])
