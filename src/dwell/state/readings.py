"""What polling a post gives: its counters, or why there are none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from dwell.records.tracking import GapReason

COUNTERS = ("views", "likes", "comments", "shares", "saves")


def make_creator_key(handle: str | None, creator_id: str | None) -> str | None:
    """The account that posted a video, as videos are grouped by; None where neither handle nor id is known."""
    return f"@{handle}" if handle else f"id:{creator_id}" if creator_id else None


@dataclass(frozen=True, slots=True)
class Reading:
    """A post as it was read.

    Attributes:
        read_at: When the response came, by the clock that slots are judged by.
        observed_at: The time of the reading: the same, or that of a simulation.
        provider: Who was asked.
        counters: Name -> value; None where the provider does not offer it.
        handle: The account that posted it; None where the response leaves it out.
        creator_id: The account's id; None where the response leaves it out.
        display_name: The account's name; None where the response leaves it out.
        caption: The video's text; None where the response leaves it out.
        units: Counters that the provider rounded, with the unit: 1,000 for `120K`; empty if all are exact.
    """

    read_at: datetime
    observed_at: datetime
    provider: str
    counters: Mapping[str, int | None]
    handle: str | None = None
    creator_id: str | None = None
    display_name: str | None = None
    caption: str | None = None
    units: Mapping[str, int] = field(default_factory=dict)

    @property
    def creator_key(self) -> str | None:
        """The account as videos are grouped by; None where the reading does not name it."""
        return make_creator_key(self.handle, self.creator_id)


@dataclass(frozen=True, slots=True)
class Failure:
    """A slot that was not met.

    Attributes:
        reason: Why.
        retry_at: When to try the same slot again, if that is before the next one begins; None to end it now.
        is_gone: The platform says that the video is not available: at several slots in a row, the job ends.
    """

    reason: GapReason
    retry_at: datetime | None = None
    is_gone: bool = False


Result = Reading | Failure
