"""How many requests a job needs and what they cost, computed before the first request."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from dwell import clock
from dwell.errors import SettingsError
from dwell.live.job_spec import STEPS, JobSpec, supported_topics
from dwell.live.recent import age_text, find_recent, recent_warnings
from dwell.live.target import Target
from dwell.providers.base import Provider, Subject
from dwell.results import Result
from dwell.state import StateDatabase, subjects
from dwell.state.subjects import CachedSubject


@dataclass(frozen=True, slots=True)
class PlanItem:
    """The requests for one target.

    Attributes:
        target: The target; a word for topics that are not known yet.
        lookups: Number of lookup requests.
        pages: Maximum number of listing requests.
        expected: Likely number of listing requests, by the number of posts at the last lookup.
        known: The result of the last lookup.
        note: An explanation for the user.
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
        items: One item per target.
        credits: Credits per request.
        credit_price: US dollars for one credit.
        interval_s: Seconds between two requests at the allowed rate.
        warnings: What the user should know before paying, a sentence each.
    """

    items: tuple[PlanItem, ...]
    credits: int
    credit_price: float
    interval_s: float
    warnings: tuple[str, ...] = ()

    def is_of(self, spec: JobSpec) -> bool:
        """The plan has the targets of this job, in its order."""
        return tuple(item.target for item in self.items if isinstance(item.target, Target)) == spec.targets

    @property
    def requests(self) -> int:
        """Maximum number of requests of the whole job."""
        return sum(item.lookups + item.pages for item in self.items)

    @property
    def expected(self) -> int:
        """Likely number of requests."""
        return sum(item.lookups + item.expected for item in self.items)

    def to_result(self) -> Result:
        """One row per target, the price in `meta`."""
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
        return Result(columns, rows, {**self.price(), "warnings": list(self.warnings)})

    def price(self) -> dict[str, Any]:
        """The figures of the whole job."""
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
    now: datetime, job: str | None = None,
) -> Plan:  # fmt: skip
    """Compute the plan from stored data; sends no request.

    Args:
        database: Where earlier requests and lookups are stored.
        provider: The provider.
        spec: What to do.
        credit_price: US dollars for one credit.
        interval_s: Seconds between two requests.
        now: The present.
        job: The job itself, where it is resumed.

    Raises:
        SettingsError: The provider does not offer one of the targets.
    """
    known = {target: subjects.find(database, provider.name, target.kind, target.name) for target in spec.targets}
    recent = find_recent(database, provider.name, spec.targets, now=now, job=job)
    items = tuple(
        _with_age(_plan_item(provider, spec, target, known[target], now), recent.get(target), now)
        for target in spec.targets
    )
    if spec.topics:
        requests = spec.topics * len(supported_topics(provider))
        note = f"their {spec.topics} most used hashtags and sounds, unless sampled today"
        items += (PlanItem("topics", requests, requests, requests, None, note),)
    listing = STEPS[spec.targets[0].kind][1]
    request = provider.listing(listing, Subject("any", id="1", key="1"), cursor=None, count=1)
    return Plan(items, request.credits, credit_price, interval_s, recent_warnings(recent, now))


def lookup_reason(provider: Provider, spec: JobSpec, target: Target, known: CachedSubject | None, now: datetime) -> str:
    """Why a target needs a lookup first; empty if it needs none."""
    lookup = STEPS[target.kind][0]
    if lookup is None or lookup not in provider.lookups:
        return ""
    if target.kind != "account":
        return "current size of the topic"
    if known is None:
        return "first time"
    if not timedelta(0) <= now - known.looked_up_at + clock.TOLERANCE < timedelta(days=spec.profile_days):
        return "profile is due for a refresh"
    return ""


def _plan_item(
    provider: Provider, spec: JobSpec, target: Target, known: CachedSubject | None, now: datetime
) -> PlanItem:
    listing = STEPS[target.kind][1]
    if listing not in provider.streams:
        raise SettingsError(f"{provider.name} doesn't list {target.kind} posts; choose another --provider.")
    size = provider.streams[listing].page_size
    reason = lookup_reason(provider, spec, target, known, now)
    total = known.total if known and target.kind == "account" else None
    total_pages = None if total is None else max(1, ceil(total / size))
    if spec.posts is None:
        note = "all posts" if total_pages else "all posts; the number isn't known yet"
        return PlanItem(
            target,
            int(bool(reason)),
            total_pages or 1,
            total_pages or 1,
            known,
            "; ".join(filter(None, (reason, note))),
        )
    pages = ceil(spec.posts / size)
    return PlanItem(target, int(bool(reason)), pages, min(pages, total_pages or pages), known, reason)


def _with_age(item: PlanItem, read_at: datetime | None, now: datetime) -> PlanItem:
    """Adds when the target was read, where that was less than an hour ago."""
    if read_at is None:
        return item
    return replace(item, note="; ".join(filter(None, (item.note, age_text(read_at, now)))))
