"""What a job will ask and cost, worked out before the first request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from dwell.errors import SettingsError
from dwell.live.job_spec import STEPS, JobSpec, supported_topics
from dwell.live.target import Target
from dwell.providers.base import Provider, Subject
from dwell.results import Result
from dwell.state import StateDatabase, subjects
from dwell.state.subjects import CachedSubject


@dataclass(frozen=True, slots=True)
class PlanItem:
    """What one target needs.

    Attributes:
        target: Which; a word for those that are not known yet.
        lookups: Requests that look it up.
        pages: Most requests that list its posts.
        expected: Requests that are likely, by the number of posts that it had when last looked up.
        known: What is known of it.
        note: Why, in words.
    """

    target: Target | str
    lookups: int
    pages: int
    expected: int
    known: CachedSubject | None
    note: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A job's requests and price.

    Attributes:
        items: One a target.
        credits: Credits for one request.
        credit_price: US dollars for one credit.
        interval_s: Seconds between two requests at the allowed pace.
    """

    items: tuple[PlanItem, ...]
    credits: int
    credit_price: float
    interval_s: float

    @property
    def requests(self) -> int:
        """Most requests of the whole job."""
        return sum(item.lookups + item.pages for item in self.items)

    @property
    def expected(self) -> int:
        """Requests that are likely."""
        return sum(item.lookups + item.expected for item in self.items)

    def to_result(self) -> Result:
        """A row a target, the price in `meta`."""
        columns = ("target", "lookups", "pages_at_most", "pages_expected", "credits_at_most", "note")
        rows = [
            (
                str(item.target),
                item.lookups,
                item.pages,
                item.expected,
                (item.lookups + item.pages) * self.credits,
                item.note,
            )
            for item in self.items
        ]
        return Result(columns, rows, self.price())

    def price(self) -> dict[str, Any]:
        """The whole job in figures."""
        return {
            "requests_at_most": self.requests,
            "requests_expected": self.expected,
            "credits_at_most": self.requests * self.credits,
            "usd_at_most": round(self.requests * self.credits * self.credit_price, 6),
            "usd_expected": round(self.expected * self.credits * self.credit_price, 6),
            "seconds_at_most": round(max(0, self.requests - 1) * self.interval_s, 1),
        }


def make_plan(
    database: StateDatabase, provider: Provider, spec: JobSpec, *, credit_price: float, interval_s: float,
    now: datetime,
) -> Plan:  # fmt: skip
    """Works it out from what is known; asks nobody.

    Raises:
        SettingsError: The provider does not offer what is asked for.
    """
    known = {target: subjects.find(database, provider.name, target.kind, target.name) for target in spec.targets}
    items = tuple(_plan_item(provider, spec, target, known[target], now) for target in spec.targets)
    if spec.topics:
        requests = spec.topics * len(supported_topics(provider))
        note = f"the {spec.topics} hashtags and sounds that they use most, unless sampled today"
        items += (PlanItem("topics", requests, requests, requests, None, note),)
    listing = STEPS[spec.targets[0].kind][1]
    request = provider.listing(listing, Subject("any", id="1", key="1"), cursor=None, count=1)
    return Plan(items, request.credits, credit_price, interval_s)


def needs_lookup(provider: Provider, spec: JobSpec, target: Target, known: CachedSubject | None, now: datetime) -> str:
    """Why a target is looked up first; empty where it is not."""
    lookup = STEPS[target.kind][0]
    if lookup is None or lookup not in provider.lookups:
        return ""
    if target.kind != "account":
        return "size of the topic today"
    if known is None:
        return "first time"
    if now - known.looked_up_at >= timedelta(days=spec.profile_days):
        return "profile is due again"
    return ""


def _plan_item(
    provider: Provider, spec: JobSpec, target: Target, known: CachedSubject | None, now: datetime
) -> PlanItem:
    listing = STEPS[target.kind][1]
    if listing not in provider.page_size:
        raise SettingsError(f"{provider.name} lists no {target.kind}s; choose another --provider.")
    size = provider.page_size[listing]
    why = needs_lookup(provider, spec, target, known, now)
    total = known.total if known and target.kind == "account" else None
    there = None if total is None else max(1, ceil(total / size))
    if spec.posts is None:
        note = "all posts" if there else "all posts; their number is not known yet"
        return PlanItem(target, int(bool(why)), there or 1, there or 1, known, "; ".join(filter(None, (why, note))))
    pages = ceil(spec.posts / size)
    return PlanItem(target, int(bool(why)), pages, min(pages, there or pages), known, why)
