select
    item_id,
    video_creator_username,
    metric_date,
    video_view_retention_percentage,
    video_view_retention_second,
    _synced_at,
    _source
from {{ source('tiktok_organic', 'tiktok_organic_videos_video_view_retention') }}
