select
    business_category,
    metric_date,
    average_video_views,
    average_likes,
    average_comments,
    average_shares,
    average_engagement_rate,
    average_follower_count,
    average_follower_growth,
    average_video_count,
    _synced_at,
    _source
from {{ source('tiktok_organic', 'tiktok_organic_benchmark') }}
