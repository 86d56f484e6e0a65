"""The charts of a workspace: each runs the same queries as the tables and passes the results to `dwell.charts`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from dwell.results import Result

if TYPE_CHECKING:
    import altair

    from dwell.workspace.account_groups import AccountGroup
    from dwell.workspace.snapshot import Snapshot


class Charts:
    """`ws.charts.X(...)` takes the arguments of `ws.X(...)` and returns an Altair chart, which notebooks draw offline.

    A chart loads the rows that it draws: of many posts, an even sample. Below its title it says whose numbers it shows,
    when they were observed and where they come from.

    Args:
        snapshot: Opens the instant whose data a chart shows.
    """

    def __init__(self, snapshot: Callable[[], AbstractContextManager[Snapshot]]) -> None:
        self._snapshot = snapshot

    def benchmarks(
        self, *, creator: str | None = None, by: str = "bucket", at: str | None = None, **options: Any
    ) -> altair.TopLevelMixin:
        """The metric of posts in their duration bucket, with median and 90th percentile of all posts.

        With `at`, their engagement rate at that age.
        """
        from dwell import charts

        with self._snapshot() as snapshot:
            benchmarks = snapshot.benchmarks(creator=creator, by=by, at=at, **options)
            dots = Result((), [])
            if by == "bucket" and at is not None:
                dots = snapshot.posts(creator=creator, at=at, **options)
            elif by == "bucket":
                rest = {name: value for name, value in options.items() if name != "metric"}
                dots = snapshot.dots(creator=creator, rate=benchmarks.meta["metric"]["name"], **rest)
            drawn = charts.benchmarks(dots, benchmarks)
            chosen = snapshot.find_group(creator, *map(options.get, ("platform", "niche", "watchlist")))
            return _add_context(
                snapshot, drawn, creator, asked=benchmarks, platform=benchmarks.meta["platform"], group=chosen
            )

    def compare(self, creators: str | Sequence[str], *others: str, **options: Any) -> altair.TopLevelMixin:
        """How far each further account differs from the first at equal length, with intervals."""
        from dwell import charts

        with self._snapshot() as snapshot:
            result = snapshot.compare(creators, *others, **options)
            handles = [account["handle"] for account in result.meta["accounts"]]
            drawn = charts.comparison(result)
            return _add_context(snapshot, drawn, *handles, asked=result, platform=result.meta["platform"])

    def tiers(self, *, creator: str, **options: Any) -> altair.TopLevelMixin:
        """What the best quarter of the posts has in common that the weakest lacks, with intervals."""
        from dwell import charts

        with self._snapshot() as snapshot:
            result = snapshot.tiers(creator=creator, **options)
            return _add_context(snapshot, charts.tiers(result), creator, asked=result, **_place(options))

    def posting_times(self, *, creator: str, **options: Any) -> altair.TopLevelMixin:
        """Median of the metric by weekday and hour, with the number of posts."""
        from dwell import charts

        with self._snapshot() as snapshot:
            result = snapshot.posting_times(creator=creator, **options)
            return _add_context(snapshot, charts.posting_times(result), creator, asked=result, **_place(options))

    def audience_hours(self, *, creator: str, **options: Any) -> altair.TopLevelMixin:
        """Active followers by weekday and hour."""
        from dwell import charts

        with self._snapshot() as snapshot:
            drawn = charts.audience_hours(snapshot.audience_hours(creator=creator, **options))
            return _add_context(snapshot, drawn, creator)

    def traffic_sources(self, *, creator: str) -> altair.TopLevelMixin:
        """Where views come from, by month of publishing."""
        from dwell import charts

        with self._snapshot() as snapshot:
            drawn = charts.traffic_sources(snapshot.traffic_sources(creator=creator))
            return _add_context(snapshot, drawn, creator)

    def trend(self, *, creator: str, **options: Any) -> altair.TopLevelMixin:
        """Median of the metric and number of posts per period."""
        from dwell import charts

        with self._snapshot() as snapshot:
            result = snapshot.trend(creator=creator, **options)
            return _add_context(snapshot, charts.trend(result), creator, asked=result, **_place(options))

    def audit(self, *, creator: str, platform: str | None = None, **period: Any) -> altair.TopLevelMixin:
        """Rank correlation of each public ratio with the measured watch time."""
        from dwell import charts

        with self._snapshot() as snapshot:
            result = snapshot.audit(creator=creator, platform=platform, **period)
            return _add_context(snapshot, charts.audit(result), creator, asked=result, platform=platform)

    def retention(
        self, *, creator: str, post: str | None = None, by: str = "views", **options: Any
    ) -> altair.TopLevelMixin:
        """The curve of a post in the band of its length; without a post, the best and the weakest quarter of posts."""
        from dwell import charts
        from dwell.charts.band_lines import post_line

        with self._snapshot() as snapshot:
            result = snapshot.retention(creator, post=post, by=by, **options)
            if post is None:
                places, verdict = result.meta["quartiles"], result.meta["comparison"]["verdict"]
                drawn = charts.retention_quartiles(places, by=by, verdict=verdict)
            else:
                about = result.meta["post"]
                drawn = charts.retention_band([post_line(about, result)], bucket=about["bucket"])
            return _add_context(snapshot, drawn, creator, asked=result, **_place(options))

    def retention_heat(self, *, creator: str, **options: Any) -> altair.TopLevelMixin:
        """Heat map of the catalogue: the posts with the most views, second by second."""
        from dwell import charts

        with self._snapshot() as snapshot:
            result = snapshot.retention(creator, **options)
            points = snapshot.retention_points(creator, **options)
            drawn = charts.retention_heat(points, list(result), total=len(result))
            return _add_context(snapshot, drawn, creator, asked=result, **_place(options))

    def skill(self, fit: Result | Mapping[str, Any]) -> altair.TopLevelMixin:
        """The skill of a fitted model next to the baselines: of what `fit` returned, or of a report."""
        from dwell import charts

        report = fit.meta if isinstance(fit, Result) else fit
        with self._snapshot() as snapshot:
            return _add_context(snapshot, charts.skill(report), *report["creators"], platform=report["platform"])

    def coverage(self, fit: Result | Mapping[str, Any]) -> altair.TopLevelMixin:
        """How often the intervals of a fitted model held, per duration bucket; takes what `skill` takes."""
        from dwell import charts
        from dwell.models.coverage_shares import coverage_shares

        report = fit.meta if isinstance(fit, Result) else fit
        with self._snapshot() as snapshot:
            drawn = charts.coverage(report, coverage_shares(report))
            return _add_context(snapshot, drawn, *report["creators"], platform=report["platform"])

    def scores(self, scores: Result) -> altair.TopLevelMixin:
        """Ranked posts with their percentile intervals."""
        from dwell import charts

        with self._snapshot() as snapshot:
            return _add_context(snapshot, charts.scores(scores, scores), *_known(scores.meta.get("handle")))

    def growth(self, *, creator: str, platform: str | None = None, **period: Any) -> altair.TopLevelMixin:
        """Views per hour between snapshots of a post an hour or more apart."""
        from dwell import charts

        with self._snapshot() as snapshot:
            rows = snapshot.growth_ranking(creator=creator, platform=platform, **period)
            note = next(iter(rows.meta["warnings"]), "")
            drawn = charts.growth(rows, rows, observed_twice=rows.meta["observed_twice"], note=note)
            return _add_context(snapshot, drawn, creator, asked=rows, platform=platform)

    def watch_time(
        self, *, creator: str, target: str = "watch_ratio", platform: str | None = None
    ) -> altair.TopLevelMixin:
        """The measured watch metric of posts by duration bucket, with median and 90th percentile of all of them."""
        from dwell import charts

        with self._snapshot() as snapshot:
            dots = snapshot.dots(creator=creator, rate=target, platform=platform)
            drawn = charts.watch_time(dots, dots.meta["lengths"], target=target)
            return _add_context(snapshot, drawn, creator, platform=platform)

    def vetting(self, findings: Result) -> altair.TopLevelMixin:
        """Each rate of a vetting next to its norm."""
        from dwell import charts

        with self._snapshot() as snapshot:
            return _add_context(snapshot, charts.vetting(findings), *_known(findings.meta.get("handle")))

    def topic_days(self, topic: Result) -> altair.TopLevelMixin:
        """New posts of a topic per day, with its stage."""
        from dwell import charts
        from dwell.charts.context import add_context, context_line
        from dwell.charts.offline import show_offline

        drawn = charts.topic_days(topic.meta["days"], lifecycle=topic.meta["lifecycle"])
        looks = [row["last_look_at"] for row in topic.meta["days"] if row.get("last_look_at") is not None]
        first, last = min(looks, default=None), max(looks, default=None)
        subject = f"{topic.meta['kind']} {topic.meta['topic']}"
        return show_offline(add_context(drawn, context_line(subject, first, last, ["the listing of a provider"])))


def _place(options: Mapping[str, Any]) -> dict[str, Any]:
    return {"platform": options.get("platform")}


def _known(handle: str | None) -> list[str]:
    return [] if handle is None else [handle]


def _add_context(
    snapshot: Snapshot,
    drawn: altair.TopLevelMixin,
    *creators: str | None,
    asked: Result | None = None,
    platform: str | None = None,
    group: AccountGroup | None = None,
) -> altair.TopLevelMixin:
    """The chart with a line about its accounts, and the period of what was asked.

    Of the accounts, None stands for all stored ones of the platform, or for the group.
    """
    from dwell.charts.context import add_context
    from dwell.charts.offline import show_offline

    if not creators:
        return show_offline(drawn)
    line = describe_accounts(snapshot, *creators, asked=asked, platform=platform, group=group)
    return show_offline(add_context(drawn, line))


def describe_accounts(
    snapshot: Snapshot,
    *creators: str | None,
    asked: Result | None = None,
    platform: str | None = None,
    group: AccountGroup | None = None,
) -> str:
    """Whose numbers a picture shows, when they were observed, and where they come from; arguments as above."""
    from dwell.charts.context import context_line
    from dwell.charts.formatting import format_period
    from dwell.workspace.creators import parse_handle

    handles = [None if name is None else parse_handle(name) for name in creators]
    spans, sources = [], Counter[str]()
    for handle in handles:
        several = group.filters["handle"] if group is not None and handle is None else handle
        chosen: dict[str, Any] = {"handle": several, **({"platform": platform} if platform else {})}
        spans.append(next(iter(snapshot.ask("span", **chosen))))
        sources.update({row["source"]: row["snapshots"] for row in snapshot.ask("sources", **chosen)})
    first = min((row["first_observed_at"] for row in spans if row["first_observed_at"] is not None), default=None)
    last = max((row["last_observed_at"] for row in spans if row["last_observed_at"] is not None), default=None)
    words = (group.words if group is not None else None) or "all stored accounts"
    everyone = f"{words}{f' on {platform}' if platform else ''}"
    subject = ", ".join(everyone if name is None else f"@{name}" for name in handles)
    if asked is not None and (period := format_period(asked.meta.get("since"), asked.meta.get("until"))):
        subject = f"{subject}, posts {period}"
    return context_line(subject, first, last, [name for name, _ in sources.most_common()])
