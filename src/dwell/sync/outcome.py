"""What became of one account in a sync."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

StreamState = Literal["complete", "partial", "not_allowed", "failed", "waiting"]
"""`waiting` until the stream is read; `partial` where values are missing that another sync may bring."""


@dataclass
class StreamOutcome:
    """One stream.

    Attributes:
        state: How far it was read.
        message: What is missing and what to do; empty where nothing is.
        rows: Table of the connector -> rows that the responses had.
        not_allowed: Its tables that the owner did not allow, where others of the stream were read.
    """

    state: StreamState = "waiting"
    message: str = ""
    rows: dict[str, int] = field(default_factory=dict)
    not_allowed: list[str] = field(default_factory=list)

    def count(self, rows: Mapping[str, int]) -> None:
        """Add rows."""
        self.rows = dict(Counter(self.rows) + Counter(rows))


@dataclass
class AccountOutcome:
    """One account. Stored as JSON, so its fields keep their names.

    Attributes:
        open_id: The account.
        account: How messages name it.
        streams: Its streams.
        again: Reading was cut short; the same command resumes it.
        at: When the first response came, ISO text.
        simulated: The responses came from a simulation.
        post_count: Videos that the account has by its profile; None where that is not shown.
        videos: Videos that were listed.
        withheld: Videos whose watch time TikTok withholds, because nobody has watched them for 7 days.
        listed: Ids of the videos of a whole listing; None where it was not read to its end.
        listed_from: The oldest publishing date that the listing covers, ISO text; None where it covers all.
        cursors: Stream -> partition -> cursor, to be stored at the end.
        lost_days: Stream -> days that cannot be read any more.
        first: It was the first whole reading of the videos.
    """

    open_id: str
    account: str
    streams: dict[str, StreamOutcome] = field(default_factory=dict)
    again: bool = False
    at: str | None = None
    simulated: bool = False
    post_count: int | None = None
    videos: int = 0
    withheld: int = 0
    listed: list[str] | None = None
    listed_from: str | None = None
    cursors: dict[str, dict[str, str]] = field(default_factory=dict)
    lost_days: dict[str, list[str]] = field(default_factory=dict)
    first: bool = False

    @property
    def complete(self) -> bool:
        """Every stream was read whole, as far as the owner allowed it."""
        return not self.again and all(each.state in {"complete", "not_allowed"} for each in self.streams.values())

    def to_json(self) -> dict[str, Any]:
        """A JSON-compatible dict."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> AccountOutcome:
        """The outcome of a stored job."""
        streams = {name: StreamOutcome(**each) for name, each in stored["streams"].items()}
        return cls(**{**stored, "streams": streams})
