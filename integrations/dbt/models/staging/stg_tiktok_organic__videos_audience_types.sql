select
    item_id,
    video_creator_username,
    metric_date,
    audience_types_percentage,
    audience_types_type,
    _synced_at,
    _source
from {{ source('tiktok_organic', 'tiktok_organic_videos_audience_types') }}
