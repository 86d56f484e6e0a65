"""The public counters of a post at one instant."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from dwell.records.column import Meaning
from dwell.records.reading import ObservedPrecision, ObservedZone, ValueSources


class PostSnapshot(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Public, cumulative counters of one post at one instant. Null is unknown; 0 is an observed zero."""

    post_id: Annotated[str, Meaning("The post")]
    observed_at: Annotated[datetime, Meaning("When the counters were read, UTC")]
    views: Annotated[int | None, Meaning("Views since publishing")] = None
    likes: Annotated[int | None, Meaning("Likes since publishing")] = None
    comments: Annotated[int | None, Meaning("Comments since publishing")] = None
    shares: Annotated[int | None, Meaning("Shares since publishing")] = None
    saves: Annotated[int | None, Meaning("Saves (bookmarks, favourites) since publishing")] = None
    downloads: Annotated[int | None, Meaning("Downloads since publishing")] = None
    rounded: Annotated[bool | None, Meaning("The source rounded counters of this row (17.7K)")] = None
    source: Annotated[str, Meaning("Format or provider")]
    observed_precision: ObservedPrecision = None
    observed_zone: ObservedZone = None
    value_sources: ValueSources = None
