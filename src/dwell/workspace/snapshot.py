"""Every question about stored data, as of one instant."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dwell.results import Result
from dwell.workspace.creators import find_account, find_creator, parse_handle
from dwell.workspace.growth import describe_growth
from dwell.workspace.instant import Instant
from dwell.workspace.metric_choice import find_metric

if TYPE_CHECKING:
    from dwell.workspace.account_groups import AccountGroup
    from dwell.workspace.charts import Charts
    from dwell.workspace.fits import Fit


class Snapshot(Instant):
    """The data of one instant: every question sees the same rows, and all share one connection.

    `Workspace` has the same questions and opens a snapshot for each. A snapshot belongs to one thread.
    """

    @cached_property
    def charts(self) -> Charts:
        """Charts of this instant: `s.charts.benchmarks(creator="@h")` is an Altair chart."""
        from dwell.workspace.charts import Charts

        return Charts(lambda: nullcontext(self))

    # --- public numbers -----------------------------------------------------------------------------------------------

    def status(self, *, creator: str | None = None) -> Result:
        """What is stored: one row per creator; tables, sources, time span and unknown shares in `meta`.

        With a creator, sources, span and shares are those of its posts.
        """
        from dwell.workspace.status import status

        return status(self, None if creator is None else find_creator(self, creator))

    def findings(
        self, *, creator: str, platform: str | None = None, metric: str | None = None, tz: str = "UTC"
    ) -> Result:
        """What holds the account's viewers, as figures with their uncertainty: the numbers of the report's statements.

        An account with watch time and without a model of its own gets one, as by `fit`.
        """
        from dwell.workspace.findings import findings

        return findings(self, **self._account(creator, platform), tz=tz, metric=metric).findings

    def benchmarks(
        self,
        *,
        creator: str | None = None,
        by: str = "bucket",
        at: str | None = None,
        metric: str | None = None,
        scheme: str = "proxy",
        platform: str | None = None,
        niche: str | None = None,
        watchlist: str | None = None,
        include: str | Sequence[str] = (),
        min_age_h: float = 72.0,
    ) -> Result:
        """Median and p90 of the metric and of each public ratio per duration bucket, over eligible posts.

        Platforms are not mixed: TikTok, unless `platform` or a creator is given. With `at` (`1h`, `24h`, `72h`, `7d`),
        of the ratios and the views at that age since publishing; `min_age_h` then has no meaning. Instead of a
        creator, `niche` or `watchlist` chooses several.
        """
        from dwell.workspace.benchmarks import benchmarks

        group = self.find_group(creator, platform, niche, watchlist)
        if at is not None:
            from dwell.workspace.at_age import benchmarks_at_age, require_no_metric

            require_no_metric(metric)
            return group.describe(benchmarks_at_age(self, at, by, scheme, {**group.filters, "include": include}))
        options = {"scheme": scheme, "include": include, "min_age_h": min_age_h, **group.filters}
        return group.describe(benchmarks(self, by, options, metric))

    def posts(
        self,
        *,
        creator: str | None = None,
        at: str | None = None,
        metric: str | None = None,
        sort: str | None = None,
        above_p90: bool = False,
        limit: int | None = None,
        scheme: str = "proxy",
        platform: str | None = None,
        niche: str | None = None,
        watchlist: str | None = None,
        include: str | Sequence[str] = (),
        min_age_h: float = 72.0,
    ) -> Result:
        """Posts with every ratio, bucket, percentile and multiple, by `sort`: highest first, unknown last.

        `metric` is what percentiles compare, and what posts are sorted by where `sort` is None: `watch_ratio`,
        `full_watch_rate`, `engagement_rate`, `save_rate`, `share_rate`, `like_rate` or `views_per_hour`. Without it,
        watch ratio where it is measured of 30 eligible posts and of half of them, else engagement rate, or like rate
        where shares are unknown. `meta["metric"]` has its `name`, the `reason`, and of how many posts it is known.

        With `at` (`1h`, `24h`, `72h`, `7d`) and without a metric, their views and ratios at that age since publishing,
        sorted by views; `min_age_h` then has no meaning.

        Of one account, of the accounts of a `niche` or `watchlist`, or of all on a platform (TikTok by default);
        `meta["total"]` says how many posts these have.
        """
        from dwell.workspace.posts import list_posts

        group = self.find_group(creator, platform, niche, watchlist)
        if at is not None:
            from dwell.workspace.at_age import posts_at_age, require_no_metric

            require_no_metric(metric)
            chosen = {**group.filters, "include": include}
            aged = posts_at_age(self, at, chosen, sort=sort, above_p90=above_p90, limit=limit, scheme=scheme)
            return group.describe(aged)
        filters = {"include": include, "min_age_h": min_age_h, **group.filters}
        found = list_posts(self, filters, metric, sort=sort, above_p90=above_p90, limit=limit, scheme=scheme)
        if creator is not None:
            return found
        total = next(iter(self.ask("exclusions", include=include, min_age_h=min_age_h, **group.filters)))["total"]
        return group.describe(replace(found, meta={**found.meta, "total": total}))

    def dots(
        self,
        *,
        creator: str | None = None,
        rate: str | None = None,
        scheme: str = "proxy",
        platform: str | None = None,
        niche: str | None = None,
        watchlist: str | None = None,
        include: str | Sequence[str] = (),
        min_age_h: float = 72.0,
    ) -> Result:
        """The posts that a strip plot draws: eligible ones with a known `rate`, or an even sample of at most 1,500.

        Without a rate, that by which posts are compared.

        `meta` has `total` and `total_above_p90` of all such posts, and in `lengths` the `n`, median and p90 of each
        bucket, over all of them.
        """
        from dwell.workspace.benchmarks import dots

        options = {"scheme": scheme, "include": include, "min_age_h": min_age_h}
        return dots(self, rate, {**options, **self.find_group(creator, platform, niche, watchlist).filters})

    def tiers(
        self,
        *,
        creator: str,
        platform: str | None = None,
        metric: str | None = None,
        tz: str = "UTC",
        include: str | Sequence[str] = (),
        min_age_h: float = 72.0,
    ) -> Result:
        """What the best quarter of the account's posts, by the metric, has in common that the weakest lacks."""
        from dwell.models.tiers import tiers

        posts = self.posts(creator=creator, platform=platform, metric=metric, include=include, min_age_h=min_age_h)
        found = tiers(posts, tz, metric=posts.meta["metric"]["name"])
        return replace(found, meta={**found.meta, "metric": posts.meta["metric"]})

    def trend(
        self,
        *,
        creator: str,
        platform: str | None = None,
        every: str = "week",
        metric: str | None = None,
        include: str | Sequence[str] = (),
        min_age_h: float = 72.0,
    ) -> Result:
        """Per period: posts, median rates, change from the previous period, views per hour."""
        account = self._account(creator, platform)
        filters = {**account, "include": include, "min_age_h": min_age_h}
        choice = find_metric(self, filters, metric)
        rows = self.ask("trend", every=every, metric=choice.name, **filters)
        return replace(rows, meta={"every": every, "metric": choice.to_dict(), **describe_growth(self, account)})

    def growth(self, *, creator: str, platform: str | None = None) -> Result:
        """Views per hour between snapshots of each post an hour or more apart; in `meta`, of how many it is known."""
        account = self._account(creator, platform)
        return replace(self.ask("growth", **account), meta=describe_growth(self, account))

    def audience_hours(self, *, creator: str, tz: str = "UTC", days: int = 28) -> Result:
        """Followers of a connected account who are active, by weekday and hour of a time zone."""
        from dwell.workspace.owner import audience_hours

        return audience_hours(self, parse_handle(creator), tz=tz, days=days)

    def traffic_sources(self, *, creator: str) -> Result:
        """Where the views of a connected account's videos come from, by month of publishing."""
        from dwell.workspace.owner import traffic_sources

        return traffic_sources(self, parse_handle(creator))

    def reconcile(self, *, creator: str, field: str | None = None) -> Result:
        """Where TikTok's API and Studio's files differ: one row per figure; with a field, one per day or video."""
        from dwell.workspace.reconciliation import reconcile

        return reconcile(self, parse_handle(creator), field)

    def growth_ranking(self, *, creator: str, platform: str | None = None, limit: int = 20) -> Result:
        """The posts that gained views fastest, by their latest known growth; all such posts in `meta`."""
        account = self._account(creator, platform)
        rows = self.ask("growth_ranking", **account, limit=limit)
        meta = describe_growth(self, account)
        return replace(rows, meta={"observed_twice": meta["growth"]["known"], **meta})

    def posting_times(
        self,
        *,
        creator: str,
        platform: str | None = None,
        metric: str | None = None,
        tz: str = "UTC",
        include: str | Sequence[str] = (),
        min_age_h: float = 72.0,
    ) -> Result:
        """Median of the metric by weekday and hour of posting, with n."""
        filters = {**self._account(creator, platform), "include": include, "min_age_h": min_age_h}
        choice = find_metric(self, filters, metric)
        rows = self.ask("posting_times", tz=tz, metric=choice.name, **filters)
        return replace(rows, meta={"tz": tz, "metric": choice.to_dict()})

    def vet(self, *, creator: str, platform: str | None = None, niche: str | None = None, posts: int = 20) -> Result:
        """Check the account's latest posts against norms, peers and each other; verdict and reasons in `meta`."""
        from dwell.workspace.studies import vet

        return vet(self, self._account(creator, platform), niche=niche, posts=posts)

    def topic(self, kind: str, name: str, *, days: int = 14) -> Result:
        """Posts of a hashtag, sound or search by share momentum; its daily series and stage in `meta`."""
        from dwell.workspace.studies import topic

        return topic(self, kind, name, days=days)

    # --- watch time --------------------------------------------------------------------------------------------------

    def audit(self, *, creator: str, platform: str | None = None) -> Result:
        """Which public ratio follows the account's measured watch time, or "cannot tell"."""
        from dwell.models.audit import audit

        return audit(self.post_rows(self._account(creator, platform)))

    def retention(
        self,
        creator: str,
        *,
        post: str | None = None,
        by: str = "views",
        ads: bool = False,
        platform: str | None = None,
    ) -> Result:
        """The account's retention curves in figures, newest post first; with `post`, one of them second by second.

        In `meta`: what is typical, what the best quarter by `by` has in common, the shapes, and what is odd.
        """
        from dwell.workspace.retention import retention

        return retention(self, self._account(creator, platform), post=post, by=by, ads=ads)

    def retention_points(
        self, creator: str, *, most: int | None = 40, ads: bool = False, platform: str | None = None
    ) -> Result:
        """The retention curves of the posts with the most views, at whole seconds; of all posts with `most=None`."""
        options = {**({"most": most} if most is not None else {}), **({"ads": True} if ads else {})}
        return self.ask("retention_points", **self._account(creator, platform), **options)

    def fit(
        self,
        *,
        creator: str | Sequence[str],
        target: str = "watch_ratio",
        inputs: str = "counters",
        platform: str | None = None,
    ) -> Fit:
        """Fit and store a model: its skill on unseen posts beside that of simpler ones, a row each.

        `meta` is the report: `verdict` (`usable` or `abstain`), `reasons`, `model_id`, `interval` and the rest.

        Several creators give a pooled model, whose transfer is tested by leaving out one creator at a time. Platforms
        are not mixed: an account with posts of several needs `platform`. `inputs` is what the model reads: `counters`,
        or `length` or `bucket` alone.
        """
        from dwell.workspace.fits import Fit, fit

        creators = [creator] if isinstance(creator, str) else creator
        return Fit.of(fit(self, [self._account(name, platform) for name in creators], target, inputs=inputs))

    def score(
        self, *, creator: str, model: str | None = None, limit: int | None = None, platform: str | None = None
    ) -> Result:
        """Rank the account's posts by predicted watch time, with intervals; a level only where transfer was shown."""
        from dwell.workspace.scores import score

        return score(self, self._account(creator, platform), model).head(limit)

    def report(
        self,
        *,
        creator: str,
        path: str | os.PathLike[str],
        platform: str | None = None,
        metric: str | None = None,
        tz: str = "UTC",
    ) -> Result:
        """Write the self-contained HTML page about one account."""
        from dwell.workspace.page import write_report

        return write_report(self, self._account(creator, platform), Path(path), tz, metric=metric)

    # --- shared ------------------------------------------------------------------------------------------------------

    def post_rows(self, account: Mapping[str, str]) -> list[dict[str, Any]]:
        """The posts of an account for a study that compares them by no one metric, highest engagement rate first."""
        return list(self.ask("posts", sort="engagement_rate", **account))

    def find_group(
        self, creator: str | None, platform: str | None, niche: str | None = None, watchlist: str | None = None
    ) -> AccountGroup:
        """Whose posts are chosen: an account's, a niche's or a watchlist's, or all of a platform, by default TikTok.

        Raises:
            SettingsError: More than one of account, niche and watchlist is named.
            NoDataError: There is no such one, or none of its posts is stored.
        """
        from dwell.workspace.account_groups import find_group

        return find_group(self, creator, platform, niche, watchlist)

    def _account(self, creator: str, platform: str | None) -> dict[str, str]:
        """The parameters that select an account; platforms are never mixed."""
        return find_account(self, creator, platform)
