"""What no reading can be: the thresholds, and the names under which such values are flagged.

A flagged value stays stored as the source gave it; it is counted in the summary of an import, named in the column
`implausible` of `posts`, and left out of medians, growth, fits and audits.
"""

from __future__ import annotations

MOST_LENGTHS = 20.0
"""An average watch time over so many lengths of the video is a wrong unit: loops on average give 2 to 3."""
LONGEST_POST_S = 36_000.0
"""Ten hours leave room for the streams of other platforms than TikTok."""
LONGEST_TIKTOK_S = 3_700.0
"""TikTok takes 60 minutes: 15000 in a column without a unit is 15 s in milliseconds, not four hours."""
SHORTEST_POST_S = 0.5
"""No app publishes less: 8.5 in a column of milliseconds is 8.5 s, and 0.25 one of minutes."""
MOST_SHARE = 1.0
"""A share of views or of viewers cannot exceed the whole; only a point of a retention curve may, by rewatching."""
MOST_CURVE_RISE = 0.3
"""Viewers who go back raise a retention curve by a few hundredths; more is a mixture of units."""

AVG_WATCH_OVER_LENGTHS = "avg_watch_over_20_lengths"
SHARE_OVER_WHOLE = "share_over_100_percent"
LENGTH_OVER_HOURS = "length_over_10_hours"
LENGTH_OVER_TIKTOK = "length_over_60_minutes_on_tiktok"
LENGTH_UNDER_HALF_SECOND = "length_under_half_a_second"
LIKES_OVER_VIEWS = "likes_over_views"
REACTIONS_WITHOUT_VIEWS = "reactions_without_views"
CURVE_RISES = "curve_rises"

REACTIONS = ("likes", "comments", "shares", "saves")
"""Counters that need a view: where views are 0 and one of these is not, views are no measured 0."""

FLAG_WORDS = {
    AVG_WATCH_OVER_LENGTHS: "with an average watch time over 20 lengths of the video",
    SHARE_OVER_WHOLE: "with a share over 100 %",
    LENGTH_OVER_HOURS: "longer than 10 hours",
    LENGTH_OVER_TIKTOK: "longer than the 60 minutes that TikTok takes",
    LENGTH_UNDER_HALF_SECOND: "shorter than half a second",
    LIKES_OVER_VIEWS: "with more likes than views",
    REACTIONS_WITHOUT_VIEWS: "with 0 views beside likes, comments, shares or saves",
    CURVE_RISES: "where a retention curve rises by more than rewatching can",
    "account_differs_from_link": "whose account differs from the link, which was believed",
    "account_names_without_handle": "whose account is a name without a handle",
    "creator_counters_disagree": "whose account has other counters at the same time",
    "duration_zero": "with length 0",
    "fractional_counts": "with a fraction in a count",
    "no_duration": "without a length",
    "observed_before_id": "observed before the post was made",
    "posting_time_contradicts_id": "whose posting time contradicts the id",
    "ids_look_rounded": "with an id that may be rounded",
    "creator_ids_look_rounded": "with an account id that may be rounded",
    "sound_ids_look_rounded": "with a sound id that may be rounded",
    "comment_ids_look_rounded": "with a comment id that may be rounded",
    "views_zero": "with 0 views",
    "zero_views_beside_other_counters": "with 0 views beside other counters: views were left unknown",
}
"""Name of a flag on import -> what stands behind `12 rows`."""
