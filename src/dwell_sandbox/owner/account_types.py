"""Which accounts are business accounts, and whose owner has turned analytics on."""

from __future__ import annotations

from types import MappingProxyType
from typing import Literal

from dwell_sandbox.demo_accounts import DEMO_HANDLES
from dwell_sandbox.seeded_random import SeededRandom

AccountType = Literal["personal", "business", "registered_business"]

ACCOUNT_TYPES: tuple[AccountType, ...] = ("personal", "business", "registered_business")
_SHARES = (0.6, 0.3, 0.1)
_DEMO_TYPES: MappingProxyType[int, AccountType] = MappingProxyType(
    {1: "business", 2: "personal", 3: "registered_business", 4: "personal"}
)
_WITHOUT_ANALYTICS = 0.03


def account_type(seed: int, number: int) -> AccountType:
    """The type of the account with this number; a registered business has more fields than a business."""
    drawn = SeededRandom(seed, "account type", number).choice("type", ACCOUNT_TYPES, _SHARES)
    return _DEMO_TYPES.get(number, drawn)


def has_analytics(seed: int, number: int) -> bool:
    """Whether the owner has turned analytics on: always for the demo accounts, and for 97 % of the others."""
    return number in DEMO_HANDLES or not SeededRandom(seed, "account type", number).chance("off", _WITHOUT_ANALYTICS)
