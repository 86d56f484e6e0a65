"""What a job does, as plain data: two equal specs are the same job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from dwell.live.target import Target
from dwell.providers.base import Lookup, Provider

STEPS: Mapping[str, tuple[Lookup | None, str]] = {
    "account": ("profile", "user_posts"),
    "hashtag": ("hashtag", "hashtag_posts"),
    "sound": ("sound", "sound_posts"),
    "search": (None, "search_posts"),
}
"""Kind of target -> the lookup for it, and the stream of its posts."""

SAMPLE_POSTS = 1
"""Posts to read for a sampled topic: pages are read whole, so this means one page of about thirty."""

PROFILE_DAYS = 6.0
"""Days after which a profile (followers, number of posts) is read again: about weekly in a daily sweep."""


@dataclass(frozen=True, slots=True)
class JobSpec:
    """One job.

    Attributes:
        command: The command that runs it.
        provider: The provider.
        targets: The targets, without duplicates.
        posts: Number of newest posts to read of each; None reads all.
        profile_days: Maximum age in days of a stored profile; 0 always reads it again.
        niche: Niche to assign to the accounts.
        slot: The scheduled time that this job is for, ISO text.
        topics: How many of the accounts' most used hashtags and sounds to sample afterwards, unless sampled today.
        sampled: Those topics, once the job has determined them.
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
        """The requested targets and the sampled topics, in order of position."""
        return self.targets + self.sampled

    def post_limit(self, position: int) -> int | None:
        """Number of posts to read of the target at this position; None means all."""
        return self.posts if position < len(self.targets) else SAMPLE_POSTS

    def to_json(self) -> dict[str, Any]:
        """A JSON-compatible dict."""
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
    def from_json(cls, data: Mapping[str, Any]) -> JobSpec:
        """The inverse of `to_json`."""
        return cls(**{**data, "targets": tuple(Target(kind, name) for kind, name in data["targets"])})

    def is_same_job(self, other: JobSpec) -> bool:
        """Both specs request the same, in any order of targets."""
        alike = replace(self, targets=(), sampled=()) == replace(other, targets=(), sampled=())
        return alike and set(self.targets) == set(other.targets)


def supported_topics(provider: Provider) -> list[str]:
    """The kinds of topics whose size and posts a provider offers: `hashtag`, `sound`."""
    return [
        kind
        for kind in ("hashtag", "sound")
        if STEPS[kind][0] in provider.lookups and STEPS[kind][1] in provider.streams
    ]
