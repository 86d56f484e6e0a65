"""The meaning of the columns of the retention metrics: name -> (unit, meaning)."""

from __future__ import annotations

from dwell.metrics.columns import POST, Columns

HOOK_S = (1, 3, 5)
"""The seconds until which the loss of the start is counted."""
FRACTIONS = tuple(range(0, 101, 5))
"""Places on the axis of the length, in percent of it: `at_0`, `at_5`, ... `at_100`."""
FLAGS = {
    "implausible_rate": "a share below 0 or above 10",
    "outside_length": "points before the start or after the end of the video",
    "axis_unclear": "ends at 100 or at 1 whatever the length, so it may be in percent or shares of it",
    "percent_axis": "was read as percent of the length, because it ends at 100 beyond the end of the video",
    "single_point": "one point only",
    "no_start": "does not begin at second 0",
    "start_not_1": "starts further than 5 points from 100 %",
    "over_1": "above 105 % somewhere: viewers rewind",
    "gap": "neighbouring points too far apart for a straight line between them",
    "unknown_length": "the length of the video is not known",
    "ends_early": "stops before the end of the video",
    "area_differs": "the area under it differs from the average watch time by more than 5 % and 0.25 s",
}
"""Name of each flag -> what it says about a curve; with the first three its figures are unknown."""

_LENGTH = "null where the length is unknown or the curve has a gap there"
_BAND = "of the account's curves of this bucket; null below 5"

RETENTION_CURVE: Columns = {
    **{name: POST[name] for name in ("post_id", "platform", "handle", "caption", "url", "posted_at", "is_ad")},
    **{name: POST[name] for name in ("views", "engagement_rate", "excluded", "bucket")},
    "duration_s": ("s", "Length of the video; null where unknown or implausible, and for photos"),
    "observed_at": ("UTC", "When the curve was read: the newest reading"),
    "points": ("points", "Points of the curve as read"),
    "first_s": ("s", "Second of its first point"),
    "last_s": ("s", "Second of its last point"),
    "start_rate": ("0-1", "Share at second 0; null where the curve does not begin there"),
    **{f"retention_{second}s": ("0-1", f"Share still watching at second {second}") for second in HOOK_S},
    **{f"hook_loss_{second}s": ("0-1", f"Share lost until second {second}: start_rate less that") for second in HOOK_S},
    "plateau_s": (
        "s",
        "Longest stretch of 2 s and 20 % of the length or more as flat as 20 points over a whole video; 0 without one",
    ),
    "plateau_from_s": ("s", "Where it begins"),
    "plateau_to_s": ("s", "Where it ends"),
    "end_rate": ("0-1", f"Share that reaches the end; {_LENGTH}"),
    "bumps": ("", "Number of rewatch bumps: tops of a rise of 0.3 points and 2 % or more"),
    "bump_s": ("s", "Second of the highest"),
    "bump_height": ("0-1", "Its height over the lowest of the two seconds before"),
    "cliffs": ("", "Number of cliffs: falls of 1 point and 5 % of the viewers more than in the seconds beside them"),
    "cliff_s": ("s", "First second after the largest"),
    "cliff_drop": ("0-1", "By how much its fall exceeds the mean of the falls beside it"),
    "area_s": ("s", "Area under the curve until the end; null where a part of it is unknown"),
    "avg_watch_s": ("s", "Average watch time of the same reading, measured by the platform"),
    "area_difference_s": ("s", "area_s less avg_watch_s; viewers who loop make it negative"),
    "full_watch_rate": ("0-1", "Share of views that reached the end, of the same reading"),
    "flags": ("", f"What is odd about the curve, with commas between: {', '.join(f'`{name}`' for name in FLAGS)}"),
    **{f"at_{place}": ("0-1", f"Share still watching at {place} % of the length; {_LENGTH}") for place in FRACTIONS},
    "bucket_n": ("curves", "Curves of the account in this bucket whose half is known"),
    **{
        f"{figure}_{band}": ("0-1", f"{words} of {figure} {_BAND}")
        for figure in ("retention_3s", "end_rate")
        for band, words in (("p10", "10th percentile"), ("median", "Median"), ("p90", "90th percentile"))
    },
    "above_band": ("0-1", f"Share of the 21 places of the length at which it is above the p90 {_BAND}"),
    "below_band": ("0-1", f"Share of these places at which it is below the p10 {_BAND}"),
}
RETENTION_POINT: Columns = {
    "post_id": ("", "The post"),
    "second": ("s", "Whole second from the start"),
    "fraction": ("0-1", "The same as a share of the length; null where that is unknown"),
    "retention_rate": ("0-1", "Share still watching; may exceed 1 where viewers rewind"),
    "change": ("0-1", "Since the second before; null where that is unknown"),
    "event": ("", "`bump` or `cliff`; null at most seconds"),
    "size": ("0-1", "Height of the bump, or by how much the fall exceeds the falls beside it"),
}
LIKES_BY_SECOND: Columns = {
    "post_id": ("", "The post"),
    "second": ("s", "Second from the start"),
    "like_share": ("0-1", "Share of the post's likes given in that second"),
}
LIKE_PEAK: Columns = {
    "post_id": ("", "The post"),
    "like_peak_s": ("s", "The second in which the most likes are given"),
    "like_peak_share": ("0-1", "Share of the post's likes given in it"),
}
RETENTION_BAND: Columns = {
    **{name: POST[name] for name in ("platform", "handle")},
    "bucket": ("", "Duration bucket"),
    "position": ("", "Second from the start, or place as a share of the length, 0-1"),
    "n": ("curves", "Curves with a value there"),
    "p10": ("0-1", "10th percentile; null below 5 curves"),
    "median": ("0-1", "Median; null below 5 curves"),
    "p90": ("0-1", "90th percentile; null below 5 curves"),
}
