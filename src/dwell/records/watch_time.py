"""How long viewers stayed, as measured by the platform. Only the owner of an account has these figures."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from dwell.records.column import Meaning
from dwell.records.reading import ObservedPrecision, ObservedZone, ValueSources


class WatchTime(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Measured watch metrics of one post at one instant."""

    post_id: Annotated[str, Meaning("The post")]
    observed_at: Annotated[datetime, Meaning("When the figures were read, UTC")]
    avg_watch_s: Annotated[
        float | None, Meaning("Average watch time of a view in seconds; may exceed the length (loops)")
    ] = None
    full_watch_rate: Annotated[float | None, Meaning("Share of views that reached the end, 0-1")] = None
    total_watch_s: Annotated[float | None, Meaning("Watch time of all views together, seconds")] = None
    reach: Annotated[int | None, Meaning("People who watched at least once")] = None
    new_followers: Annotated[int | None, Meaning("Followers gained by the post")] = None
    source: Annotated[str, Meaning("Format or provider")]
    observed_precision: ObservedPrecision = None
    observed_zone: ObservedZone = None
    value_sources: ValueSources = None


class Retention(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One point of a post's retention curve."""

    post_id: Annotated[str, Meaning("The post")]
    observed_at: Annotated[datetime, Meaning("When the curve was read, UTC")]
    second: Annotated[float, Meaning("Seconds from the start of the video")]
    retention_rate: Annotated[float, Meaning("Share of viewers still watching, 0-1")]
    source: Annotated[str, Meaning("Format or provider")]
    observed_precision: ObservedPrecision = None
    observed_zone: ObservedZone = None
