"""What a video brought its account besides views: profile visits, followers, clicks on the profile's links."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from functools import lru_cache
from operator import attrgetter

from dwell_sandbox.counters import gross_counters
from dwell_sandbox.post_details import PostDetails
from dwell_sandbox.seeded_random import SeededRandom


@dataclass(frozen=True, slots=True)
class Totals:
    """Totals since publishing; none ever decreases, because purges are not subtracted.

    Attributes:
        views: Views.
        likes: Likes.
        comments: Comments.
        shares: Shares.
        profile_views: Visits of the profile.
        new_followers: New followers.
        website_clicks: Clicks on the website of the profile.
        phone_number_clicks: Clicks on its phone number.
        lead_submissions: Forms that visitors sent.
        app_download_clicks: Clicks on its app.
        email_clicks: Clicks on its e-mail address.
        address_clicks: Clicks on its address.
    """

    views: int = 0
    likes: int = 0
    comments: int = 0
    shares: int = 0
    profile_views: int = 0
    new_followers: int = 0
    website_clicks: int = 0
    phone_number_clicks: int = 0
    lead_submissions: int = 0
    app_download_clicks: int = 0
    email_clicks: int = 0
    address_clicks: int = 0

    def __sub__(self, other: Totals) -> Totals:
        return Totals(*(mine - theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))


def add_totals(each: Iterable[Totals]) -> Totals:
    """The sum of some totals."""
    columns = zip(*map(_VALUES, each), strict=True)
    return Totals(*map(sum, columns))


_VALUES = attrgetter(*(field.name for field in fields(Totals)))

CLICK_RATES = {
    "website_clicks": 0.05,
    "phone_number_clicks": 0.002,
    "lead_submissions": 0.004,
    "app_download_clicks": 0.012,
    "email_clicks": 0.003,
    "address_clicks": 0.002,
}
"""Clicks for each visit of a profile, on average."""


def video_totals(seed: int, details: PostDetails, second: int) -> Totals:
    """The totals of a post at a Unix second; all 0 before publishing."""
    counters = gross_counters(
        seed, details.post.post_id, details.performance, details.curve, second - details.upload.posted
    )
    rates = _draw_rates(seed, details.post.post_id)
    profile_views = int(counters.views * rates.visits)
    return Totals(
        counters.views,
        counters.likes,
        counters.comments,
        counters.shares,
        profile_views,
        int(profile_views * rates.follows),
        *(int(profile_views * rate) for rate in rates.clicks),
    )


@dataclass(frozen=True, slots=True)
class _Rates:
    """Visits for each view; for each visit, new followers, and clicks in the order of `CLICK_RATES`."""

    visits: float
    follows: float
    clicks: tuple[float, ...]


@lru_cache(maxsize=32_768)
def _draw_rates(seed: int, post_id: str) -> _Rates:
    rng = SeededRandom(seed, "visits", post_id)
    return _Rates(
        visits=rng.uniform("profile", 0.004, 0.02),
        follows=rng.uniform("follow", 0.05, 0.25),
        clicks=tuple(rate * rng.uniform(name, 0.5, 1.5) for name, rate in CLICK_RATES.items()),
    )
