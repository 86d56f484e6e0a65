"""Shares as the API writes them: lists of objects, mostly 0-1, for cities in percent points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from dwell_sandbox.seeded_random import SeededRandom
from dwell_sandbox.server.response import Payload

GenderNames = Literal["account", "Female", "female_vv"]

_DECIMALS = 4


def list_shares(shares: Mapping[str, float], key: str) -> list[Payload]:
    """Shares from 0 to 1, each with its name under a key."""
    return [{"percentage": round(share, _DECIMALS), key: name} for name, share in shares.items()]


def list_cities(shares: Mapping[str, float]) -> list[Payload]:
    """Shares of cities in percent points: 17.4921 is 17 %."""
    return [{"percentage": round(100 * share, _DECIMALS), "city_name": name} for name, share in shares.items()]


def list_seconds(shares: Sequence[float]) -> list[Payload]:
    """Shares from 0 to 1, with the second as a text."""
    return [{"second": str(second), "percentage": round(share, _DECIMALS)} for second, share in enumerate(shares)]


def list_viewer_genders(shares: Mapping[str, float], names: GenderNames, seed: int, number: int) -> list[Payload]:
    """The genders of a video's viewers: `Female` or `female_vv`, as real responses have either."""
    if names == "account":
        names = "female_vv" if SeededRandom(seed, "spelling", number).chance("genders", 0.4) else "Female"
    if names == "Female":
        return list_shares(shares, "gender")
    return list_shares({f"{name.lower()}_vv": share for name, share in shares.items()}, "gender")
