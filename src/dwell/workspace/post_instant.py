"""The posts of one instant and what is usual for them: of an account, a niche, a watchlist, or all of a platform."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from dwell.results import Result
from dwell.workspace.account_instant import AccountInstant
from dwell.workspace.period import ZonedPeriodOptions


class PostInstant(AccountInstant):
    """The questions about the posts of any accounts."""

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
        **period: Unpack[ZonedPeriodOptions],
    ) -> Result:
        """Median and p90 of the metric and of each public ratio per duration bucket, over eligible posts.

        Platforms are not mixed: TikTok, unless `platform` or a creator is given. With `at` (`1h`, `24h`, `72h`, `7d`),
        of the ratios and the views at that age since publishing; `min_age_h` then has no meaning. Instead of a
        creator, `niche` or `watchlist` chooses several.
        """
        from dwell.workspace.benchmarks import benchmarks

        group = self.find_group(creator, platform, niche, watchlist)

        def answer() -> Result:
            if at is not None:
                from dwell.workspace.at_age import benchmarks_at_age, require_no_metric

                require_no_metric(metric)
                return benchmarks_at_age(self, at, by, scheme, {**group.filters, "include": include})
            options = {"scheme": scheme, "include": include, "min_age_h": min_age_h, **group.filters}
            return benchmarks(self, by, options, metric)

        return group.describe(self._in_period(answer, period, creator, platform, "UTC", group.filters))

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
        **period: Unpack[ZonedPeriodOptions],
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
        from dwell.workspace.posts import count_posts, list_posts

        group = self.find_group(creator, platform, niche, watchlist)

        def answer() -> Result:
            chosen = {**group.filters, "include": include}
            if at is not None:
                from dwell.workspace.at_age import posts_at_age, require_no_metric

                require_no_metric(metric)
                return posts_at_age(self, at, chosen, sort=sort, above_p90=above_p90, limit=limit, scheme=scheme)
            filters = {**chosen, "min_age_h": min_age_h}
            found = list_posts(self, filters, metric, sort=sort, above_p90=above_p90, limit=limit, scheme=scheme)
            return found if creator is not None else count_posts(self, found, filters)

        return group.describe(self._in_period(answer, period, creator, platform, "UTC", group.filters))

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
        **period: Unpack[ZonedPeriodOptions],
    ) -> Result:
        """The posts that a strip plot draws: eligible ones with a known `rate`, or an even sample of at most 1,500.

        Without a rate, that by which posts are compared.

        `meta` has `total` and `total_above_p90` of all such posts, and in `lengths` the `n`, median and p90 of each
        bucket, over all of them.
        """
        from dwell.workspace.benchmarks import dots

        group = self.find_group(creator, platform, niche, watchlist)

        def answer() -> Result:
            return dots(self, rate, {"scheme": scheme, "include": include, "min_age_h": min_age_h, **group.filters})

        return self._in_period(answer, period, creator, platform, "UTC", group.filters)
