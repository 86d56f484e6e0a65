"""What a job is asked to do, as plain data: the same request twice is the same question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from dwell.live.target import Target
from dwell.providers.base import Listing, Lookup, Provider

STEPS: Mapping[str, tuple[Lookup | None, Listing]] = {
    "account": ("profile", "user_posts"),
    "hashtag": ("hashtag", "hashtag_posts"),
    "sound": ("sound", "sound_posts"),
    "search": (None, "search_posts"),
}
"""Kind of target -> what looks it up, and what lists its posts."""

SAMPLE_POSTS = 1
"""Posts wanted of a sampled topic: pages are read whole, so this means one page, of about thirty."""

PROFILE_DAYS = 6.0
"""A profile (followers, number of posts) is read again after so many days: about weekly in a daily sweep."""


@dataclass(frozen=True, slots=True)
class JobSpec:
    """One job.

    Attributes:
        command: The command that asks.
        provider: Whom.
        targets: What about, without repeats.
        posts: Newest posts to read of each; None reads all.
        profile_days: Read an account's profile again when it is older than this; 0 reads it always.
        niche: Subject to give to the accounts.
        slot: The due moment of a schedule that this job is for, ISO text.
        topics: Afterwards sample so many hashtags and sounds that the accounts use most, unless sampled today.
        sampled: Those, once they are known: what they are is found out by the job itself.
    """

    command: str
    provider: str
    targets: tuple[Target, ...]
    posts: int | None = 200
    profile_days: float = PROFILE_DAYS
    niche: str | None = None
    slot: str | None = None
    topics: int = 0
    sampled: tuple[Target, ...] = ()

    @property
    def all_targets(self) -> tuple[Target, ...]:
        """What was asked for, and what was found to be sampled, in the order of their positions."""
        return self.targets + self.sampled

    def post_limit(self, position: int) -> int | None:
        """Posts to read of the target at a position; None is all."""
        return self.posts if position < len(self.targets) else SAMPLE_POSTS

    def to_json(self) -> dict[str, Any]:
        """JSON-compatible."""
        return {
            "command": self.command,
            "provider": self.provider,
            "targets": [[target.kind, target.name] for target in self.targets],
            "posts": self.posts,
            "profile_days": self.profile_days,
            "niche": self.niche,
            "slot": self.slot,
            "topics": self.topics,
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> JobSpec:
        """The other way."""
        return cls(**{**said, "targets": tuple(Target(kind, name) for kind, name in said["targets"])})

    def is_same_job(self, other: JobSpec) -> bool:
        """It asks the same, in whatever order."""
        alike = replace(self, targets=(), sampled=()) == replace(other, targets=(), sampled=())
        return alike and set(self.targets) == set(other.targets)


def supported_topics(provider: Provider) -> list[str]:
    """The kinds of topics whose size and posts a provider gives: `hashtag`, `sound`."""
    return [
        kind
        for kind in ("hashtag", "sound")
        if STEPS[kind][0] in provider.lookups and STEPS[kind][1] in provider.page_size
    ]
