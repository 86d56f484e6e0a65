select
    item_id,
    video_creator_username,
    metric_date,
    engagement_likes_percentage,
    engagement_likes_second,
    _synced_at,
    _source
from {{ source('tiktok_organic', 'tiktok_organic_videos_engagement_likes') }}
