"""What an account has and uses: balance, videos, snapshots, and how much of the load the provider can serve."""

from __future__ import annotations

from dwell.errors import SettingsError
from dwell.settings.tracking import TrackingSettings
from dwell.state import StateDatabase, accounts, tracked_videos
from dwell.tracking.keys import Caller, plan_limits
from dwell.tracking.objects import Usage
from dwell.tracking.provider_access import ProviderAccess
from dwell.tracking.video_objects import dollars

_MANY = 1_000_000
"""So many polled accounts are counted; more change no share that is shown."""


def read_usage(database: StateDatabase, settings: TrackingSettings, access: ProviderAccess, caller: Caller) -> Usage:
    """The usage of the caller's account.

    Args:
        database: Where it is.
        settings: Price and billing.
        access: The provider that is asked.
        caller: Whose.
    """
    account = accounts.find(database, caller.account_id)
    balance, low = (account.balance_micros, account.low_balance_micros) if account else (0, None)
    _, charged = accounts.count_charges(database, caller.account_id)
    price = settings.price_micros
    with database.reading() as connection:
        active = tracked_videos.count_active(connection, caller.account_id)
        creators = tracked_videos.count_creators(connection, _MANY)
    provider, served_share = _read_provider(access, creators)
    return Usage(
        balance_usd=dollars(balance),
        total_snapshots=tracked_videos.count_snapshots(database, caller.account_id),
        active_videos=active,
        uncharged_usage_usd=0.0,
        total_charged_usd=dollars(charged),
        estimated_snapshots_remaining=max(0, balance // price) if price else None,
        cost_per_snapshot=dollars(price),
        billing=settings.billing,
        plan=plan_limits(caller.plan),
        provider=provider or settings.provider,
        provider_credits_today=access.budget.spent_today(),
        provider_max_credits=settings.max_credits,
        served_share=served_share,
        low_balance_usd=None if low is None else dollars(low),
    )


def _read_provider(access: ProviderAccess, creators: int) -> tuple[str | None, float | None]:
    """Who is asked, and the share of the due slots that its limits can serve."""
    try:
        provider, capacity = access.name, access.capacity()
    except SettingsError:
        return None, None
    if not access.has_key:  # another machine polls, and may have other limits
        return provider, None
    return provider, 1.0 if capacity is None or not creators else round(min(1.0, capacity / creators), 4)
