"""The charts of a workspace: each runs the same queries as the tables and passes the results to `dwell.charts`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dwell.results import Result

if TYPE_CHECKING:
    import altair

    from dwell.workspace.workspace import Workspace


class Charts:
    """`ws.charts.X(...)` takes the arguments of `ws.X(...)` and returns an Altair chart.

    Args:
        workspace: Runs the queries.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def benchmarks(self, *, creator: str | None = None, **options: Any) -> altair.TopLevelMixin:
        """Every post's engagement rate in its duration bucket, with median and 90th percentile."""
        from dwell import charts

        workspace = self._workspace
        return charts.benchmarks(
            workspace.posts(creator=creator, **options), workspace.benchmarks(creator=creator, **options)
        )

    def tiers(self, *, creator: str, **options: Any) -> altair.TopLevelMixin:
        """What the best quarter of the posts has in common that the weakest lacks, with intervals."""
        from dwell import charts

        return charts.tiers(self._workspace.tiers(creator=creator, **options))

    def posting_times(self, *, creator: str, **options: Any) -> altair.TopLevelMixin:
        """Median engagement rate by weekday and hour, with the number of posts."""
        from dwell import charts

        return charts.posting_times(self._workspace.posting_times(creator=creator, **options))

    def trend(self, *, creator: str, **options: Any) -> altair.TopLevelMixin:
        """Median rates and number of posts per period."""
        from dwell import charts

        return charts.trend(self._workspace.trend(creator=creator, **options))

    def audit(self, *, creator: str) -> altair.TopLevelMixin:
        """Rank correlation of each public ratio with the measured watch time."""
        from dwell import charts

        return charts.audit(self._workspace.audit(creator=creator))

    def skill(self, report: Mapping[str, Any]) -> altair.TopLevelMixin:
        """The skill of a fitted model next to the baselines."""
        from dwell import charts

        return charts.skill(report)

    def coverage(self, report: Mapping[str, Any]) -> altair.TopLevelMixin:
        """How often the intervals of a fitted model held, per duration bucket."""
        from dwell import charts

        return charts.coverage(report)

    def scores(self, scores: Result) -> altair.TopLevelMixin:
        """Ranked posts with their percentile intervals."""
        from dwell import charts

        return charts.scores(scores, scores)

    def growth(self, *, creator: str) -> altair.TopLevelMixin:
        """Views per hour between the newest two snapshots of a post."""
        from dwell import charts

        return charts.growth(self._workspace.growth(creator=creator), self._workspace.posts(creator=creator))

    def watch_time(self, *, creator: str, target: str = "watch_ratio") -> altair.TopLevelMixin:
        """The measured watch metric of every post, by duration bucket."""
        from dwell import charts

        return charts.watch_time(self._workspace.posts(creator=creator), target=target)

    def vetting(self, findings: Result) -> altair.TopLevelMixin:
        """Each rate of a vetting next to its norm."""
        from dwell import charts

        return charts.vetting(findings)

    def topic_days(self, topic: Result) -> altair.TopLevelMixin:
        """New posts of a topic per day, with its stage."""
        from dwell import charts

        return charts.topic_days(topic.meta["days"], lifecycle=topic.meta["lifecycle"])
