"""Whether a video still gets views."""

from __future__ import annotations

from dwell_sandbox.growth_curve import gross_share
from dwell_sandbox.post_details import PostDetails


def has_views_between(details: PostDetails, since: int, until: int) -> bool:
    """Whether a post got at least one view between two Unix seconds. Purges do not count as activity."""

    def views(second: int) -> int:
        return int(details.performance.views * gross_share(details.curve, second - details.upload.posted))

    return views(until) > views(since)
