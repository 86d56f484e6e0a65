"""The outcome of reading one target."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of reading one target. Stored as JSON, so its fields keep their names.

    Attributes:
        kind: Kind of target.
        name: Its name, as the user gave it.
        handle: The current handle of an account.
        state: State of an account: `ok`, `empty`, `private`, `deleted`, `banned`, `renamed`, `region_blocked` or
            `not_found`; None if unknown, because no request could be sent.
        complete: Everything requested was read.
        reason: Why reading ended.
        lacks: What is missing, in a sentence.
        posts: Number of distinct posts read.
        pages: Number of pages read.
        repeats: Number of posts that were repeated.
        total: Number of posts by the provider's own count.
        views_total: Views of a topic, by the provider's own count.
        total_unit: What the last digit of a topic's `total` stands for: 1 exact, 1,000 for `12K`; None if not known.
        views_total_unit: The same of `views_total`.
        title: Title of a topic.
        creator_id: Platform id of the account.
        detail: The provider's message, verbatim.
        at: When the state was observed, ISO text.
        simulated: The responses came from a simulation.
        again: Reading was cut short; the same command resumes it.
    """

    kind: str
    name: str
    handle: str | None = None
    state: str | None = None
    complete: bool = False
    reason: str = ""
    lacks: str = ""
    posts: int = 0
    pages: int = 0
    repeats: int = 0
    total: int | None = None
    views_total: int | None = None
    total_unit: int | None = None
    views_total_unit: int | None = None
    title: str | None = None
    creator_id: str | None = None
    detail: str | None = None
    at: str | None = None
    simulated: bool = False
    again: bool = False

    def to_json(self) -> dict[str, Any]:
        """A JSON-compatible dict."""
        return asdict(self)
