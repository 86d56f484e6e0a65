"""The meaning of the columns of the topic and vetting metrics: name -> (unit, meaning)."""

from __future__ import annotations

from dwell.metrics.columns import Columns
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
        "`measured` between two samples an hour or more apart; else `lifetime`, shares over age; null where unknown",
    ),
    "between_h": ("hours", "Between those two samples"),
    "age_h": ("hours", "From publishing to the sample"),
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
        "Difference of the two counts over the days between; negative where posts were removed",
    ),
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
    "from_at": ("UTC", "Earlier snapshot"),
    "to_at": ("UTC", "Later snapshot"),
    "hours": ("hours", "Between them, to the second"),
    "followers_from": ("followers", "Followers in the earlier one"),
    "followers_to": ("followers", "Followers in the later one"),
    "followers_per_day": ("followers/day", "Their difference over the days between"),
    "rounding_explains": ("", "The change is at most what rounding of such a count could explain"),
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
