"""The meaning of each metric's columns: name -> (unit, meaning). The reference page is generated from this."""

from __future__ import annotations

from collections.abc import Mapping

from dwell.metrics.counters import COUNTERS, PROXY_RATES, RATE_FORMULAS
from dwell.metrics.metric_choice import POST_METRICS

Columns = Mapping[str, tuple[str, str]]

REASONS = {"too_close": "less than an hour apart", "rounding": "rounding explains it", "suspect": "may be rounded"}
"""Why no growth between two readings is known: name -> words."""
REASON_WORDS = ", ".join(f"`{reason}`" for reason in REASONS.values())
MAY_BE = "given rounding and days whose time is not known"
GROWN = "negative where they were removed; null where no growth is known (`reason`)"
EXPLAINS = "The change is at most the coarser unit of the two counters; null where that unit is not known"
_METRIC = "the metric by which posts are compared (`meta.metric`)"
_NO_RATE = "null where a counter is unknown or negative, or views are unknown or 0"

BENCHMARK: Columns = {
    "bucket": ("", "Duration bucket; `photo` for photo posts when they are included"),
    "group": ("", "Creator size or niche, `unknown` where not known; only with `by`"),
    "n": ("posts", "Eligible posts in the bucket"),
    **{
        column: meaning
        for rate, formula in RATE_FORMULAS.items()
        for column, meaning in {
            f"{rate}_median": ("0-1", f"Median of {formula}"),
            f"{rate}_p90": ("0-1", f"90th percentile of {formula}"),
            f"{rate}_n": ("posts", "Posts whose rate is known"),
        }.items()
    },
    "views_median": ("views", "Median views"),
    "metric_median": ("", f"Median of {_METRIC}"),
    "metric_p90": ("", "Its 90th percentile"),
    "metric_n": ("posts", "Posts of which it is known"),
}
METRIC_COUNT: Columns = {
    "eligible": ("posts", "Posts that no filter excludes"),
    **{name: ("posts", f"Of them, posts whose {words} is known") for name, words in POST_METRICS.items()},
}
EXCLUSION: Columns = {
    "total": ("posts", "All posts"),
    "eligible": ("posts", "Posts that no filter excludes"),
    "young": ("posts", "Observed too soon after publishing"),
    "ads": ("posts", "Marked as promoted by the source"),
    "pinned": ("posts", "Pinned to the profile"),
    "photos": ("posts", "Photo posts"),
    "unknown_views": ("posts", "Views not known, or no snapshot at all"),
    "implausible": (
        "posts",
        "More likes than views, reactions without views, or a length over 10 hours (on TikTok: 60 minutes)",
    ),
    "unknown_age": ("posts", "Eligible posts whose time of publishing is not known; they are included"),
    "unknown_duration": ("posts", "Eligible videos of unknown length; they are in no bucket"),
}
POST: Columns = {
    "post_id": ("", "Platform id"),
    "platform": ("", "`tiktok`, `youtube` or `facebook`"),
    "handle": ("", "Account"),
    "caption": ("", "Text under the post"),
    "url": ("", "Link to the post"),
    "posted_at": ("UTC", "When it was published"),
    "observed_at": ("UTC", "When its newest snapshot was taken"),
    "age_h": ("hours", "From publishing to that snapshot, to the second"),
    "duration_s": ("s", "Length of the video"),
    "bucket": ("", "Duration bucket; null where the length is unknown; `photo` for photo posts"),
    "media_type": ("", "`video` or `photo`"),
    "is_ad": ("", "Marked as promoted by the source"),
    "is_pinned": ("", "Pinned to the profile when observed"),
    "hashtags": ("", "Hashtags, lower case, without #"),
    "sound_id": ("", "Platform id of the sound"),
    "sound_original": ("", "The sound was made for this post"),
    "caption_length": ("characters", "Length of the caption in code points"),
    **{name: ("", f"{name.capitalize()} in the newest snapshot") for name in COUNTERS},
    "rounded": ("", "That snapshot holds rounded counters (17.7K)"),
    **{rate: ("0-1", f"{formula}; {_NO_RATE}") for rate, formula in RATE_FORMULAS.items()},
    "percentile": (
        "0-1",
        "Share of the creator's other eligible posts of the bucket with a lower metric; null without others",
    ),
    "above_p90": ("", "Metric above the bucket's p90 that `benchmarks` shows for the same handle, metric and filters"),
    "views_multiple": ("×", "Views over the creator's baseline views"),
    "engagement_multiple": ("×", "Engagement rate over the creator's baseline engagement rate"),
    "baseline_n": ("posts", "Posts in the baseline: the creator's last 20 eligible ones published strictly before"),
    "followers": ("", "Newest follower count not later than the snapshot, else the earliest after it"),
    "niche": ("", "Niche that the user gave the account"),
    "avg_watch_s": ("s", "Measured average watch time, newest measurement"),
    "watch_ratio": ("", "avg_watch_s / duration_s; above 1 where viewers loop, null where implausible"),
    "full_watch_rate": ("0-1", "Measured share of views that reached the end"),
    "excluded": (
        "",
        "Why the post is not eligible: photos, ads, pinned, young, unknown_views, implausible; null where it is",
    ),
    "implausible": (
        "",
        "Names of values that no reading can be, with commas between; they are left out of every figure",
    ),
    "views_per_hour": ("views/h", "Latest known growth of its views; only with `metric=views_per_hour`"),
}
POSTING_TIME: Columns = {
    "weekday": ("", "1 Monday to 7 Sunday"),
    "hour": ("", "0 to 23"),
    "n": ("posts", "Eligible posts published then"),
    "engagement_rate_median": ("0-1", "Their median engagement rate"),
    "views_median": ("views", "Their median views"),
    "metric_median": ("", f"Their median of {_METRIC}"),
    "metric_n": ("posts", "Posts of which it is known"),
}
TREND: Columns = {
    "period_start": ("date", "First day of the period, UTC"),
    "posts": ("posts", "Eligible posts published in it"),
    "views_median": ("views", "Their median views"),
    **{f"{rate}_median": ("0-1", f"Median of {RATE_FORMULAS[rate]}") for rate in PROXY_RATES},
    "top_tier_share": ("0-1", "Share of those with a known metric at or above the creator's q75 over all periods"),
    "engagement_rate_change": (
        "0-1",
        "Median engagement rate minus that of the calendar period before; null without one",
    ),
    "views_per_hour_median": (
        "views/h",
        "Median of each post's latest growth between snapshots an hour or more apart, beyond what rounding explains",
    ),
    "views_per_hour_n": ("posts", "Posts with such a growth"),
    "views_per_hour_median_low": ("views/h", f"Median of the least that it may be, {MAY_BE}"),
    "views_per_hour_median_high": ("views/h", f"Median of the most that it may be, {MAY_BE}"),
    "metric_median": ("", f"Their median of {_METRIC}"),
    "metric_n": ("posts", "Posts of which it is known"),
    "metric_change": ("", "The median minus that of the calendar period before; null without one"),
}
GROWTH: Columns = {
    "post_id": ("", "The post"),
    "from_at": ("UTC", "Earlier snapshot: the newest at least an hour older, else the one just before"),
    "to_at": ("UTC", "Later snapshot"),
    "hours": ("hours", "Between them, to the second; where only a day is known, from its middle"),
    "views_from": ("views", "Views in the earlier one"),
    "views_to": ("views", "Views in the later one"),
    "views_per_hour": ("views/h", f"Their difference over the hours; {GROWN}"),
    "rounding_explains": ("", EXPLAINS),
    "likes_from": ("likes", "Likes in the earlier one"),
    "likes_to": ("likes", "Likes in the later one"),
    "hours_low": ("hours", "The least that may be between them: a day may be any moment of it"),
    "hours_high": ("hours", "The most that may be between them"),
    "views_per_hour_low": ("views/h", f"The least that it may be, {MAY_BE}; null under an hour"),
    "views_per_hour_high": ("views/h", f"The most that it may be, {MAY_BE}; null under an hour"),
    "reason": ("", f"Why no growth is known: {REASON_WORDS}; null where it is"),
}
GROWTH_KNOWN: Columns = {
    "posts": ("posts", "Posts with two snapshots"),
    "known": ("posts", "Of them, posts with a known growth"),
    **{name: ("posts", f"Posts without: `{reason}`, by their newest snapshot") for name, reason in REASONS.items()},
}
GROWTH_RANK: Columns = {
    **{name: meaning for name, meaning in GROWTH.items() if name != "reason"},
    "observed_twice": ("posts", "Posts with a known growth, however many are listed"),
    "caption": POST["caption"],
    "url": POST["url"],
}
DOT: Columns = {
    **{name: POST[name] for name in ("post_id", "caption", "url", "posted_at", "duration_s", "bucket", "views")},
    "value": ("", "The requested rate"),
    "above_p90": ("", "Above the p90 of its bucket; false in a bucket with fewer than 5 posts"),
    "bucket_n": ("posts", "Posts of the bucket whose rate is known, drawn or not"),
    "bucket_median": ("", "Their median rate"),
    "bucket_p90": ("", "Their 90th percentile"),
    "total": ("posts", "Posts of all buckets, drawn or not"),
    "total_above_p90": ("posts", "Those above the p90 of their bucket"),
}
UNKNOWN: Columns = {
    "posts": ("posts", "Posts with a snapshot"),
    **{name: ("0-1", f"Share of them whose newest snapshot lacks {name}") for name in COUNTERS},
}
UNDATED: Columns = {"posts": ("posts", "Posts whose time of publishing is not known")}
STORED: Columns = {
    "handle": ("", "Account"),
    "posts": ("posts", "Stored posts"),
    "first_posted_at": ("UTC", "When the oldest was published"),
    "last_posted_at": ("UTC", "When the newest was published"),
}
POSTED_SPAN: Columns = {name: STORED[name] for name in ("posts", "first_posted_at", "last_posted_at")}
LISTING: Columns = {
    "handle": ("", "Account"),
    "platform": ("", "`tiktok`, `youtube` or `facebook`"),
    "observed_at": ("UTC", "When the last of them was read"),
    "posts": ("posts", "Posts, but pinned ones, that were read within that hour"),
    "first_posted_at": STORED["first_posted_at"],
}
HANDLE: Columns = {
    "handle": ("", "Account"),
    "platform": ("", "`tiktok`, `youtube` or `facebook`"),
    "posts": ("posts", "Stored posts of that handle on it"),
}
CREATOR_ID: Columns = {
    "creator_id": ("", "Platform id of the account"),
    "handle": ("", "Account"),
    "platform": ("", "`tiktok`, `youtube` or `facebook`"),
}
SPAN: Columns = {
    "first_observed_at": ("UTC", "First instant at which a post was observed"),
    "last_observed_at": ("UTC", "Last instant at which a post was observed"),
}
SOURCE: Columns = {
    "source": ("", "Format or provider"),
    "snapshots": ("snapshots", "Snapshots from it"),
}
TOPIC_SOURCE: Columns = {
    "source": ("", "Format or provider"),
    "rows": ("rows", "Rows from it: of samples, and of their posts"),
}
CREATOR: Columns = {
    "handle": ("", "Account"),
    "platform": ("", "`tiktok`, `youtube` or `facebook`"),
    "display_name": ("", "Name shown on the profile"),
    "niche": ("", "Niche that the user gave it"),
    "posts": ("posts", "Stored posts"),
    "snapshots": ("snapshots", "Stored snapshots of them"),
    "posts_with_watch_time": ("posts", "Posts with a measured watch time (average, total or watched in full)"),
    "last_observed_at": ("UTC", "When one of its posts was last observed"),
}

RECONCILED: Columns = {
    "handle": ("", "Account"),
    "field": ("", "Figure, by its column in dwell's tables"),
    "subject": ("", "Day, or id of the video"),
    "api_value": ("", "What TikTok's API for Business says"),
    "file_value": ("", "What the file says"),
    "hours_apart": ("hours", "Between the two readings; 0 for a day"),
}
AUDIENCE_HOUR: Columns = {
    "weekday": ("1-7", "1 is Monday"),
    "hour": ("0-23", "Local hour"),
    "n": ("hours", "Hours of that weekday that are known"),
    "active_followers": ("followers", "Followers active in that hour, on average"),
}
TRAFFIC: Columns = {
    "month": ("UTC", "First day of the month of publishing"),
    "traffic_source": ("", "As TikTok names it, e.g. `For You`, `Follow`, `Search`"),
    "share": ("0-1", "Share of the views of that month's videos"),
    "videos": ("posts", "Videos of the month with a list of sources"),
    "views": ("views", "Their views"),
}
