"""Everything that follows from a post's id, computed once and cached."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from dwell_sandbox.creator_lookup import get_creator
from dwell_sandbox.creators import Creator
from dwell_sandbox.growth_curve import GrowthCurve, draw_growth_curve
from dwell_sandbox.performance import Performance, draw_performance
from dwell_sandbox.posts import Post, make_post
from dwell_sandbox.uploads import Upload, find_upload


@dataclass(frozen=True, slots=True)
class PostDetails:
    """A post with its creator, its upload, its final performance and its growth curve."""

    creator: Creator
    upload: Upload
    post: Post
    performance: Performance
    curve: GrowthCurve


@lru_cache(maxsize=32_768)
def get_post_details(seed: int, post_id: str) -> PostDetails:
    """Everything about one post.

    Raises:
        LookupError: No post of this world has it.
    """
    upload = find_upload(seed, post_id)
    if upload is None:
        raise LookupError(f"no post of the simulated world has the id {post_id!r}")
    creator = get_creator(seed, upload.number)
    post = make_post(seed, creator, upload)
    return PostDetails(creator, upload, post, draw_performance(seed, creator, post), draw_growth_curve(seed, post_id))
