"""Everything that a report shows, collected before it is rendered: the page itself runs no queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from dwell.results import Result

Rows: TypeAlias = Result | Sequence[Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class ReportContent:
    """The inputs of one report; a part that is None or empty is reported as missing, with the reason.

    Attributes:
        handle: The creator, without @.
        generated_at: When the numbers were computed, with a time zone.
        findings: The findings about the account (`ws.findings`): every figure of the statements and headline numbers.
        posts: Rows of the `posts` metric, eligible or not.
        benchmarks: Rows of `benchmarks` for this creator.
        exclusions: The row of `exclusions`: total, eligible, and posts per reason.
        comparison: The result of `ws.compare`, this account first; None where it is compared with none.
        comparison_accounts: Whose numbers that result shows, when they were observed and where they come from.
        tiers: Rows of `tiers`, with n_top, n_bottom and a verdict in `meta`.
        posting_times: Rows of `posting_times`, in `tz`.
        trend: Rows of `trend`.
        growth: Rows of `growth`; empty where no post was observed twice.
        audit: Rows of `audit`; None for an account without watch time.
        retention: The result of `ws.retention`; None for an account without retention curves.
        retention_posts: Its best and its weakest post by views, each as `ws.retention(..., post=...)`; or none.
        score: The result of a scoring; None without a scoring.
        status: The state of the data: first_observed_at, last_observed_at, unknown_share, sources.
        versions: Name of a component (dwell, metric definitions, model) -> its version.
        period: When its posts were published, in words; "" for posts of all times.
        tz: The time zone of hours and weekdays.
        every: Length of a trend period.
        connected: The account is connected, so nothing on the page advises to connect it.
        simulated: The data is simulated; the page says so at its top.
    """

    handle: str
    generated_at: datetime
    findings: Result
    posts: Rows = ()
    benchmarks: Rows = ()
    exclusions: Mapping[str, Any] = field(default_factory=dict)
    comparison: Result | None = None
    comparison_accounts: str = ""
    tiers: Rows = ()
    posting_times: Rows = ()
    trend: Rows = ()
    growth: Rows = ()
    audit: Rows | None = None
    retention: Result | None = None
    retention_posts: Sequence[Result] = ()
    score: Result | Mapping[str, Any] | None = None
    status: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    tz: str = "UTC"
    period: str = ""
    every: str = "week"
    connected: bool = False
    simulated: bool = False

    @property
    def fit(self) -> Mapping[str, Any] | None:
        """The report of a fit; None without a fit."""
        fit: Mapping[str, Any] | None = self.findings.meta["fit"]
        return fit

    @property
    def metric(self) -> str:
        """The metric that compares the posts."""
        return str(self.findings.meta["metric"]["name"])

    def scored(self) -> Mapping[str, Any] | None:
        """The scoring as one object: model_id, level_shown, reasons, rows."""
        return self.score.to_dict() if isinstance(self.score, Result) else self.score


def meta(rows: Rows | None) -> Mapping[str, Any]:
    """The metadata of the rows; empty for plain rows."""
    return rows.meta if isinstance(rows, Result) else {}
