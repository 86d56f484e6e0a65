"""The owner's analytics of a simulated world: complete, exact, and without delay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dwell_sandbox.owner.account_days import AccountDay, account_day
from dwell_sandbox.owner.account_types import AccountType, account_type, has_analytics
from dwell_sandbox.owner.activity import has_views_between
from dwell_sandbox.owner.audience import Audience, account_audience
from dwell_sandbox.owner.video_metrics import VideoMetrics, video_metrics
from dwell_sandbox.post_details import get_post_details
from dwell_sandbox.timestamps import to_unix_second
from dwell_sandbox.world import World


@dataclass(frozen=True, slots=True)
class OwnerAnalytics:
    """What only owners can see of their accounts in one world.

    Args:
        world: The world.
    """

    world: World

    def account_type(self, handle: str) -> AccountType:
        """The type of an account."""
        return account_type(self.world.seed, self.world.creator(handle).number)

    def has_analytics(self, handle: str) -> bool:
        """Whether the owner has turned analytics on."""
        return has_analytics(self.world.seed, self.world.creator(handle).number)

    def video(self, post_id: str, at: datetime) -> VideoMetrics:
        """All metrics of a post at an instant.

        Raises:
            LookupError: No post of this world has this id.
        """
        return video_metrics(self.world.seed, get_post_details(self.world.seed, post_id), to_unix_second(at))

    def has_views_within(self, post_id: str, at: datetime, span: timedelta) -> bool:
        """Whether a post got a view in the span of time before an instant.

        Raises:
            LookupError: No post of this world has this id.
        """
        details = get_post_details(self.world.seed, post_id)
        return has_views_between(details, to_unix_second(at - span), to_unix_second(at))

    def day(self, handle: str, day: date) -> AccountDay:
        """One day of an account, UTC."""
        return account_day(self.world.seed, self.world.creator(handle).number, day)

    def audience(self, handle: str, at: datetime) -> Audience:
        """The followers of an account at an instant; it changes at midnight UTC."""
        return account_audience(self.world.seed, self.world.creator(handle), to_unix_second(at))
