"""The data of one instant by account and by period of publishing; and what only the owner of an account can see."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Unpack

from dwell.results import Result
from dwell.text.time_zones import find_zone
from dwell.workspace.creators import find_account, parse_handle
from dwell.workspace.growth import describe_growth
from dwell.workspace.instant import Instant
from dwell.workspace.period import PeriodOptions, ZonedPeriodOptions, describe_period, parse_period

if TYPE_CHECKING:
    from dwell.workspace.account_groups import AccountGroup


class AccountInstant(Instant):
    """What every question about accounts shares, and the questions of owners."""

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

    def compare(
        self,
        creators: str | Sequence[str],
        *others: str,
        at: str | None = None,
        platform: str | None = None,
        scheme: str = "proxy",
        include: str | Sequence[str] = (),
        min_age_h: float = 72.0,
        **period: Unpack[ZonedPeriodOptions],
    ) -> Result:
        """Accounts side by side, each against the first: `ws.compare("@you", "@rival")`.

        Rates and views are compared inside each duration bucket, weighted as the first account's posts are spread.

        Args:
            creators: The account that the others are compared with, or a list of all.
            others: The others, of the same platform; ten accounts at most.
            at: Compare the posts as they were `1h`, `24h`, `72h` or `7d` after publishing; `min_age_h` then has no
                meaning. Otherwise rates are of the newest readings, and views of 7 days after publishing.
            platform: Needed where an account has posts on several.
            scheme: Duration buckets: `proxy` or `sweet-spot`.
            include: Posts that are left out by default: ads, pinned, young, photos.
            min_age_h: Hours after posting from which a reading counts.

        Returns:
            One row per metric and further account, with both values, their difference and its 95 % interval, and a
            verdict: `higher`, `lower`, `similar` (a large difference is excluded), `unknown` (with the reason). In
            `meta` the `reference`, the `accounts` with n and the age of their posts, and the `verdict` in a sentence.

        Raises:
            NoDataError: An account is not stored, is named twice, or is of another platform; or there are fewer than
                two, or more than ten.
            SettingsError: No such age.
        """
        from dwell.workspace.comparison import compare_accounts

        names = [*([creators] if isinstance(creators, str) else creators), *others]
        left_in = tuple(name for name in include.split(",") if name) if isinstance(include, str) else tuple(include)

        def answer() -> Result:
            return compare_accounts(self, names, platform, at=at, scheme=scheme, include=left_in, min_age_h=min_age_h)

        filters = {"handle": tuple(dict.fromkeys(map(parse_handle, names))), "platform": platform}
        return self._in_period(answer, period, None, platform, "UTC", filters)

    def growth(
        self,
        *,
        creator: str,
        platform: str | None = None,
        **period: Unpack[ZonedPeriodOptions],
    ) -> Result:
        """Views per hour between snapshots of each post an hour or more apart; in `meta`, of how many it is known."""

        def answer() -> Result:
            account = self._account(creator, platform)
            return replace(self.ask("growth", **account), meta=describe_growth(self, account))

        return self._in_period(answer, period, creator, platform, "UTC")

    def growth_ranking(
        self,
        *,
        creator: str,
        platform: str | None = None,
        limit: int = 20,
        **period: Unpack[ZonedPeriodOptions],
    ) -> Result:
        """The posts that gained views fastest, by their latest known growth; all such posts in `meta`."""

        def answer() -> Result:
            account = self._account(creator, platform)
            rows = self.ask("growth_ranking", **account, limit=limit)
            meta = describe_growth(self, account)
            return replace(rows, meta={"observed_twice": meta["growth"]["known"], **meta})

        return self._in_period(answer, period, creator, platform, "UTC")

    def retention_points(
        self,
        creator: str,
        *,
        most: int | None = 40,
        ads: bool = False,
        platform: str | None = None,
        **period: Unpack[ZonedPeriodOptions],
    ) -> Result:
        """The retention curves of the posts with the most views, at whole seconds; of all posts with `most=None`."""
        options = {**({"most": most} if most is not None else {}), **({"ads": True} if ads else {})}

        def answer() -> Result:
            return self.ask("retention_points", **self._account(creator, platform), **options)

        return self._in_period(answer, period, creator, platform, "UTC")

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

    def _in_period(
        self,
        answer: Callable[[], Result],
        period: PeriodOptions,
        creator: str | None,
        platform: str | None,
        tz: str,
        filters: Mapping[str, Any] | None = None,
    ) -> Result:
        """The answer about the posts of a period; inside another question, about those of its period.

        Those of the account, or of the accounts that `filters` select.
        """
        outer = self.period
        named: dict[str, Any] = {name: value for name, value in period.items() if value is not None}
        if named.keys() - {"tz"}:
            self.period = parse_period(**{"tz": tz, **named})
        elif named:
            self.period = replace(outer, tz=find_zone(named["tz"]))
        try:
            found = answer()
        finally:
            chosen, self.period = self.period, outer
        return describe_period(self, found, chosen, filters or self._post_filter(creator, platform))

    def _post_filter(self, creator: str | None, platform: str | None) -> dict[str, str | None]:
        """Select posts: of an account, of a platform, or of TikTok if neither is given."""
        if creator is None:
            return {"handle": None, "platform": platform or "tiktok"}
        return {"platform": None, **self._account(creator, platform)}

    def _account(self, creator: str, platform: str | None) -> dict[str, str]:
        """The parameters that select an account; platforms are never mixed."""
        return find_account(self, creator, platform)
