"""Every question about stored data, as of one instant."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from dwell.results import Result
from dwell.text.plurals import pluralize
from dwell.workspace.creators import find_creator
from dwell.workspace.growth import describe_growth
from dwell.workspace.metric_choice import find_metric
from dwell.workspace.period import PeriodOptions, ZonedPeriodOptions
from dwell.workspace.post_instant import PostInstant
from dwell.workspace.whole_periods import mark_whole

if TYPE_CHECKING:
    from dwell.workspace.charts import Charts
    from dwell.workspace.fits import Fit


class Snapshot(PostInstant):
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
        self,
        *,
        creator: str,
        platform: str | None = None,
        metric: str | None = None,
        tz: str = "UTC",
        fit: bool = False,
        **period: Unpack[PeriodOptions],
    ) -> Result:
        """What holds the account's viewers, as figures with their uncertainty: the numbers of the report's statements.

        Of models they report the account's own that `fit` stored, where it is current; with `fit=True` one that is
        fitted for this answer and not stored.
        """
        from dwell.workspace.findings import findings

        def answer() -> Result:
            return findings(self, **self._account(creator, platform), tz=tz, metric=metric, fit=fit).findings

        return self._in_period(answer, period, creator, platform, tz)

    def tiers(
        self,
        *,
        creator: str,
        platform: str | None = None,
        metric: str | None = None,
        tz: str = "UTC",
        include: str | Sequence[str] = (),
        min_age_h: float = 72.0,
        **period: Unpack[PeriodOptions],
    ) -> Result:
        """What the best quarter of the account's posts, by the metric, has in common that the weakest lacks."""
        from dwell.models.tiers import tiers

        def answer() -> Result:
            posts = self.posts(creator=creator, platform=platform, metric=metric, include=include, min_age_h=min_age_h)
            found = tiers(posts, tz, metric=posts.meta["metric"]["name"])
            return replace(found, meta={**found.meta, "metric": posts.meta["metric"]})

        return self._in_period(answer, period, creator, platform, tz)

    def trend(
        self,
        *,
        creator: str,
        platform: str | None = None,
        every: str = "week",
        metric: str | None = None,
        include: str | Sequence[str] = (),
        min_age_h: float = 72.0,
        **period: Unpack[ZonedPeriodOptions],
    ) -> Result:
        """Per period: posts, median rates, change from the previous period, views per hour.

        A period is `complete` where neither the asked period nor the last observation cuts it off; a change from or to
        another one is null.
        """

        def answer() -> Result:
            account = self._account(creator, platform)
            filters = {**account, "include": include, "min_age_h": min_age_h}
            choice = find_metric(self, filters, metric)
            found = self.ask("trend", every=every, metric=choice.name, **filters)
            seen = next(iter(self.ask("span", **account)))["last_observed_at"]
            rows = mark_whole(found, every, self.period, seen, min_age_h)
            return replace(rows, meta={"every": every, "metric": choice.to_dict(), **describe_growth(self, account)})

        return self._in_period(answer, period, creator, platform, "UTC")

    def posting_times(
        self,
        *,
        creator: str,
        platform: str | None = None,
        metric: str | None = None,
        tz: str = "UTC",
        include: str | Sequence[str] = (),
        min_age_h: float = 72.0,
        **period: Unpack[PeriodOptions],
    ) -> Result:
        """Median of the metric by weekday and hour of posting, with n."""

        def answer() -> Result:
            filters = {**self._account(creator, platform), "include": include, "min_age_h": min_age_h}
            choice = find_metric(self, filters, metric)
            rows = self.ask("posting_times", tz=tz, metric=choice.name, **filters)
            missing = choice.eligible - sum(rows.column("n"))
            notes = [f"The hour of {pluralize(missing, 'eligible post')} is not known."] if missing else []
            return replace(rows, meta={"tz": tz, "metric": choice.to_dict(), "warnings": notes})

        return self._in_period(answer, period, creator, platform, tz)

    def vet(self, *, creator: str, platform: str | None = None, niche: str | None = None, posts: int = 20) -> Result:
        """Check the account's latest posts against norms, peers and each other; verdict and reasons in `meta`."""
        from dwell.workspace.studies import vet

        return vet(self, self._account(creator, platform), niche=niche, posts=posts)

    def topic(self, kind: str, name: str, *, days: int = 14) -> Result:
        """Posts of a hashtag, sound or search by share momentum; its daily series and stage in `meta`."""
        from dwell.workspace.studies import topic

        return topic(self, kind, name, days=days)

    # --- watch time --------------------------------------------------------------------------------------------------

    def audit(
        self,
        *,
        creator: str,
        platform: str | None = None,
        **period: Unpack[ZonedPeriodOptions],
    ) -> Result:
        """Which public ratio follows the account's measured watch time, or "cannot tell"."""
        from dwell.models.audit import audit

        def answer() -> Result:
            return audit(self.post_rows(self._account(creator, platform)))

        return self._in_period(answer, period, creator, platform, "UTC")

    def retention(
        self,
        creator: str,
        *,
        post: str | None = None,
        by: str = "views",
        ads: bool = False,
        platform: str | None = None,
        **period: Unpack[ZonedPeriodOptions],
    ) -> Result:
        """The account's retention curves in figures, newest post first; with `post`, one of them second by second.

        In `meta`: what is typical, what the best quarter by `by` has in common, the shapes, and what is odd.
        """
        from dwell.workspace.retention import retention

        def answer() -> Result:
            return retention(self, self._account(creator, platform), post=post, by=by, ads=ads)

        return self._in_period(answer, period, creator, platform, "UTC")

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
        self,
        *,
        creator: str,
        model: str | None = None,
        limit: int | None = None,
        platform: str | None = None,
        **period: Unpack[ZonedPeriodOptions],
    ) -> Result:
        """Rank the account's posts by predicted watch time, with intervals; a level only where transfer was shown.

        Those of a period are ranked among themselves; intervals come from the measured posts of all times.
        """
        from dwell.workspace.scores import score

        account = self._account(creator, platform)
        stored = self.post_rows(account)

        def answer() -> Result:
            return score(self, account, stored, model)

        return self._in_period(answer, period, creator, platform, "UTC").head(limit)

    def report(
        self,
        *,
        creator: str,
        path: str | os.PathLike[str],
        platform: str | None = None,
        metric: str | None = None,
        tz: str = "UTC",
        fit: bool = False,
        compare: str | Sequence[str] = (),
        **period: Unpack[PeriodOptions],
    ) -> Result:
        """Write the self-contained HTML page about one account, with a section that compares it with others if any.

        With `fit=True`, a model is fitted for it alone.
        """
        from dwell.workspace.page import write_report

        others = [compare] if isinstance(compare, str) else list(compare)

        def answer() -> Result:
            account = self._account(creator, platform)
            return write_report(self, account, Path(path), tz, metric=metric, fit=fit, compare=others)

        return self._in_period(answer, period, creator, platform, tz)
