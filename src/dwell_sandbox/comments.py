"""The comments of a post: as many as its counter says, each with its time and its author."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from dwell_sandbox.creator_lookup import get_handle
from dwell_sandbox.creators import CREATORS
from dwell_sandbox.growth_curve import HOUR, GrowthCurve, smooth_share
from dwell_sandbox.post_details import PostDetails
from dwell_sandbox.seeded_random import SeededRandom
from dwell_sandbox.watch_model import RATES

_COMMENTS = RATES.index("comments")
_MAX_AGE_H = 24 * 365 * 40
_HALVINGS = 44
_OPENINGS = ("Wait,", "Okay but", "Honestly", "Not me watching this and", "Day 3 of saying that", "Love that")
_MIDDLES = (
    "this worked on the first try", "I needed this today", "the ending got me", "nobody ever shows this part",
    "my sister sent me this", "I would have given up", "this is so well explained", "I am saving this",
)  # fmt: skip
_TAILS = ("", "", " 😂", " 🙌", "!", ", thanks", " – part 2 please?", " ❤️")


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment at an instant.

    Attributes:
        comment_id: 19 digits; the upper 32 bits are the second it was posted.
        text: Its text.
        posted_at: When it was posted, UTC.
        likes: Number of likes.
        replies: Number of replies.
        handle: Its author's handle at that instant.
    """

    comment_id: str
    text: str
    posted_at: datetime
    likes: int
    replies: int
    handle: str


def list_comments(
    seed: int, details: PostDetails, second: int, total: int, offset: int, limit: int
) -> tuple[Comment, ...]:
    """A page of the `total` comments at a Unix second, oldest first, so that pages do not shift."""
    positions = range(max(0, offset), min(total, max(0, offset) + max(0, limit)))
    return tuple(_comment(seed, details, position, second) for position in positions)


def list_replies(seed: int, comment: Comment, second: int) -> tuple[Comment, ...]:
    """The replies to a comment at a Unix second, oldest first; `comment.replies` of them, but for those to come."""
    replies = (_reply(seed, comment, position, second) for position in range(comment.replies))
    return tuple(sorted((each for each in replies if each.posted_at.timestamp() <= second), key=_time))


def _reply(seed: int, comment: Comment, position: int, second: int) -> Comment:
    rng = SeededRandom(seed, "reply", comment.comment_id, position)
    posted = int(comment.posted_at.timestamp()) + rng.integer("after", 60, 86_400)
    return Comment(
        comment_id=str((posted << 32) | rng.bits("low", 32)),
        text=f"{rng.choice('opening', _OPENINGS)} {rng.choice('middle', _MIDDLES)}",
        posted_at=datetime.fromtimestamp(posted, UTC),
        likes=rng.integer("likes", 0, 12),
        replies=0,
        handle=get_handle(seed, rng.integer("author", 0, CREATORS - 1), second),
    )


def _time(comment: Comment) -> tuple[datetime, str]:
    return comment.posted_at, comment.comment_id


def _comment(seed: int, details: PostDetails, position: int, second: int) -> Comment:
    rng = SeededRandom(seed, "comment", details.post.post_id, position)
    final = details.performance.views * details.performance.rates[_COMMENTS]
    hours = _age_at_share(details.curve, (position + rng.uniform("within", 0.05, 1.0)) / final)
    posted = details.upload.posted + int(hours * HOUR)
    author = rng.integer("author", 0, CREATORS - 1)
    maturity = 1.0 - 2.0 ** (-(second - posted) / 86_400)
    likes = min(5000.0, 2.0 ** rng.normal("liked", 0.5, 2.2)) * maturity
    text = f"{rng.choice('opening', _OPENINGS)} {rng.choice('middle', _MIDDLES)}{rng.choice('tail', _TAILS)}"
    return Comment(
        comment_id=str((posted << 32) | rng.bits("low", 32)),
        text=text,
        posted_at=datetime.fromtimestamp(posted, UTC),
        likes=int(likes),
        replies=int(rng.poisson("replies", min(8.0, 0.02 * likes))),
        handle=get_handle(seed, author, second),
    )


def _age_at_share(curve: GrowthCurve, share: float) -> float:
    """The age in hours at which the growth curve reaches a share, by bisection."""
    low, high = 0.0, float(_MAX_AGE_H)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if smooth_share(curve, middle) < share else (low, middle)
    return high
