"""What no reading can be: the thresholds, and the names under which such values are flagged.

A flagged value stays stored as the source gave it; it is counted in the summary of an import, named in the column
`implausible` of `posts`, and left out of medians, growth, fits and audits.
"""

from __future__ import annotations

MOST_LENGTHS = 20.0
"""An average watch time over so many lengths of the video is a wrong unit: loops on average give 2 to 3."""
LONGEST_POST_S = 36_000.0
"""TikTok takes 60 minutes; ten hours leave room for the streams of other platforms."""
MOST_SHARE = 1.0
"""A share of views or of viewers cannot exceed the whole; only a point of a retention curve may, by rewatching."""
MOST_CURVE_RISE = 0.3
"""Viewers who go back raise a retention curve by a few hundredths; more is a mixture of units."""

AVG_WATCH_OVER_LENGTHS = "avg_watch_over_20_lengths"
SHARE_OVER_WHOLE = "share_over_100_percent"
LENGTH_OVER_HOURS = "length_over_10_hours"
LIKES_OVER_VIEWS = "likes_over_views"
REACTIONS_WITHOUT_VIEWS = "reactions_without_views"
CURVE_RISES = "curve_rises"

REACTIONS = ("likes", "comments", "shares", "saves")
"""Counters that need a view: where views are 0 and one of these is not, views are no measured 0."""
