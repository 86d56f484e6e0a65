"""The meaning of the columns of the topic and vetting metrics: name -> (unit, meaning)."""

from __future__ import annotations

from dwell.metrics.columns import EXPLAINS, GROWN, MAY_BE, REASON_WORDS, Columns
from dwell.metrics.counters import RATE_FORMULAS, VET_RATES

_TOPIC: Columns = {
    "topic_kind": ("", "`hashtag`, `sound` or `search`"),
    "topic": ("", "Hashtag without #, id of the sound, or search text"),
}
TOPIC_POST: Columns = {
    **_TOPIC,
    "rank": ("", "Rank by share momentum, from 1; null where that is unknown"),
    "post_id": ("", "The post"),
    "handle": ("", "Account"),
    "caption": ("", "Text under the post"),
    "url": ("", "Link to the post"),
    "posted_at": ("UTC", "When it was published"),
    "observed_at": ("UTC", "When it was read"),
    "listed_rank": ("", "Its position in the provider's listing"),
    "duration_s": ("s", "Length of the video"),
    "views": ("", "Views then"),
    "shares": ("", "Shares then"),
    "share_rate": ("0-1", "shares / views; null where one is unknown or negative, or views are 0"),
    "share_momentum": (
        "shares/h",
        "Shares gained per hour, by the method in `basis`; negative where shares were removed",
    ),
    "basis": (
        "",
        "`measured` between samples an hour or more apart, if rounding does not explain it; else `lifetime`, over age",
    ),
    "between_h": ("hours", "Between those two samples"),
    "age_h": ("hours", "From publishing to the sample"),
    "share_momentum_low": ("shares/h", f"The least that it may be, {MAY_BE}"),
    "share_momentum_high": ("shares/h", f"The most that it may be, {MAY_BE}"),
}
TOPIC_DAY: Columns = {
    **_TOPIC,
    "day": ("date", "Day, UTC"),
    "looks": ("looks", "Number of samples: how often the topic was read"),
    "last_look_at": ("UTC", "When the last of them was taken"),
    "topic_posts": ("posts", "Posts of the topic since it began, by the provider's count, last of the day"),
    "counted_at": ("UTC", "When that count was read"),
    "count_span_d": ("days", "Days since the previous count; null under a quarter of a day"),
    "posts_added": (
        "posts/day",
        "Difference of the two counts over the days; negative where posts were removed; null where rounding explains",
    ),
    "posts_added_low": ("posts/day", f"The least that it may be, {MAY_BE}"),
    "posts_added_high": ("posts/day", f"The most that it may be, {MAY_BE}"),
    "sampled": ("posts", "Posts that were read, each once"),
    "new_posts": ("posts", "Posts among them that no earlier sample of this topic contained"),
    "views_median": ("views", "Their median views"),
    "shares_total": ("shares", "Sum of their shares; not comparable between days with different numbers of posts read"),
    "share_rate_median": ("0-1", "Median of shares / views"),
    "fresh_views_per_hour_median": ("views/h", "Median of views over age, posts between an hour and 7 days old"),
    "fresh_n": ("posts", "Posts in that median"),
    "posts_published": ("posts", "Posts published that day, among the posts of all samples"),
}
FOLLOWER_STEP: Columns = {
    "handle": ("", "Account"),
    "platform": ("", "`tiktok`, `youtube` or `facebook`"),
    "from_at": ("UTC", "Earlier snapshot"),
    "to_at": ("UTC", "Later snapshot"),
    "hours": ("hours", "Between them, to the second; where only a day is known, from its middle"),
    "followers_from": ("followers", "Followers in the earlier one"),
    "followers_to": ("followers", "Followers in the later one"),
    "followers_per_day": ("followers/day", f"Their difference over the days between; {GROWN}"),
    "rounding_explains": ("", EXPLAINS),
    "hours_low": ("hours", "The least that may be between them: a day may be any moment of it"),
    "hours_high": ("hours", "The most that may be between them"),
    "followers_per_day_low": ("followers/day", f"The least that it may be, {MAY_BE}; null under an hour"),
    "followers_per_day_high": ("followers/day", f"The most that it may be, {MAY_BE}; null under an hour"),
    "reason": ("", f"Why no change is known: {REASON_WORDS}; null where it is"),
}
PEER: Columns = {
    "handle": ("", "Account"),
    "post_id": ("", "One of its latest eligible posts"),
    "bucket": ("", "Duration bucket"),
    "posted_at": ("UTC", "When it was published"),
    "peer_posts": ("posts", "Eligible posts of other creators of the niche in that bucket"),
    "peer_creators": ("creators", "Creators of these posts"),
    **{
        f"{rate}_percentile": ("0-1", f"Share of them with a lower {RATE_FORMULAS[rate]}, counting equal ones half")
        for rate in VET_RATES
    },
    **{f"{rate}_peers": ("posts", "Posts in that share") for rate in VET_RATES},
    "like_rate_p05": ("0-1", "5th percentile of their likes / views"),
    "comments_per_like_p05": ("0-1", "5th percentile of their comments / likes, of posts with 100 likes or more"),
    "comments_per_like_n": ("posts", "Posts in that percentile"),
}
